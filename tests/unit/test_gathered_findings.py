"""Findings about many files, of which one of each kind is said."""

from deepbacs_zoo.findings import Gathered, Rule, Severity
from deepbacs_zoo.options import Option

MASK = Rule("mask", Severity.WARNING, "A mask.")
GAP = Rule("gap", Severity.INFO, "A gap.")


def together(*files):
    gathered = Gathered()
    for findings in files:
        gathered.add(findings)
    return [(finding.where, finding.sentence()) for finding in gathered.together()]


def test_of_several_files_the_first_is_said_with_their_number():
    files = [[MASK.finding(f"/data/target/{name}.tif", f"mask {name}")] for name in "abc"]
    assert together(*files, []) == [("/data/target", "3 of 4 files, such as a.tif: mask a")]


def test_of_one_file_of_several_everything_is_said():
    odd = [GAP.finding("/data/b.tif", "3 is missing"), GAP.finding("/data/b.tif", "5 is missing")]
    assert together([], odd) == [
        ("/data/b.tif", "1 of 2 files: 3 is missing"),
        ("/data/b.tif", "1 of 2 files: 5 is missing"),
    ]


def test_a_single_file_is_not_counted():
    assert together([MASK.finding("a.tif", "mask")]) == [("a.tif", "mask")]


def test_what_every_file_says_alike_is_said_once():
    package = MASK.finding("model.zip", "no halo")
    assert together([package], [package]) == [("model.zip", "no halo")]


def test_kinds_stay_apart_and_options_stay_options():
    gathered = Gathered()
    for name in "ab":
        what = "set " + Option("background", 255)
        gathered.add([MASK.finding(f"{name}.tif", what)], [GAP.finding(f"{name}.tif", "gap")])
    mask, gap = gathered.together()
    assert mask.sentence(lambda option: f"--{option.name}").endswith("a.tif: set --background")
    assert (mask.id, gap.id, mask.where) == ("mask", "gap", "a.tif")
