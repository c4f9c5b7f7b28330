"""Files that could harm whoever unpacks or loads them: seen, named, and never run."""

from __future__ import annotations

import collections
import io
import os
import pickle
import stat
import zipfile

import pytest

from deepbacs_zoo.findings import Severity
from deepbacs_zoo.validation import CHECKS, validate
from deepbacs_zoo.validation.checks.pickles import calls_of
from tests.packages import ALL_WEIGHTS, CASES


class Calls:
    """A pickle that calls something."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def torch_file(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", content)
    return buffer.getvalue()


def findings(path, id):
    return [each for each in validate(path).findings if each.id == id]


def with_file(tmp_path, name, content):
    return CASES["bcyx"](tmp_path, extra_files={name: content})


def test_safety_comes_before_all_checks_of_weights():
    assert next(iter(CHECKS)) == "safety"


# --- pickles -------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("wrap", [bytes, torch_file])
def test_the_calls_of_a_pickle_are_named_and_not_made(tmp_path, protocol, wrap):
    marker = tmp_path / "ran"
    content = pickle.dumps([1, Calls(os.system, f"touch {marker}")], protocol)
    calls = calls_of(io.BytesIO(wrap(content)))
    assert calls == (f"{os.system.__module__}.system",)
    (finding,) = findings(with_file(tmp_path, "weights.pt", wrap(content)), "pickle-with-code")
    assert (finding.where, finding.severity) == ("weights.pt", Severity.ERROR)
    assert "calls posix.system" in finding.what or "calls nt.system" in finding.what
    assert not marker.exists()


def test_a_name_behind_a_memo_is_followed():
    pair = pickle.dumps([("posix", "system"), Calls(os.system, "true")], 4)
    assert "posix.system" in calls_of(io.BytesIO(pair)) or "nt.system" in calls_of(io.BytesIO(pair))


def test_an_unknown_class_is_a_warning(tmp_path):
    content = torch_file(pickle.dumps(collections.Counter("ab"), 2))
    (finding,) = findings(with_file(tmp_path, "net.pth", content), "pickle-with-code")
    assert finding.severity == Severity.WARNING
    assert "collections.Counter" in finding.what


def test_weights_of_tensors_alone_call_nothing(tmp_path):
    pytest.importorskip("torch")
    path = CASES["all_weights"](tmp_path, weights=ALL_WEIGHTS)
    assert findings(path, "pickle-with-code") == []
    (code,) = findings(path, "architecture-code")
    assert code.where == "weights.pytorch_state_dict.architecture"
    assert "network.py" in code.what


def test_old_files_of_torch_are_read_too(tmp_path):
    torch = pytest.importorskip("torch")
    buffer = io.BytesIO()
    torch.save({"a": torch.zeros(3)}, buffer, _use_new_zipfile_serialization=False)
    assert calls_of(io.BytesIO(buffer.getvalue())) == ()
    torch.save(torch.nn.Linear(1, 1), buffer := io.BytesIO())
    assert "torch.nn.modules.linear.Linear" in calls_of(io.BytesIO(buffer.getvalue()))


@pytest.mark.parametrize("content", [b"", b"\x80", b"\x80\x04cut", b"PK\x03\x04", b"\x80" * 5_000])
def test_damaged_pickles_are_no_trouble(tmp_path, content):
    assert validate(with_file(tmp_path, "weights.pt", content)).findings


# --- layers and graphs ---------------------------------------------------------------------------


def test_lambda_layers_are_named(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("config.json", '{"class_name": "Lambda", "config": {}}')
    (finding,) = findings(with_file(tmp_path, "a.keras", buffer.getvalue()), "keras-lambda")
    assert finding.where == "a.keras"
    other = tmp_path / "other"
    other.mkdir()
    old = bytes(3_000_000) + b'{"class_name": "Lambda"}' + bytes(10)
    assert findings(with_file(other, "a.h5", old), "keras-lambda")


def test_operations_of_a_graph_that_touch_files_are_named(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("net/saved_model.pb", b"\x0a\x08ReadFile\x0a\x06Conv2D")
    (finding,) = findings(with_file(tmp_path, "tf.zip", buffer.getvalue()), "graph-touches-files")
    assert finding.where == "tf.zip/net/saved_model.pb"
    assert "ReadFile" in finding.what


# --- members -------------------------------------------------------------------------------------


def test_every_member_that_leads_out_is_named(tmp_path):
    path = CASES["bcyx"](tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        for name in ("../up.txt", "/etc/passwd", "C:\\windows", "a/../../up", "fine.txt"):
            archive.writestr(name, b"")
    found = findings(path, "member-outside-package")
    assert len(found) == 4
    assert {each.severity for each in found} == {Severity.ERROR}
    assert not (tmp_path.parent / "up.txt").exists()


def test_links_in_a_zip_and_in_a_folder_are_named(tmp_path):
    path = CASES["bcyx"](tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        for name, target in (("inside", "weights.onnx"), ("outside", "../../secret")):
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
    found = {each.where: each.severity for each in findings(path, "member-is-link")}
    assert found == {"inside": Severity.WARNING, "outside": Severity.ERROR}
    folder = CASES["folder"](tmp_path / "b")
    (folder / "link").symlink_to(folder / "rdf.yaml")
    (folder / "out").symlink_to("/etc/hostname")
    found = {each.where: each.severity for each in findings(folder, "member-is-link")}
    assert found == {"link": Severity.WARNING, "out": Severity.ERROR}


def test_two_files_of_one_name_that_differ_are_named(tmp_path):
    path = CASES["bcyx"](tmp_path)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("weights.onnx", b"other")
    (finding,) = findings(path, "member-twice")
    assert finding.where == "weights.onnx"


def test_a_file_that_swells_is_named_and_not_unpacked(tmp_path):
    path = CASES["bcyx"](tmp_path)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("bomb.bin", "w") as file,
    ):
        for _ in range(300):
            file.write(bytes(2**20))
    (finding,) = findings(path, "archive-swollen")
    assert finding.where == "bomb.bin"
    assert f"{300 * 2**20:,}" in finding.what


# --- the description -----------------------------------------------------------------------------


def test_tags_that_name_python_are_said_and_not_followed(tmp_path):
    path = CASES["folder"](tmp_path)
    marker = tmp_path / "ran"
    text = (path / "rdf.yaml").read_text()
    bad = f"evil: !!python/object/apply:os.system ['touch {marker}']\n"
    (path / "rdf.yaml").write_text(text + bad)
    (finding,) = findings(path, "yaml-tag")
    assert finding.where == "rdf.yaml"
    assert "!!python/object/apply:os.system" in finding.what
    assert not marker.exists()
