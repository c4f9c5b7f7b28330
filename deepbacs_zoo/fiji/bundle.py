"""One zip that a Fiji user unpacks into the Fiji folder: plugin, engine, model, macros, a page."""

from __future__ import annotations

import html
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji.java.setup import JavaEnvironment
from deepbacs_zoo.fiji.settings import scripts_folder
from deepbacs_zoo.files import refuse_existing, replacing
from deepbacs_zoo.package import open_package

__all__ = ["PAGE", "write_bundle"]

PAGE: Final = "DeepBacs - read me.html"
"""The page, in the folder that the zip is unpacked into."""
# Plain ImageJ loads jars from plugins/ and folders directly in it; Fiji from there too.
_PLUGINS: Final = "plugins/DeepBacs"
_MODELS: Final = "models"
_SAMPLES: Final = "DeepBacs_samples"
_TIMESTAMP: Final = (1980, 1, 1, 0, 0, 0)


def write_bundle(
    setup: JavaEnvironment,
    models: Sequence[Path],
    samples: Sequence[Path],
    output: Path,
    *,
    overwrite: bool,
) -> Mapping[str, int]:
    """Write the bundle.

    Parameters
    ----------
    setup
        The jars and the compiled plugin.
    models
        Packages as zips; each is opened, so that none is given on that cannot be.  Without any the
        page says where to get one.
    samples
        Images to try them with.
    output
        The zip; the same inputs give the same bytes.
    overwrite
        Whether an existing file is replaced.

    Returns
    -------
    Mapping of str to int
        The files in it and their sizes.

    Raises
    ------
    PackageError
        A model cannot be opened.
    UsageError
        A model is a folder, or two have one name.
    OutputExistsError, HostError
        The zip exists, or cannot be written.
    """
    files = {f"{_PLUGINS}/{path.name}": path for path in setup.bundle_jars}
    macros = sorted((scripts_folder() / "macros").glob("*.ijm"))
    files |= {f"{_PLUGINS}/{macro.name}": macro for macro in macros}
    named = _checked(models)
    files |= named
    files |= {f"{_SAMPLES}/{path.name}": path for path in samples}
    page = _page(named, [name for name in files if name.startswith(_SAMPLES)])
    refuse_existing(output, overwrite=overwrite)
    with replacing(output) as part:
        _write(part, files, page)
    return {**{name: path.stat().st_size for name, path in files.items()}, PAGE: len(page)}


def _checked(models: Sequence[Path]) -> dict[str, Path]:
    """Return the models by their names in the bundle."""
    named: dict[str, Path] = {}
    for model in models:
        name = f"{_MODELS}/{model.name}"
        if name in named or not model.is_file():
            raise UsageError(
                model,
                "a model in a bundle is a zip, with a name of its own",
                allowed="packages as .zip files with different names",
                hint="zip the folder, or rename one of the two",
            )
        named[name] = model
    return named


def _write(target: Path, files: Mapping[str, Path], page: bytes) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (PAGE, *sorted(files)):
            entry = zipfile.ZipInfo(name, _TIMESTAMP)
            # Jars and packages are zips: packing them again gains nothing.
            packed = Path(name).suffix in {".jar", ".zip"}
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, page if name == PAGE else files[name].read_bytes())


def _page(models: Mapping[str, Path], samples: Sequence[str]) -> bytes:
    template = Template((scripts_folder() / "bundle_page.html").read_text("utf-8"))
    text = template.substitute(
        models=_table(models) if models else "<p>There is none: it holds the plugin alone.</p>",
        model=_place(next(iter(models))) if models else "a package (<code>.zip</code>) of your own",
        sample=_place(samples[0]) if samples else "your image",
    )
    return text.encode("utf-8")


def _place(name: str) -> str:
    return f"<code>{html.escape(name)}</code> in the Fiji folder"


def _table(models: Mapping[str, Path]) -> str:
    rows = (
        f"<tr><td><code>{html.escape(name)}</code></td><td>{html.escape(_name(path))}</td></tr>"
        for name, path in models.items()
    )
    return "\n".join(("<table>", "<tr><th>file</th><th>model</th></tr>", *rows, "</table>"))


def _name(model: Path) -> str:
    with open_package(model) as package:
        return package.name
