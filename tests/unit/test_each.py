import pytest

from tests.each import each


def test_every_case_runs_and_each_failure_names_its_own():
    seen = []

    @each("number", range(5), ids=lambda number: f"number {number}")
    def check(number):
        seen.append(number)
        assert number % 2 == 0

    with pytest.raises(ExceptionGroup, match="2 of 5 cases failed") as caught:
        check()
    assert seen == [0, 1, 2, 3, 4]
    assert [error.__notes__ for error in caught.value.exceptions] == [
        ["case: number 1"],
        ["case: number 3"],
    ]


@each("number", range(3))
def test_every_case_has_a_folder_of_its_own(number, tmp_path):
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
