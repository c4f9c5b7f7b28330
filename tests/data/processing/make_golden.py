"""Write ``golden.json``: what bioimageio.core, or the specification, makes of small tensors.

Run it as ``python -m tests.data.processing.make_golden`` in an environment with bioimageio.core
0.11.0; the README beside it says what the file holds.  ``cases.py`` lists the cases.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.data.processing.cases import Case, cases

FILE = Path(__file__).with_name("golden.json")
AXIS_NAMES = {"b": "batch", "c": "channel"}


def by_core(case: Case, array: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """What bioimageio.core's own pre- or postprocessing makes of the tensor."""
    from bioimageio.core import Sample, Tensor
    from bioimageio.core.proc_setup import get_pre_and_postprocessing
    from bioimageio.spec.model import v0_5

    names = [AXIS_NAMES.get(axis, axis) for axis in case.axes]
    steps = [described(entry, v0_5) for entry in case.steps]
    # Only ids and steps are read from these descriptions.
    inputs = [v0_5.InputTensorDescr.model_construct(id="ref", preprocessing=[])]
    outputs = []
    if case.place == "input":
        inputs.append(v0_5.InputTensorDescr.model_construct(id="x", preprocessing=steps))
    else:
        outputs.append(v0_5.OutputTensorDescr.model_construct(id="x", postprocessing=steps))
    before, after = get_pre_and_postprocessing(
        v0_5.ModelDescr.model_construct(inputs=inputs, outputs=outputs),
        dataset_for_initial_statistics=[],
    )
    tensors = {"ref": Tensor(reference, dims=names)}
    found = {"x": Tensor(array, dims=names)}
    sample = Sample(
        members={**tensors, **(found if case.place == "input" else {})}, stat={}, id="golden"
    )
    before(sample)
    if case.place == "output":
        sample.members.update(found)
        after(sample)
    return np.asarray(sample.members["x"].data.values)


def described(entry: dict[str, Any], v0_5: Any) -> Any:
    """One step as a description of format 0.5, validated by bioimageio.spec."""
    kwargs = dict(entry["kwargs"])
    if "axes" in kwargs:
        kwargs["axes"] = [AXIS_NAMES.get(axis, axis) for axis in kwargs["axes"]]
    if "axis" in kwargs:
        kwargs["axis"] = AXIS_NAMES.get(kwargs["axis"], kwargs["axis"])
    content = {"id": entry["name"]} | ({"kwargs": kwargs} if kwargs else {})
    kind = "".join(part.capitalize() for part in entry["name"].split("_")) + "Descr"
    return getattr(v0_5, kind).model_validate(content)


def in_result_type(case: Case, expected: np.ndarray) -> np.ndarray:
    """Bring numbers to the type that the last step leaves: core's and plain NumPy's are wider."""
    last = case.steps[-1]
    if last["name"] == "ensure_dtype":
        return expected.astype(last["kwargs"]["dtype"])
    wide = case.dtype in ("int32", "uint32", "float64")
    return expected.astype("float64" if wide else "float32")


def encoded(array: np.ndarray) -> dict[str, Any]:
    values = array.reshape(-1).tolist()
    if array.dtype == np.float32:
        values = [float(f"{value:.9g}") for value in values]  # as exact as float32 is
    return {"dtype": str(array.dtype), "shape": list(array.shape), "values": values}


def entry_of(case: Case, seed: int) -> dict[str, Any]:
    """One vector, computed now."""
    array, reference = case.tensors(seed)
    if case.formula is None:
        expected = by_core(case, array, reference)
    else:
        expected = case.formula(array.astype(np.float64), reference.astype(np.float64))
    entry = {
        "steps": case.steps,
        "letters": case.axes,
        "input": encoded(array),
        "expected": encoded(in_result_type(case, expected)),
        "source": case.source,
    }
    if case.why:
        entry["why"] = case.why
    if case.place == "output":
        entry["place"] = case.place
    if case.reference:
        entry["references"] = {"ref": {"letters": case.axes, **encoded(reference)}}
    return entry


def entries(keep: Callable[[Case], bool] = lambda case: True) -> Iterator[dict[str, Any]]:
    """Every vector, computed now."""
    for seed, case in enumerate(cases()):
        if keep(case):
            yield entry_of(case, seed)


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries())
    FILE.write_text(f"[\n{lines}\n]\n", "utf-8")
