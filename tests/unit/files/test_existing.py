from __future__ import annotations

from pathlib import Path

import pytest

from deepbacs_zoo.errors import OutputExistsError
from deepbacs_zoo.files import refuse_existing


def test_the_first_place_where_something_stands_is_refused(tmp_path: Path) -> None:
    for name in ("b", "c"):
        (tmp_path / name).touch()
    with pytest.raises(OutputExistsError, match=r"b: this output exists.*overwrite=True"):
        refuse_existing(tmp_path / name for name in "abc")
    refuse_existing((tmp_path / name for name in "abc"), overwrite=True)
    refuse_existing(tmp_path / "a")


def test_an_empty_folder_may_count_as_nothing(tmp_path: Path) -> None:
    refuse_existing(tmp_path, empty=True)
    with pytest.raises(OutputExistsError):
        refuse_existing(tmp_path)
    (tmp_path / "a").touch()
    with pytest.raises(OutputExistsError, match=r"taken; .*; go away"):
        refuse_existing(tmp_path, empty=True, what="taken", hint="go away")
    with pytest.raises(OutputExistsError):
        refuse_existing(tmp_path / "a", empty=True)
