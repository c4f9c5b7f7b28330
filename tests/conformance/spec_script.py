"""Validate packages by bioimageio.spec alone; for an environment that has it.  Stands alone.

    python spec_script.py folder results.json

For each zip of the folder: ``passed``, or the first error of the description or the files.
"""

import json
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

import bioimageio.spec as spec  # noqa: E402 - the filter first
from loguru import logger  # noqa: E402


def main(folder: Path, results: Path) -> None:
    """Validate all packages."""
    logger.disable("bioimageio")
    found = {path.stem: validated(path) for path in sorted(folder.glob("*.zip"))}
    said = {"version": spec.__version__, "packages": found}
    results.write_text(json.dumps(said, indent=1), encoding="utf-8")


def validated(path: Path) -> str:
    """Return what the program says of a package."""
    try:
        summary = spec.load_description(path).validation_summary
    except Exception as error:  # noqa: BLE001 - all of them are results
        return f"{type(error).__name__}: {str(error).strip().splitlines()[0][:300]}"
    errors = [error for detail in summary.details for error in detail.errors]
    if summary.status == "failed" or errors:
        place = ".".join(str(part) for part in errors[0].loc)
        return f"failed: {place}: {errors[0].msg}"[:300]
    return "passed"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
