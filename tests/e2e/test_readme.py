import pytest

from tests.e2e.conftest import ROOT, is_for_the_shell_of_a_person, readme_blocks

BLOCKS = [block for block in readme_blocks() if not is_for_the_shell_of_a_person(block)]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(BLOCKS)), ids=lambda n: f"line{BLOCKS[n].line}")
def test_each_block_of_the_readme_runs(readme, number):
    _, outcomes = readme
    outcome = outcomes[number]
    assert outcome.code == 0, outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert "Warning" not in outcome.stderr, "a newcomer sees no warnings of our libraries"


def test_the_readme_shows_every_verb():
    text = (ROOT / "README.md").read_text("utf-8")
    verbs = ("train segmentation", "train segmentation --method stardist", "train detection")
    verbs += (
        "data list",
        "models list",
        "card new",
        "card check",
        "evaluate",
        "export",
        "validate",
        "publish",
        "models search",
        "models fetch",
        "predict",
        "demo",
    )
    for verb in (*verbs, "fiji doctor", "fiji run", "fiji bundle", "fiji install"):
        assert f"deepbacs-zoo {verb}" in text


@pytest.mark.slow
def test_the_results_named_in_the_readme_are_written(readme):
    folder, _ = readme
    results = {path.name.split("_", 1)[1] for path in (folder / "results").iterdir()}
    endings = {"probabilities.tif", "labels.tif", "rois.zip", "table.csv", "overlay.png"}
    for ending in endings:
        assert any(name.endswith(ending) for name in results), ending
    assert (folder / "my_scores" / "report.html").exists()
    assert (folder / "my_model.zip").exists()
    assert (folder / "DeepBacs_for_Fiji.zip").exists()
    assert len(list((folder / "results_macro").iterdir())) == 5
    fiji = {path.name for path in (folder / "results_fiji").iterdir()}
    assert fiji == {path.name for path in (folder / "results").iterdir()}
