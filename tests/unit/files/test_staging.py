from __future__ import annotations

import errno
from pathlib import Path

import pytest

from deepbacs_zoo.errors import HostError, OutputExistsError, UsageError
from deepbacs_zoo.files.staging import check_output, move_into_place, staging


def test_an_existing_output_is_refused_unless_overwritten(tmp_path: Path) -> None:
    output = tmp_path / "package.zip"
    output.write_bytes(b"old")
    with pytest.raises(OutputExistsError, match=r"package\.zip.*overwrite=True"):
        check_output(output, overwrite=False)
    check_output(output, overwrite=True)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"nowhere: .*does not exist; allowed: an existing folder"):
        check_output(tmp_path / "nowhere" / "package.zip", overwrite=False)


def test_a_folder_that_may_not_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not by chmod: the superuser may write everywhere.
    monkeypatch.setattr("deepbacs_zoo.files.staging.os.access", lambda *_: False)
    with pytest.raises(HostError, match=r"cannot be written here \(permission denied\)"):
        check_output(tmp_path / "package.zip", overwrite=False)


def test_only_a_package_folder_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    with pytest.raises(UsageError, match=r"thesis: this folder is not a package"):
        check_output(tmp_path / "thesis", overwrite=True)
    (tmp_path / "thesis" / "rdf.yaml").write_text("")
    check_output(tmp_path / "thesis", overwrite=True)


def test_staging_leaves_nothing_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), staging(tmp_path / "package.zip") as temporary:
        (temporary / "file").write_bytes(b"half")
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(HostError, match=r"\(No space left on device\).*free some space"),
        staging(tmp_path / "package.zip"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "weights.onnx"))
    assert not list(tmp_path.iterdir())


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    output = tmp_path / "package"
    output.mkdir()
    (output / "old").write_bytes(b"old")
    with staging(output) as temporary:
        made = temporary / "made"
        made.mkdir()
        (made / "new").write_bytes(b"new")
        move_into_place(made, output, temporary)
    assert [path.name for path in output.iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


def test_a_folder_that_cannot_be_replaced_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, temporary, made = tmp_path / "package", tmp_path / "apart", tmp_path / "apart" / "made"
    for folder in (output, temporary, made):
        folder.mkdir()
    (output / "old").write_bytes(b"old")
    real = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if self == made:
            raise OSError(errno.EACCES, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="Permission denied"):
        move_into_place(made, output, temporary)
    assert (output / "old").read_bytes() == b"old"
