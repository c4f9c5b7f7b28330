from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml

from deepbacs_zoo.cards import Card, read_card
from deepbacs_zoo.exporting.metadata import metadata_of
from deepbacs_zoo.package.writing.description import (
    Architecture,
    Content,
    describe,
    write_description,
)
from deepbacs_zoo.package.zoo_config import ZooConfig
from deepbacs_zoo.tensors import (
    Axis,
    FileRef,
    FixedSize,
    ReferencedSize,
    Step,
    SteppedSize,
    TensorSpec,
)
from tests.unit.cards.test_reading import write

RAW = TensorSpec(
    "raw",
    (
        Axis("b", "batch", FixedSize(1)),
        Axis("c", "channel", FixedSize(2), channel_names=("red", "green")),
        Axis("y", "y", SteppedSize(104, 8)),
        Axis("x", "x", FixedSize(256)),
    ),
    steps=(
        Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6}),
        Step("scale_linear", {"gain": (1.0, 2.0), "offset": 0.0, "axis": "c"}),
    ),
    test_tensor=FileRef("test_raw.npy"),
)
RESULT = TensorSpec(
    "out",
    (
        Axis("b", "batch", FixedSize(1)),
        Axis("c", "channel", FixedSize(1), channel_names=("cell",)),
        Axis("y", "y", ReferencedSize("raw", "y"), halo=48),
        Axis("x", "x", ReferencedSize("raw", "x")),
    ),
)


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return read_card(write(tmp_path))


@pytest.fixture
def content(tmp_path: Path) -> Content:
    folder = tmp_path / "package"
    folder.mkdir()
    for name in ("weights.pt", "weights_torchscript.pt", "weights.onnx", "net.py", "test_raw.npy"):
        (folder / name).write_bytes(name.encode())
    return Content(
        folder=folder,
        inputs=(RAW,),
        outputs=(RESULT,),
        ranges={"out": (0.0, 1.0)},
        architecture=Architecture("net.py", "Net", {"base": 4}),
        torch_version="2.14.0",
        opset=17,
        zoo_config=ZooConfig(),
        facts={"modality": "bright field"},
        network_tags=("unet", "cells"),
    )


@pytest.fixture
def found(card: Card, content: Content) -> dict[str, Any]:
    return describe(metadata_of(card, content), content)


def test_optional_fields_of_the_card_arrive(found: dict[str, Any]) -> None:
    assert found["id"] == "affable-shark"
    assert found["id_emoji"] == "🦈"
    assert found["maintainers"] == [{"github_user": "ada", "name": "Ada"}]
    assert found["links"] == ["fiji/fiji"]
    assert found["git_repo"] == "https://example.org/code"
    assert found["authors"][0]["github_user"] == "ada"


def test_fields_that_the_card_leaves_out_are_not_written(card: Card, content: Content) -> None:
    bare = dataclasses.replace(card, maintainers=(), links=(), id=None, id_emoji=None)
    found = describe(metadata_of(dataclasses.replace(bare, git_repo=None), content), content)
    assert not {"maintainers", "links", "id_emoji", "git_repo", "timestamp", "training_data"} & {
        *found
    }
    assert found["id"] == "my-model"


def test_tags_are_joined_and_said_once(found: dict[str, Any]) -> None:
    tags = found["tags"]
    assert len(tags) == len(set(tags))
    assert {"cells", "2d", "pytorch", "deepimagej", "unet"} <= set(tags)


def test_axes_of_every_size_rule(found: dict[str, Any]) -> None:
    batch, channel, y, x = found["inputs"][0]["axes"]
    assert batch == {"type": "batch"}
    assert channel["channel_names"] == ["red", "green"]
    assert y["size"] == {"min": 104, "step": 8}
    assert x["size"] == 256
    assert found["outputs"][0]["axes"][2]["halo"] == 48
    assert "halo" not in found["outputs"][0]["axes"][3]


def test_an_output_on_a_grid_states_its_scale_and_one_without_bounds_no_range(
    card: Card, content: Content
) -> None:
    coarse = dataclasses.replace(
        RESULT,
        axes=(
            *RESULT.axes[:2],
            Axis("y", "y", ReferencedSize("raw", "y", 0.25), halo=12, scale=4.0),
            RESULT.axes[3],
        ),
    )
    changed = dataclasses.replace(content, outputs=(coarse,), ranges={"out": (0.0, None)})
    described = describe(metadata_of(card, changed), changed)
    assert "deepimagej" not in described["tags"], "it does not run there"
    output = described["outputs"][0]
    assert output["axes"][2] == {
        "type": "space",
        "id": "y",
        "size": {"tensor_id": "raw", "axis_id": "y", "offset": 0},
        "scale": 4.0,
        "halo": 12,
    }
    assert "scale" not in output["axes"][3]
    assert output["data"]["range"] == [0.0, None]


def test_steps_name_axes_by_their_ids(found: dict[str, Any]) -> None:
    first, second = found["inputs"][0]["preprocessing"]
    assert first["kwargs"] == {"axes": ["channel", "y", "x"], "eps": 1e-6}
    assert second["kwargs"] == {"gain": [1.0, 2.0], "offset": 0.0, "axis": "channel"}
    assert "postprocessing" not in found["outputs"][0]


def test_deepimagej_is_led_to_torchscript(found: dict[str, Any]) -> None:
    weights = found["weights"]
    assert weights["torchscript"]["pytorch_version"] == "2.14"
    assert weights["pytorch_state_dict"]["pytorch_version"] == "2.14.0"
    assert list(weights).index("torchscript") < list(weights).index("onnx")


def test_exactly_one_entry_of_weights_has_no_parent(found: dict[str, Any]) -> None:
    assert [name for name, entry in found["weights"].items() if "parent" not in entry] == [
        "pytorch_state_dict"
    ]


def test_every_output_and_format_has_the_zoos_tolerance(found: dict[str, Any]) -> None:
    entries = found["config"]["bioimageio"]["reproducibility_tolerance"]
    named = {(*entry["output_ids"], *entry["weights_formats"]) for entry in entries}
    assert named == {("out", name) for name in found["weights"]}
    assert {entry["absolute_tolerance"] for entry in entries} == {1.5e-4}
    assert {entry["relative_tolerance"] for entry in entries} == {1e-4}


def test_an_output_in_pixels_has_the_tolerance_of_pixels(card: Card, content: Content) -> None:
    distances = dataclasses.replace(content, ranges={"out": (0.0, None)})
    block = describe(metadata_of(card, content), distances)["config"]["bioimageio"][
        "reproducibility_tolerance"
    ]
    assert {entry["absolute_tolerance"] for entry in block} == {5e-3}


def test_the_file_reads_back_as_it_was_and_keeps_versions_as_text(
    found: dict[str, Any], content: Content
) -> None:
    path = write_description(found, content.folder)
    assert path.name == "rdf.yaml"
    assert yaml.safe_load(path.read_text(encoding="utf-8")) == found
    assert b"\r" not in path.read_bytes()


def test_short_names_of_scores_are_cut_and_stay_different():
    from deepbacs_zoo.exporting.documentation import _short_names

    names = ["F1 at IoU 0.5", "count error of microcolony", "count error of microscopic debris"]
    short = _short_names(names)
    assert short[:2] == ["F1@0.5", "count error of m"]
    assert len(set(short)) == 3
    assert all(len(each) <= 16 for each in short)
