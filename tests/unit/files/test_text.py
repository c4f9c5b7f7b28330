from __future__ import annotations

from pathlib import Path

import pytest

from deepbacs_zoo.files.text import decode_text, line_of, read_text

TEXT = "a: µ\n\nb: 2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_and_line_ends_of_editors_are_left_out(
    encoding: str, end: str, tmp_path: Path
) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    (tmp_path / "a.txt").write_bytes((mark + TEXT.replace("\n", end)).encode(encoding))
    assert read_text(tmp_path / "a.txt") == TEXT


def test_the_line_of_another_encoding_is_named() -> None:
    with pytest.raises(UnicodeDecodeError) as caught:
        decode_text("a\nb\nMüller".encode("latin-1"))
    assert line_of(caught.value) == 3
