"""The function and the command: shown first, refused where validation fails, then sent."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import zipfile
from pathlib import Path

import pytest

from deepbacs_zoo import publish
from deepbacs_zoo.cli import main as cli
from deepbacs_zoo.cli import progress
from deepbacs_zoo.errors import OutputExistsError, PackageError, UsageError
from deepbacs_zoo.package import open_package
from deepbacs_zoo.publishing import Sending
from deepbacs_zoo.publishing import run as publishing
from deepbacs_zoo.publishing.submission import read_submission
from deepbacs_zoo.publishing.zoo import model_runner
from deepbacs_zoo.validation.checks.metadata import LICENSE_MISSING
from tests.packages import REFUSED
from tests.unit.publishing.conftest import TOKEN, content
from tests.zoo_server import Trouble


def run(capsys, monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["deepbacs-zoo", "publish", *map(str, words)])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    printed = capsys.readouterr()
    return caught.value.code or 0, printed.out, printed.err


# --- dry runs -----------------------------------------------------------------------------------


def test_a_dry_run_needs_no_network_and_no_token(
    server, package, validated, capsys, monkeypatch, tmp_path
):
    monkeypatch.delenv(TOKEN)
    page = tmp_path / "page.html"
    code, out, err = run(capsys, monkeypatch, package, "--page", page)
    assert (code, server.asked) == (0, [])
    assert "PUT  /s3/…/rdf.yaml" in out
    assert "artifact-manager/create" in out
    assert "predicted score 0." in out
    assert "[x] a valid format" in out
    assert "Nothing was sent; --really sends it." in err
    assert not (tmp_path / "state").exists()
    text = page.read_text("utf-8")
    assert "As the zoo shows it" in text
    assert not re.search(r'(src|href)="(?!data:|#|https://doi|https://arxiv)', text)
    assert "<script" not in text


def test_a_dry_run_is_read_by_programs(server, package, submission, validated, capsys, monkeypatch):
    validated += [LICENSE_MISSING.finding("license", "no licence is stated")]
    code, out, _ = run(capsys, monkeypatch, package, "--format", "json")
    block = json.loads(out)
    assert (code, block["passed"], block["published"]) == (1, False, None)
    assert block["bytes"] == submission.size
    assert [each["size"] for each in block["requests"] if each["method"] == "PUT"] == [
        file.size for file in submission.files
    ]
    assert block["metadata"]["status"] == "in-review"
    assert [each["id"] for each in block["findings"]] == ["license-missing"]
    assert 0 < block["score"] < 1
    code, out, _ = run(capsys, monkeypatch, package, "--format", "markdown")
    assert out.startswith(f"# {submission.metadata.name}\n")


def test_documentation_is_shown_and_not_run(tmp_path):
    from deepbacs_zoo.reports.publication import _html_of

    shown = _html_of(
        "# A\n\n<script>x</script>\n\n![p](http://x/y.png) [l](javascript:x)\n\n|a|\n|-|"
    )
    assert "<h1>A</h1>" in shown
    assert "<script>" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown
    assert "<table>" in shown


# --- sent ---------------------------------------------------------------------------------------


def test_what_was_shown_is_sent(server, package, submission, validated, capsys, monkeypatch):
    words = (package, "--really", "--yes")
    code, out, err = run(capsys, monkeypatch, *words)
    assert (code, out.splitlines()[0]) == (0, "bioimage-io/affable-shark")
    assert "stage=true" in out
    count = len(submission.files)
    assert f"in-review: {count} of {count} files sent now" in err
    assert server.files("bioimage-io/affable-shark") == content(submission)
    server.asked.clear()
    code, out, err = run(capsys, monkeypatch, *words, "--format", "json")
    assert json.loads(out)["published"]["sent"] == 0
    assert server.asked == []


def test_metadata_are_shown_as_they_will_be(server, package, validated):
    shown = publish(package).metadata
    assert "id" not in shown, "the zoo gives it"
    publish(package, really=True)
    id = "bioimage-io/affable-shark"
    assert server.manifest(id) == {**shown, "id": "affable-shark"}
    shown = publish(package, options=Sending(update=id)).metadata
    assert shown == server.manifest(id)


def test_one_question_is_asked(server, package, validated, capsys, monkeypatch):
    words = (package, "--really")
    code, _, err = run(capsys, monkeypatch, *words)
    assert code == 2
    assert "--yes: there is a question, and nobody to answer it" in err
    questions = []

    def answer(question, err):
        questions.append(question)
        return len(questions) == 2

    monkeypatch.setattr(progress.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(progress.typer, "confirm", answer)
    code, out, _ = run(capsys, monkeypatch, *words)
    assert (code, server.asked) == (0, [])
    code, out, _ = run(capsys, monkeypatch, *words)
    assert out.startswith("bioimage-io/affable-shark")
    assert re.fullmatch(rf"Send \d+ files, [\d,]+ bytes, to {server.url}\?", questions[1])


def test_no_package_is_sent_that_does_not_pass(server, package, validated, capsys, monkeypatch):
    validated += [LICENSE_MISSING.finding("license", "no licence is stated")]
    code, _, err = run(capsys, monkeypatch, package, "--really", "--yes")
    assert (code, server.asked) == (1, [])
    assert "the package does not pass validation, and nothing was sent" in err
    assert "name exceptions by --allow license-missing" in err
    words = (package, "--really", "--yes", "--allow", "license-missing")
    assert run(capsys, monkeypatch, *words)[0] == 0


def test_a_broken_package_is_not_sent(server, tmp_path):
    for name in ("tampered_weights", "missing_weights"):
        if name in REFUSED:
            with pytest.raises(PackageError):
                publish(REFUSED[name].build(tmp_path), really=True)
    assert server.asked == []


def test_no_token_is_noticed_before_anything_is_done(
    server, package, capsys, monkeypatch, tmp_path
):
    monkeypatch.delenv(TOKEN)
    monkeypatch.setattr(publishing, "open_package", None)
    code, _, err = run(capsys, monkeypatch, package, "--really")
    assert code == 2
    assert "there is no token for this server" in err
    assert "sign in at https://bioimage.io" in err


def test_progress_counts_bytes(server, package, submission, validated):
    heard = []
    publish(package, really=True, progress=lambda *each: heard.append(each))
    assert heard[-1][:2] == (submission.size, submission.size)


# --- review -------------------------------------------------------------------------------------


def test_a_model_in_review_from_the_command_line(
    server, package, submission, validated, capsys, monkeypatch
):
    run(capsys, monkeypatch, package, "--really", "--yes")
    server.asked.clear()
    code, out, err = run(capsys, monkeypatch, package, "--withdraw")
    assert (code, server.asked) == (0, [])
    assert "--really sends it" in err
    assert "artifact-manager/edit" in out
    code, out, _ = run(capsys, monkeypatch, package, "--comment", "Hello", "--really", "--yes")
    assert "github|anna: Hello" in out
    code, out, _ = run(capsys, monkeypatch, package, "--status", "--format", "json")
    assert json.loads(out)["status"] == "in-review"
    code, out, _ = run(capsys, monkeypatch, package, "--withdraw", "--really", "--yes")
    assert out.startswith("bioimage-io/affable-shark: draft, 0 published versions")
    code, out, err = run(capsys, monkeypatch, package, "--test")
    assert (code, "model-runner/test" in out, server.tests) == (0, True, {})
    monkeypatch.setattr(model_runner, "_PAUSES", (0.0,))
    code, out, err = run(capsys, monkeypatch, package, "--test", "--really", "--yes")
    assert (code, out) == (0, "bioimage-io/affable-shark: passed\n")
    server.report = {"error": "no GPU"}
    words = (package, "--test", "--really", "--yes", "--format", "json")
    code, out, _ = run(capsys, monkeypatch, *words)
    assert (code, json.loads(out)) == (1, {"error": "no GPU"})
    words = (package, "--status", "--id", "none")
    code, _, err = run(capsys, monkeypatch, *words)
    assert (code, "bioimage-io/none: the server has nothing of this name" in err) == (2, True)


# --- folders ------------------------------------------------------------------------------------


def test_a_folder_gets_exactly_what_would_be_sent(server, package, submission, validated, tmp_path):
    output = tmp_path / "to" / "folder"
    done = publish(package, to="folder", really=True, options=Sending(output=output)).published
    assert done.sent == len(submission.files)
    files = output / "files"
    found = {
        path.relative_to(files).as_posix(): path.read_bytes()
        for path in files.rglob("*")
        if path.is_file()
    }
    assert found == content(submission)
    assert json.loads((output / "metadata.json").read_text("utf-8")) == submission.description
    checklist = (output / "checklist.md").read_text("utf-8")
    for file in submission.files:
        assert hashlib.sha256(found[file.name]).hexdigest() in checklist
    with pytest.raises(OutputExistsError):
        publish(package, to="folder", really=True, options=Sending(output=output))
    again = Sending(output=output, overwrite=True)
    publish(package, to="folder", really=True, options=again)
    assert server.asked == []
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine").write_text("x")
    with pytest.raises(OSError, match="would be lost"):
        publish(
            package,
            to="folder",
            really=True,
            options=Sending(other, overwrite=True),
        )
    assert (other / "mine").exists()


def test_a_folder_needs_a_place_and_a_target_a_name(package, validated):
    with pytest.raises(UsageError, match=r"^output: a folder is to be written"):
        publish(package, to="folder", really=True)
    with pytest.raises(UsageError, match=r"^to: no target has this name \(moon\)"):
        publish(package, to="moon")


def test_files_that_systems_leave_are_not_sent(server, package, tmp_path, validated):
    folder = tmp_path / "package"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    for name in (".DS_Store", "comments.json", "__pycache__/net.pyc"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("{}")
    (folder / "sub").mkdir()
    (folder / "sub" / "notes.md").write_text("notes")
    publication = publish(folder, really=True)
    assert set(publication.submission.left_out) == {
        ".DS_Store",
        "comments.json",
        "__pycache__/net.pyc",
    }
    there = server.files(publication.published.id)
    assert there["sub/notes.md"] == b"notes"
    assert there.keys() == {file.name for file in publication.submission.files}


def test_infinite_bounds_and_times_are_said_in_json(package, tmp_path):
    folder = tmp_path / "package"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    path = folder / "rdf.yaml"
    text = path.read_text("utf-8")
    path.write_text(
        f"{text}\nconfig:\n  other: {{range: [-.inf, .inf], when: 2026-01-02}}\n", "utf-8"
    )
    with open_package(folder) as opened:
        description = read_submission(opened).description
    assert description["config"]["other"]["range"] == [None, None]
    assert "2026-01-02" in json.dumps(description, allow_nan=False)


def test_a_description_that_the_zoo_does_not_read(package, tmp_path, validated):
    folder = tmp_path / "package"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    (folder / "rdf.yaml").rename(folder / "model.yaml")
    with pytest.raises(PackageError, match=r"a name that the zoo does not read \(model.yaml\)"):
        publish(folder)


def test_a_break_is_finished_by_the_same_command(
    server, package, submission, validated, capsys, monkeypatch
):
    words = (package, "--really", "--yes")
    server.troubles += [Trouble("PUT /s3/", 0, skip=2, times=3)]
    code, _, err = run(capsys, monkeypatch, *words)
    assert code == 2
    count = len(submission.files)
    assert f"on the server: bioimage-io/affable-shark, draft, with 2 of {count} files" in err
    code, _, err = run(capsys, monkeypatch, *words)
    assert (code, f"in-review: {count - 2} of {count} files sent now" in err) == (0, True)
    assert Path(package).exists()
