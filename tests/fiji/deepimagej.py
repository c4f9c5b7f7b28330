"""A stand-in for deepImageJ 3.1 with JDLL 0.6: a Fiji folder whose plugin behaves as theirs.

The plugin is Java (`DeepImageJStandIn`) and runs in ImageJ as the real one; this computes with the
TorchScript weights, by what was found in the real one: it mirrors the normalized image by the halo,
runs sizes off the step in two tiles along each axis, and normalizes a stack by its last plane.
"""

from __future__ import annotations

import itertools
import json
import socketserver
import struct
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import xarray as xr

from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.processing import apply, fit
from deepbacs_zoo.runners import Session, load_session
from deepbacs_zoo.tensors import Size, SteppedSize, TensorSpec
from tests.fiji.gateways import gateway_setup

__all__ = ["ENGINE", "fake_fiji"]

COMMANDS = (
    '# project: a stand-in\n\nPlugins>DeepImageJ, "DeepImageJ Run", '
    "deepbacs.zoo.tests.DeepImageJStandIn\n"
)
CLASS = "deepbacs/zoo/tests/DeepImageJStandIn.class"
ENGINE = "pytorch-2.0.0-2.0.0-linux-x86_64-cpu"


@contextmanager
def fake_fiji(folder: Path, fault: str = "") -> Iterator[Path]:
    """Make a Fiji folder with the stand-in, and compute for it meanwhile.

    Parameters
    ----------
    folder
        The new folder.
    fault
        ``memory``, ``exit``, ``SEGV``, ``ABRT``, ``hang``, ``shape``, ``onnx``, or the message of
        an exception.
    """
    for name in ("plugins", "jars", "models", f"engines/{ENGINE}"):
        (folder / name).mkdir(parents=True)
    setup = gateway_setup()
    imagej = next(jar for jar in setup.classpath if jar.name.startswith("ij-"))
    (folder / "jars" / imagej.name).symlink_to(imagej)
    (folder / "engines" / ENGINE / "dl-modelrunner-pytorch-2.0.0.jar").write_bytes(b"")
    with (
        zipfile.ZipFile(setup.plugin_jar) as classes,
        zipfile.ZipFile(folder / "plugins" / "DeepImageJ-3.1.0.jar", "w") as jar,
    ):
        jar.writestr("plugins.config", COMMANDS)
        jar.writestr(CLASS, classes.read(CLASS))
    with _Server(fault) as server:
        settings = {"port": server.server_address[1], "fault": fault if fault != "shape" else ""}
        text = "".join(f"{key}={value}\n" for key, value in settings.items())
        (folder / "stand_in.properties").write_text(text, "ascii")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield folder
        finally:
            server.shutdown()
            thread.join()


class _Server(socketserver.TCPServer):
    def __init__(self, fault: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fault = fault


class _Handler(socketserver.StreamRequestHandler):
    """Reads one image, and writes what the engine prints, an error, or the outputs."""

    server: _Server

    def handle(self) -> None:
        model = self._text()
        shape = struct.unpack(">5i", self.rfile.read(20))
        data = np.frombuffer(self.rfile.read(4 * int(np.prod(shape))), ">f4")
        with open_package(model) as package:
            said = (
                f'[SERVICE-0] {{"inputs":{{"modelSource":{json.dumps(str(_weights(package)))}}}}}\n'
            )
            said += "[SERVICE-0] <INVALID> [DEBUG 2]: cpu-linux-x86_64:1.13.1"
            try:
                found, error = _compute(package, data.reshape(shape).astype(np.float32)), ""
            except ValueError as problem:
                found, error = {}, str(problem)
        self._say(said)
        self._say(error)
        if error:
            return
        self.wfile.write(struct.pack(">i", len(found)))
        for name, array in found.items():
            cut = array[..., :-1] if self.server.fault == "shape" else array
            self._say(name)
            self.wfile.write(struct.pack(">4i", *cut.shape) + cut.astype(">f4").tobytes())

    def _text(self) -> str:
        (length,) = struct.unpack(">H", self.rfile.read(2))
        return self.rfile.read(length).decode("utf-8")

    def _say(self, text: str) -> None:
        data = text.encode("utf-8")
        self.wfile.write(struct.pack(">H", len(data)) + data)


def _weights(package: Package) -> Path:
    return package.path / package.weights["torchscript"].file.path


def _compute(package: Package, image: np.ndarray) -> Mapping[str, np.ndarray]:
    """Run an image ``t z c y x``; outputs are ``z c y x``, the planes of a stack along z.

    Raises
    ------
    ValueError
        As the real program fails, with its words.
    """
    (spec,) = package.inputs
    data = xr.DataArray(image, dims=tuple("tzcyx"))
    if data.sizes["c"] != (spec.size_of("c") or 1):
        raise ValueError("Tiling cannot happen accross the channel dimension")
    if "z" not in spec.axis_names and data.sizes["t"] > 1:
        data = data.isel(z=[0])  # the others are lost
    stack = "t" if "z" in spec.axis_names or data.sizes["t"] > 1 else "z"
    planes = [_as_axes(data.isel({stack: [index]}), spec) for index in range(data.sizes[stack])]
    steps = fit(spec.steps, planes[-1].values, spec.axis_names)
    with load_session(package, "torch", "cpu") as session:
        found = [_tiled(package, session, each.copy(data=steps(each.values))) for each in planes]
    return {
        output.id: np.concatenate([_as_volume(each[output.id]).values for each in found])
        for output in package.outputs
    }


def _as_axes(data: xr.DataArray, spec: TensorSpec) -> xr.DataArray:
    """Bring an image, one position along all axes that a tensor lacks, to the tensor's axes."""
    data = data.squeeze([axis for axis in data.dims if axis not in spec.axis_names])
    return data.expand_dims([axis for axis in spec.axis_names if axis not in data.dims]).transpose(
        *spec.axis_names
    )


def _as_volume(data: xr.DataArray) -> xr.DataArray:
    data = data.squeeze([axis for axis in data.dims if axis not in tuple("zcyx")])
    return data.expand_dims([axis for axis in "zcyx" if axis not in data.dims]).transpose(*"zcyx")


def _tiled(package: Package, session: Session, ready: xr.DataArray) -> dict[str, xr.DataArray]:
    """Run a normalized plane in the tiles of JDLL, each mirrored by the halo."""
    (spec,) = package.inputs
    halo = max(axis.halo for output in package.outputs for axis in output.space)
    tiles = {axis.name: _tile(axis.size, ready.sizes[axis.name], halo) for axis in spec.space}
    padded = ready.pad({axis: halo for axis in tiles}, mode="symmetric")
    found: dict[str, xr.DataArray] = {}
    for starts in itertools.product(*(starts for starts, _ in tiles.values())):
        where = {
            axis: (begin, begin + size)
            for begin, (axis, (_, size)) in zip(starts, tiles.items(), strict=True)
        }
        part = padded.isel({a: slice(low, high + 2 * halo) for a, (low, high) in where.items()})
        results = session.run({spec.id: np.ascontiguousarray(part.values)})
        for output in package.outputs:
            tile = xr.DataArray(results[output.id], dims=tuple(output.axis_names))
            if output.id not in found:
                sizes = dict(tile.sizes) | {axis: ready.sizes[axis] for axis in tiles}
                found[output.id] = xr.DataArray(np.zeros(tuple(sizes.values())), dims=tuple(sizes))
            inner = {axis: slice(halo, halo + high - low) for axis, (low, high) in where.items()}
            place = {axis: slice(low, high) for axis, (low, high) in where.items()}
            found[output.id][place] = tile.isel(inner).values
    return {
        output.id: found[output.id].copy(
            data=apply(output.steps, found[output.id].values, output.axis_names)
        )
        for output in package.outputs
    }


def _tile(size: Size, full: int, halo: int) -> tuple[tuple[int, ...], int]:
    """Return the starts of the tiles along an axis, and their size without the halo."""
    step = size.step if isinstance(size, SteppedSize) else 1
    tile = (full + 2 * halo) // step * step - 2 * halo
    if full < step or tile < 1:
        raise ValueError("Error in the axes size selected")
    return ((0,) if tile == full else (0, full - tile)), tile
