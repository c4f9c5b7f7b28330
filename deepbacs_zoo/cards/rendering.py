"""Render a card and the measured facts into a package's documentation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deepbacs_zoo.cards.facts import Facts, Score, TensorFact
    from deepbacs_zoo.cards.types import Card

__all__ = ["render"]

_MOST_CHANNELS = 12

_INCOMPLETE = (
    "The labels of these images are incomplete: cells that touch, leave the field or are faint "
    "were left out by the people who labelled them. Recall is therefore meaningful; precision, F1, "
    "AP and panoptic quality count found but unlabelled cells as errors and are lower bounds."
)


def render(card: Card, facts: Facts) -> str:
    """Return the documentation as Markdown, ending with one line break.

    The card's prose comes first in its own order; the sections written from measurements follow
    ``Training data``; ``Citation`` is last.

    Parameters
    ----------
    card
        The card.
    facts
        What was measured.
    """
    blocks = [f"# {card.name}", card.description]
    own = [(heading, text) for heading, text in card.sections if heading != "Citation"]
    blocks += _prose(own)
    blocks += _section("Training", _training(facts))
    blocks += _section("Validation", _validation(card, facts))
    blocks += _section("Inputs and outputs", _tensors(card, facts))
    blocks += _section("From output to objects", facts.decoding)
    blocks += _section("Usage", _usage(facts))
    blocks += _section("Citation", _citation(card))
    return "\n\n".join(blocks) + "\n"


def _prose(sections: Iterable[tuple[str, str]]) -> list[str]:
    return [part for heading, text in sections for part in (f"## {heading}", text)]


def _section(heading: str, paragraphs: Sequence[str]) -> list[str]:
    return [f"## {heading}", *paragraphs] if paragraphs else []


def _training(facts: Facts) -> list[str]:
    if not facts.training:
        return []
    return [_table(("setting", "value"), facts.training)]


def _validation(card: Card, facts: Facts) -> list[str]:
    if not facts.scores:
        return ["This model was not scored on labelled images."]
    seen = {
        "test": "that were neither trained on nor used to choose the checkpoint",
        "validation": "that were not trained on, but used to choose the checkpoint",
        "training": "some of which the network was trained on, so that the scores are too good",
    }[facts.split]
    lines = [
        f"Measured on {_count(facts.images, 'image')} with {facts.ground_truth}, {seen} "
        f"({facts.split} images), by the code of `deepbacs-zoo evaluate` with the weights of this "
        "package."
    ]
    if card.training_data.labels == "incomplete":
        lines.append(_INCOMPLETE)
    percent = round(100 * facts.confidence)
    columns = ["score", "value", f"{percent} % interval"]
    if facts.baseline:
        columns.append(f"baseline ({facts.baseline})")
    lines.append(
        _table(columns, [_score_row(score, bool(facts.baseline)) for score in facts.scores])
    )
    lines.append(
        "Intervals come from a bootstrap over images. Score the model on your own labelled images "
        "before you rely on it: `deepbacs-zoo evaluate package.zip --data FOLDER --output scores`."
    )
    if facts.agreement is not None and facts.largest_image is not None:
        lines.append(
            "At sizes smaller than what the network takes, and off its steps, the weights give the "
            "numbers of the plain package; the largest difference is below "
            f"{_bound(facts.agreement):.0e}."
        )
    elif facts.agreement is not None:
        lines.append(
            f"The weights formats {', '.join(f'`{name}`' for name in facts.formats)} give the same "
            f"test output; the largest difference is below {_bound(facts.agreement):.0e}."
        )
    return lines


def _score_row(score: Score, baseline: bool) -> list[str]:
    known = score.low is not None and score.high is not None
    row = [
        score.name,
        f"{score.value:.3f}",
        f"{score.low:.3f} to {score.high:.3f}" if known else "",
    ]
    if baseline:
        row.append("" if score.baseline is None else f"{score.baseline:.3f}")
    return row


def _tensors(card: Card, facts: Facts) -> list[str]:
    rows = [
        *(_tensor_row("input", tensor) for tensor in facts.inputs),
        *(_tensor_row("output", tensor) for tensor in facts.outputs),
    ]
    lines = [_table(("", "name", "axes", "type", "channels", "size", "processing"), rows)]
    if facts.pixel_size is None:
        lines.append("The pixel size of the training images is not known.")
    else:
        y, x = facts.pixel_size
        lines.append(
            f"Trained at {y:.4g} x {x:.4g} µm per pixel (height x width). Images whose pixel size "
            "differs by more than 20 % should be resampled first; `deepbacs-zoo predict --rescale "
            "auto` does it."
        )
        if facts.grid < 1:
            lines.append(
                f"Pixels of the output are {y * facts.grid:.4g} x {x * facts.grid:.4g} µm large: "
                f"{1 / facts.grid:g} x {1 / facts.grid:g} of them stand for one of the image."
            )
    lines.append(_largest(facts))
    if facts.test_offset:
        lines.append(
            f"The test and sample inputs are a real image minus {facts.test_offset:g}, which "
            "normalization takes out again. The contrast of these images is small against their "
            "brightness, and programs that measure mean and deviation in float32 lose digits on "
            "such values: on unchanged images their probabilities can differ by some 1e-3."
        )
    return lines


def _largest(facts: Facts) -> str:
    """Say how large images are run, and in which memory."""
    memory = f"about {facts.peak_bytes_per_pixel:.0f} bytes of memory per input pixel"
    if facts.largest_image is None:
        return (
            f"A result depends on at most {facts.border} pixels around it; large images can be run "
            f"in tiles that overlap by a halo of {facts.halo} pixels. The network needs {memory}."
        )
    side = math.isqrt(facts.largest_image)
    gigabytes = facts.peak_bytes_per_pixel * facts.largest_image / 1e9
    return (
        "**One image in one piece**: the network normalizes each image itself and continues it "
        "beyond its border, so that any size gives the numbers of the plain package. In tiles it "
        "would do both for each tile. Programs that cut images (blockwise prediction of "
        "bioimageio.core, ilastik, QuPath) show seams: use the plain package there, which "
        "`deepbacs-zoo export` writes without `--for`. It needs "
        f"{memory}; deepImageJ takes images of up to {facts.largest_image / 1e6:.1f} megapixels "
        f"({side:,} x {side:,}), which need {gigabytes:.0f} GB."
    )


def _tensor_row(role: str, tensor: TensorFact) -> list[str]:
    return [
        role,
        f"`{tensor.id}`",
        f"`{tensor.axes}`",
        tensor.dtype,
        _channels(tensor.channels),
        tensor.size,
        ", then ".join(f"`{step}`" for step in tensor.steps) or "none",
    ]


def _channels(names: Sequence[str]) -> str:
    """Return the names, without the middle of a long row such as that of 64 distances."""
    shown = list(names) if len(names) <= _MOST_CHANNELS else [*names[:3], "…", names[-1]]
    return ", ".join(shown) + (f" ({len(names)} channels)" if len(shown) < len(names) else "")


def _usage(facts: Facts) -> list[str]:
    first, output = facts.inputs[0].id, facts.outputs[0].id
    lines = [
        "**Command line**, with deepbacs_zoo installed: images of any size, stacks and time series",
        "```sh\ndeepbacs-zoo predict package.zip my_images --output results\n```",
        "**Python**",
        "```python\nimport deepbacs_zoo\n\n"
        'result = deepbacs_zoo.predict("package.zip", "image.tif")\n'
        f'print(result.tensors["{output}"].array.shape)\n```',
        "**bioimageio.core**",
        "```python\nimport numpy as np\nfrom bioimageio.core import load_model, predict\n\n"
        'model = load_model("package.zip")\n'
        f'image = np.load("test_{first}.npy")  # axes {facts.inputs[0].axes}\n'
        f'sample = predict(model=model, inputs={{"{first}": image}})\n'
        f'print(sample.members["{output}"].data.shape)\n```',
        *_in_deepimagej(facts),
    ]
    if facts.decoding:
        lines.append(
            f"deepImageJ and bioimageio.core give the tensor `{output}`; the objects are made from "
            "it as described above, which the first two ways do by themselves."
        )
    return lines


def _in_deepimagej(facts: Facts) -> list[str]:
    if facts.grid < 1:
        return [
            "**Fiji with deepImageJ 3.1** does not take outputs that are larger than the image. "
            "The plugin of deepbacs_zoo runs this package in Fiji."
        ]
    if facts.largest_image is None and facts.grid > 1:
        return [
            "**Fiji with deepImageJ 3.1** does not take outputs that are smaller than the image. "
            "The plugin of deepbacs_zoo runs this package in Fiji; `deepbacs-zoo export --for "
            "deepimagej` makes one of the same run for deepImageJ."
        ]
    images = "an image or a stack of any size"
    if facts.largest_image is None:
        images = "one grey image whose sides are multiples of the step above"
    lines = [
        "**Fiji with deepImageJ 3.1**: unzip the package into a folder below Fiji's `models` "
        f"folder and run, on {images}",
        '```\nrun("DeepImageJ Run", "model_path=[/path/to/folder] input_path=[/path/to/image.tif] '
        'output_folder=[/path/to/results] display_output=all");\n```',
    ]
    if facts.largest_image is None:
        lines.append(
            "deepImageJ continues images otherwise at their border and normalizes each plane of a "
            "stack as the last one: probabilities near the border and in stacks differ from those "
            "of the other ways. `deepbacs-zoo export --for deepimagej` makes a package of the same "
            "run that gives the same numbers there."
        )
    return lines


def _citation(card: Card) -> list[str]:
    own = card.section("Citation")
    entries = "\n".join(f"- {cited.text} {cited.link}".rstrip() for cited in card.cite)
    licences = {"the model": card.license, "the training images": card.training_data.license}
    ending = "; ".join(f"of {thing}: {name}" for thing, name in licences.items() if name)
    blocks = (own, entries, ending and f"Licence {ending}.")
    return [block for block in blocks if block]


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in rows:
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    return "\n".join(lines)


def _bound(difference: float) -> float:
    """Return the next power of ten: digits of rounding errors differ between computers."""
    return 10.0 ** (math.floor(math.log10(max(difference, 1e-8))) + 1)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
