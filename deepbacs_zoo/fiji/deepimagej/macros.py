"""The line of a macro that calls deepImageJ."""

from __future__ import annotations

from deepbacs_zoo.fiji.deepimagej.installed import COMMAND
from deepbacs_zoo.fiji.gateways.macro import run_line

__all__ = ["run_call"]


def run_call(model: str, images: str, folder: str) -> str:
    """Return the line that runs a model's folder; its keys must be in lower case.

    Parameters
    ----------
    model
        The folder of the package.
    images
        An image file, or a folder of nothing but images.
    folder
        The folder for the outputs, one file for each image and output.
    """
    given = {"model_path": model, "input_path": images, "output_folder": folder}
    return run_line(COMMAND, given)
