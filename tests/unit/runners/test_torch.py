from __future__ import annotations

import hashlib

import numpy as np
import pytest

from deepbacs_zoo.errors import HostError, PackageError, UnsupportedError
from deepbacs_zoo.runners import architecture
from deepbacs_zoo.runners.architecture import trusted_architectures
from deepbacs_zoo.runners.torch import TorchRunner
from tests.unit.runners.stub import ARCHITECTURE, two_tensor_package

torch = pytest.importorskip("torch")


@pytest.fixture()
def package(tmp_path):
    return two_tensor_package(tmp_path, "pytorch_state_dict")


@pytest.fixture()
def tensors():
    return {name: np.ones((1, 1, 8, 8), np.float32) for name in ("first", "second")}


def fields_of(package, **changed):
    old = package.weights["pytorch_state_dict"]
    fields = {**old.fields, **changed}
    package.weights["pytorch_state_dict"] = type(old)(old.format, old.file, fields)
    return package


def test_foreign_code_is_not_even_read_into_python_without_trust(package):
    (package.path / "network.py").write_text("raise SystemExit('executed')", encoding="utf-8")
    with pytest.raises(UnsupportedError, match=r"network\.py.*foreign code"):
        TorchRunner().load(package)


def test_network_file_of_our_own_runs_without_trust(package, tensors, monkeypatch):
    known = frozenset({hashlib.sha256(ARCHITECTURE.encode()).hexdigest()})
    monkeypatch.setattr(architecture, "trusted_architectures", lambda: known)
    found = TorchRunner().load(package).run(tensors)
    np.testing.assert_array_equal(found["sum"], 3)


def test_hashes_of_our_own_networks_are_those_of_their_files():
    folder = architecture.resources.files("deepbacs_zoo") / "networks"
    files = (
        [file for file in folder.iterdir() if file.name.endswith(".py")] if folder.is_dir() else []
    )
    expected = {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    assert expected <= trusted_architectures()


def test_architecture_of_format_0_4_is_read(package, tensors):
    fields_of(package, architecture="network.py:Network", kwargs={"gain": 0.0})
    found = TorchRunner().load(package, trust=True).run(tensors)
    np.testing.assert_array_equal(found["sum"], 3)


def test_architecture_of_a_library_needs_trust(package):
    entry = {"import_from": "torch.nn", "callable": "Identity"}
    fields_of(package, architecture=entry, strict=False)
    with pytest.raises(UnsupportedError, match="foreign code"):
        TorchRunner().load(package)
    TorchRunner().load(package, trust=True)


def test_library_that_is_not_installed_is_named(package):
    entry = {"import_from": "no_such_library.nets", "callable": "Net"}
    with pytest.raises(UnsupportedError, match=r"no_such_library\.nets.*install no_such_library"):
        TorchRunner().load(fields_of(package, architecture=entry), trust=True)


def test_entry_without_architecture_is_the_packages_fault(package):
    with pytest.raises(PackageError, match=r"architecture.*source or import_from"):
        TorchRunner().load(fields_of(package, architecture={}), trust=True)


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"callable": "Absent"}, "AttributeError"),
        ({"kwargs": {"depth": 3}}, "TypeError"),
        ({"callable": "torch"}, "TypeError"),
    ],
)
def test_network_that_cannot_be_built_is_the_packages_fault(package, changed, cause):
    entry = {**package.weights["pytorch_state_dict"].fields["architecture"], **changed}
    with pytest.raises(PackageError, match=rf"cannot be built.*{cause}"):
        TorchRunner().load(fields_of(package, architecture=entry), trust=True)


def test_callable_that_gives_no_network_is_the_packages_fault(package):
    (package.path / "network.py").write_text("def Network(gain): return 5", encoding="utf-8")
    with pytest.raises(PackageError, match=r"no network \(int\)"):
        TorchRunner().load(package, trust=True)


def test_state_dict_of_another_network_gives_one_sentence(package):
    torch.save({"other": torch.zeros(1)}, package.path / "state.pt")
    with pytest.raises(PackageError, match=r"state\.pt.*not those of its network") as caught:
        TorchRunner().load(package, trust=True)
    assert "\n" not in str(caught.value)


def test_pickled_network_is_never_unpickled(package):
    torch.save(np.ones, package.path / "state.pt")
    with pytest.raises(PackageError, match=r"would run code \(numpy\.ones\)"):
        TorchRunner().load(package, trust=True)


def test_broken_script_gives_one_sentence(tmp_path):
    package = two_tensor_package(tmp_path, "torchscript")
    (tmp_path / "weights.pt").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(PackageError, match=r"weights\.pt.*no TorchScript file \(a zip") as caught:
        TorchRunner().load(package)
    assert "\n" not in str(caught.value)


def test_error_while_running_gives_one_sentence(tmp_path, tensors):
    package = two_tensor_package(tmp_path, "torchscript")
    tensors["second"] = np.ones((1, 1, 4, 12), np.float32)
    with pytest.raises(PackageError, match=r"cannot compute.*size of tensor") as caught:
        TorchRunner().load(package).run(tensors)
    assert "\n" not in str(caught.value)


def test_memory_that_runs_out_is_the_computers_fault(tmp_path, tensors, monkeypatch):
    session = TorchRunner().load(two_tensor_package(tmp_path, "torchscript"))

    def starve(*_):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to ...")

    monkeypatch.setattr(session, "_network", starve)
    with pytest.raises(HostError, match=r"ran out of memory.*first 1x1x8x8.*memory"):
        session.run(tensors)


@pytest.mark.parametrize("kind", [tuple, list, lambda pair: {"rest": pair[1], "sum": pair[0]}])
def test_outputs_may_come_as_tuple_list_or_mapping(tmp_path, tensors, monkeypatch, kind):
    session = TorchRunner().load(two_tensor_package(tmp_path, "torchscript"))
    network = session._network
    monkeypatch.setattr(session, "_network", lambda *given: kind(network(*given)))
    assert float(session.run(tensors)["sum"].mean()) == 3.0
