"""Models of the zoo: searched, fetched, resumed, checked, and used without a network."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile

from deepbacs_zoo import predict
from deepbacs_zoo.cli import main as cli
from deepbacs_zoo.errors import HostError, IntegrityError, PackageError, UsageError
from deepbacs_zoo.files import http
from deepbacs_zoo.models import fetch_model, package_path, read_index, search, zoo
from deepbacs_zoo.package import open_package
from tests.packages import CASES, REFUSED
from tests.zoo_server import Trouble
from tests.zoo_server import zoo as play_zoo


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return CASES["bcyx"](tmp_path_factory.mktemp("package"))


@pytest.fixture
def server(tmp_path, monkeypatch, package):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("DEEPBACS_ZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("DEEPBACS_ZOO_OFFLINE", raising=False)
    for name in ("PAUSES",):
        monkeypatch.setattr(http, name, (0.0, 0.0))
        monkeypatch.setattr("deepbacs_zoo.files.download.PAUSES", (0.0, 0.0))
    with play_zoo() as server:
        monkeypatch.setenv("DEEPBACS_ZOO_SERVER", server.url)
        server.published("wise-owl", files_in(package), manifest_of(package))
        server.published(
            "bold-crow", {"rdf.yaml": b""}, {"name": "Nuclei of crows", "tags": ["owl"]}
        )
        server.asked.clear()
        yield server


def files_in(package):
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def manifest_of(package):
    with open_package(package) as opened:
        return json.loads(json.dumps(dict(opened.description), default=str))


def run(capsys, monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["deepbacs-zoo", *map(str, words)])
    try:
        cli.main()
        code = 0
    except SystemExit as done:
        code = done.code or 0
    printed = capsys.readouterr()
    return code, printed.out, printed.err


# --- the collection -----------------------------------------------------------------------------


def test_the_collection_is_searched_in_names_tags_and_authors(server):
    index = read_index()
    assert [model.nickname for model in search(index, [])] == ["bold-crow", "wise-owl"]
    assert [model.nickname for model in search(index, ["OWL"])] == ["wise-owl", "bold-crow"], (
        "names count more than tags"
    )
    assert [model.nickname for model in search(index, ["owl", "nuclei"])] == ["bold-crow"]
    assert search(index, ["whale"]) == []
    assert next(model for model in index.models if model.nickname == "wise-owl").weights == (
        "onnx",
    )


def test_the_zoo_is_asked_once_a_day_and_never_offline(server, monkeypatch):
    first = read_index()
    assert len(server.asked) == 1
    assert read_index() == first
    assert len(server.asked) == 1
    read_index(refresh=True)
    assert len(server.asked) == 2
    later = first.seconds + 2 * 24 * 3600
    monkeypatch.setattr(zoo.time, "time", lambda: later)
    assert read_index().seconds == later
    monkeypatch.setattr(zoo.time, "time", lambda: 2 * later)
    monkeypatch.setenv("DEEPBACS_ZOO_OFFLINE", "1")
    assert read_index().seconds == later
    assert len(server.asked) == 3


def test_all_pages_are_read(server, monkeypatch):
    monkeypatch.setattr(zoo, "_PAGE", 1)
    assert len(read_index().models) == 2
    assert len(server.asked) == 2


def test_a_zoo_that_cannot_be_asked_leaves_what_is_known(server, monkeypatch):
    with pytest.raises(HostError, match="was not before"):
        monkeypatch.setenv("DEEPBACS_ZOO_OFFLINE", "1")
        read_index()
    monkeypatch.delenv("DEEPBACS_ZOO_OFFLINE")
    first = read_index()
    monkeypatch.setattr(zoo.time, "time", lambda: first.seconds + 10**6)
    server.troubles += [Trouble("children", 503, times=3)]
    assert read_index() == first
    server.troubles += [Trouble("children", 200, html=True)]
    assert read_index() == first
    server.troubles += [Trouble("children", 503, times=3)]
    with pytest.raises(HostError):
        read_index(refresh=True)


def test_a_damaged_cache_is_asked_for_anew(server, tmp_path):
    path = tmp_path / "cache" / "zoo" / "index.json"
    path.parent.mkdir(parents=True)
    for text in ("{", "[]", '{"server": 3}', json.dumps({"server": server.url, "models": [{}]})):
        path.write_text(text)
        assert len(read_index().models) == 2


def test_odd_manifests_are_read(server):
    for number, manifest in enumerate(
        ({}, {"name": None, "authors": "me", "tags": "x", "weights": None, "license": 3})
    ):
        server.published(f"odd-bird-{number}", {}, manifest)
    odd = [model for model in read_index().models if model.nickname.startswith("odd")]
    assert [(model.name, model.license) for model in odd] == [
        ("odd-bird-0", None),
        ("odd-bird-1", None),
    ]


# --- models -------------------------------------------------------------------------------------


def test_a_model_is_fetched_once_and_runs_without_a_network(server, package, tmp_path, monkeypatch):
    heard = []
    path = fetch_model("wise-owl", progress=lambda *each: heard.append(each))
    assert path == tmp_path / "cache" / "zoo" / "wise-owl"
    found = {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in path.rglob("*")
        if file.is_file()
    }
    assert found == files_in(package)
    assert heard[-1][0] == heard[-1][1] == sum(map(len, found.values()))
    assert [each.name for each in (tmp_path / "cache" / "zoo").iterdir() if each.is_dir()] == [
        "wise-owl"
    ]
    server.asked.clear()
    monkeypatch.setenv("DEEPBACS_ZOO_OFFLINE", "1")
    assert fetch_model("bioimage-io/wise-owl") == path
    assert package_path("wise-owl") == path
    image = tmp_path / "image.tif"
    tifffile.imwrite(image, np.ones((40, 50), np.float32))
    assert predict("wise-owl", image).tensors
    assert server.asked == []


def test_a_model_that_was_cut_off_is_gone_on_with(server, package):
    read_index()
    total = sum(map(len, files_in(package).values()))
    server.line.cut_at = server.line.done + total // 2
    with pytest.raises(HostError, match=r"cannot be fetched|cannot be listed"):
        fetch_model("wise-owl")
    server.line.mend()
    before = server.line.done
    path = fetch_model("wise-owl")
    assert {file.name: file.read_bytes() for file in path.iterdir()} == files_in(package)
    assert server.line.done - before < total + 8000, "what had come was not sent again"


def test_other_bytes_are_not_kept(server, package):
    folder = server.artifacts.folder_of(server.artifacts.all["bioimage-io/wise-owl"], stage=False)
    good = (folder / "weights.onnx").read_bytes()
    (folder / "weights.onnx").write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    with pytest.raises(IntegrityError, match="SHA-256 differs"):
        fetch_model("wise-owl")
    with pytest.raises(UsageError):
        package_path("wise-owl")
    (folder / "weights.onnx").write_bytes(good)
    assert (fetch_model("wise-owl") / "weights.onnx").read_bytes() == good


def test_names_that_lead_out_are_refused(server, monkeypatch, tmp_path):
    for name in ("../../evil", "/etc/evil", "a\\..\\evil", "C:evil"):
        monkeypatch.setattr(zoo, "files_of", lambda nickname, name=name: [(name, 3)])
        with pytest.raises(PackageError, match="leads out of its folder"):
            fetch_model("wise-owl")
    assert not list(tmp_path.rglob("*evil*"))


def test_a_new_version_is_fetched_when_asked_for(server, package):
    path = fetch_model("wise-owl")
    folder = server.artifacts.folder_of(server.artifacts.all["bioimage-io/wise-owl"], stage=False)
    (folder / "more.txt").write_text("new")
    assert not (fetch_model("wise-owl") / "more.txt").exists()
    assert (fetch_model("wise-owl", again=True) / "more.txt").read_text() == "new"
    (folder / "rdf.yaml").write_text("broken: [")
    with pytest.raises(PackageError):
        fetch_model("wise-owl", again=True)
    assert (path / "more.txt").exists(), "the version before is still there"


@pytest.mark.parametrize("word", ["wise-owk", "Wise Owl", "wise"])
def test_who_misspells_a_nickname_sees_those_that_are_similar(server, word):
    with pytest.raises(UsageError, match="no model has this name") as caught:
        fetch_model(word)
    assert word != "wise-owk" or "wise-owl" in str(caught.value)


def test_without_a_connection_the_sentence_says_so(server, monkeypatch):
    server.troubles += [Trouble("/files/", 503, times=3)]
    with pytest.raises(HostError, match="the files of wise-owl cannot be listed"):
        fetch_model("wise-owl")
    monkeypatch.setenv("DEEPBACS_ZOO_OFFLINE", "1")
    with pytest.raises(HostError, match="DEEPBACS_ZOO_OFFLINE forbids to fetch it"):
        fetch_model("wise-owl")


@pytest.mark.slow  # loads PyTorch
def test_code_of_a_fetched_model_does_not_run_unasked(server, tmp_path):
    foreign = REFUSED["foreign_network"]
    path = foreign.build(tmp_path, name="foreign.zip")
    server.published("sly-fox", files_in(path), manifest_of(path))
    fetched = fetch_model("sly-fox")
    image = tmp_path / "image.tif"
    tifffile.imwrite(image, np.ones((40, 50), np.float32))
    with pytest.raises(foreign.error):
        predict("sly-fox", image)
    assert fetched.is_dir()


# --- the command line ---------------------------------------------------------------------------


def test_from_the_command_line(server, capsys, monkeypatch, tmp_path):
    code, out, err = run(capsys, monkeypatch, "models", "search", "owl")
    assert (code, [line.split()[0] for line in out.splitlines()]) == (0, ["wise-owl", "bold-crow"])
    assert "2 of 2 models of the zoo, as of 20" in err
    code, out, _ = run(capsys, monkeypatch, "models", "search", "--format", "json")
    assert len(json.loads(out)["models"]) == 2
    code, out, _ = run(capsys, monkeypatch, "models", "fetch", "wise-owl")
    assert Path(out.strip()).is_dir()
    code, _, err = run(capsys, monkeypatch, "models", "fetch", "wise-owk")
    assert (code, "wise-owl" in err) == (2, True)


def test_predict_takes_a_nickname(server, capsys, monkeypatch, tmp_path):
    image, output = tmp_path / "image.tif", tmp_path / "out"
    tifffile.imwrite(image, np.ones((40, 50), np.float32))
    code, _, err = run(capsys, monkeypatch, "predict", "wise-owl", image, "--output", output)
    assert code == 0, err
    assert list(output.iterdir())
    server.asked.clear()
    code, _, err = run(
        capsys, monkeypatch, "predict", "deepbacs-denosing-care", image, "--output", output
    )
    assert (code, server.asked) == (2, []), "a typing error in a name of ours asks nobody"
    code, _, err = run(capsys, monkeypatch, "predict", "wise-owk", image, "--output", output)
    assert (code, "wise-owl" in err) == (2, True)


ODD = (
    *(b"null", b"3", b'"x"', b"{}", b"[3]", b"[null]", b"[" * 9999, b"\xff\xfe", b'{"items": 3}'),
    *(
        b'{"items": [], "total": "x"}',
        b'{"items": [{}], "total": 1}',
        b'{"items": [3], "total": 1}',
    ),
    *(b'[{"name": "a", "type": "directory"}]', b'[{"name": "a", "type": "file", "size": "b"}]'),
    *(b'[{"name": 3, "type": "file", "size": 3}]', b'[{"name": "a", "type": "file", "size": -1}]'),
    b'{"items": [{"alias": 3, "manifest": {"weights": 3}}], "total": 1}',
)


@pytest.mark.parametrize(
    "content", ODD, ids=lambda content: content[:12].decode("ascii", "replace")
)
def test_odd_answers_are_one_sentence(server, content):
    server.troubles += [Trouble("children", 200, content=content, times=200)]
    with pytest.raises(HostError, match="the collection of the zoo cannot be asked"):
        read_index()
    server.troubles[:] = [Trouble("/files/", 200, content=content, times=200)]
    with pytest.raises((HostError, IntegrityError, PackageError, UsageError)):
        fetch_model("wise-owl")
    server.troubles.clear()
    assert fetch_model("wise-owl").is_dir()
