from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from deepbacs_zoo.cards import card_folder, read_card
from deepbacs_zoo.checkpoints import Run
from deepbacs_zoo.errors import DataError, ModelError, UsageError
from deepbacs_zoo.exporting import draft
from deepbacs_zoo.exporting.documentation import description_facts, documentation_facts
from deepbacs_zoo.exporting.from_run import trained_model
from deepbacs_zoo.exporting.stage import stage
from deepbacs_zoo.networks import build_network
from tests.unit.exporting.runs import make_run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return make_run(tmp_path)


def test_the_network_holds_the_best_weights_and_is_frozen(run: Run) -> None:
    network = trained_model(run).network
    saved = torch.load(run.best_weights, weights_only=True)
    assert torch.equal(network.state_dict()["last.weight"], saved["last.weight"])
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_test_images_are_scored_and_validation_images_if_there_are_none(tmp_path: Path) -> None:
    with_test = trained_model(make_run(tmp_path / "one"))
    assert (with_test.split, len(with_test.pairs)) == ("test", 2)
    without = trained_model(make_run(tmp_path / "two", test=False))
    assert (without.split, len(without.pairs)) == ("validation", 1)


def test_settings_of_the_training_are_reported(run: Run) -> None:
    source = trained_model(run)
    rows = dict(source.training)
    assert rows["images"] == "3 for training, 1 for validation, 2 for testing"
    assert rows["epochs done"].startswith("2; the weights are those of epoch 2")
    assert rows["learning rate"] == "0.001"
    assert source.details["training"]["training_batch_size"] == 4
    assert source.details["architecture_type"] == "unet"
    assert "chosen by the images" not in rows


def test_choices_by_the_images_are_reported(run: Run) -> None:
    chosen = dataclasses.replace(run, method="unet", method_arguments={"min_size": 30})
    other = build_network(run.network, {**run.network_arguments, "out_channels": 2})
    torch.save(other.state_dict(), run.best_weights)
    chosen = dataclasses.replace(
        chosen, network_arguments={**run.network_arguments, "out_channels": 2}
    )
    source = trained_model(chosen)
    assert dict(source.training)["chosen by the images"] == "min_size 30"
    assert source.decode is not None
    assert source.decode.as_config()["min_size"] == 30


def test_a_run_without_weights_is_refused(run: Run, tmp_path: Path) -> None:
    run.best_weights.unlink()
    with pytest.raises(DataError, match=r"no trained weights.*resume=True"):
        draft(run, tmp_path / "draft.zip")
    assert not (tmp_path / "draft.zip").exists()


def test_weights_of_another_network_are_refused(run: Run, tmp_path: Path) -> None:
    other = dataclasses.replace(run, network_arguments={**run.network_arguments, "base": 5})
    with pytest.raises(ModelError, match=r"best\.pt: the checkpoint does not fit its network"):
        draft(other, tmp_path / "draft.zip")
    assert not list(tmp_path.glob(".draft*"))


def test_a_changed_image_is_refused(run: Run, tmp_path: Path) -> None:
    image = run.split.held_out[1].pairs()[0].source
    image.write_bytes(image.read_bytes() + b"0")
    with pytest.raises(DataError, match=image.name):
        draft(run, tmp_path / "draft.zip")


def test_an_unknown_network_is_refused(run: Run) -> None:
    with pytest.raises(UsageError, match="transformer"):
        trained_model(dataclasses.replace(run, network="transformer"))


def test_facts_of_a_stage_agree_with_its_network(run: Run, tmp_path: Path) -> None:
    card = read_card(card_folder() / "ecoli_brightfield.md")
    folder = tmp_path / "stage"
    folder.mkdir()
    staged = stage(trained_model(run), card, folder)
    facts = documentation_facts(staged, None, None)
    assert (facts.border, facts.halo) == (23, 24)
    assert facts.inputs[0].size == "52 + n · 4 pixels a side"
    assert facts.outputs[0].channels == ("background", "interior", "boundary")
    assert facts.outputs[0].size == "that of `raw`"
    assert "P(interior) ≥ 0.5" in "\n".join(facts.decoding)
    assert dict(facts.training)["trained values"] == f"{staged.parameters:,}"
    assert facts.scores == ()
    described = description_facts(card, staged, None)
    assert described["modality"] == "bright-field light microscopy"
    assert "evaluations" not in described
