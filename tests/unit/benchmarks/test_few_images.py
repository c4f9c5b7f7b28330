"""The few-image benchmark's own logic, on drawn images: cuts, runs found again, tables."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.evaluation.labels.scoring import gather, score_image
from deepbacs_zoo.metrics import Estimate
from deepbacs_zoo.package.zoo_config import Multilabel
from tests.benchmarks.accuracy.clock import Seconds
from tests.benchmarks.accuracy.few_images import __main__ as command_line
from tests.benchmarks.accuracy.few_images import decoders, mixed, mixed_sets, runs, scores, sets
from tests.benchmarks.accuracy.few_images.sets import F1, OBJECTS, RECALL, SETS, Score
from tests.benchmarks.accuracy.fields import Field, Parts, scaled
from tests.benchmarks.accuracy.table import Row


def drawn(name, shape=(40, 40), *corners):
    """Squares of five pixels on an empty image."""
    labels = np.zeros(shape, np.int32)
    for number, (y, x) in enumerate(corners, start=1):
        labels[y : y + 5, x : x + 5] = number
    return Field(name, (labels > 0).astype(np.uint8) * 100, labels)


@pytest.fixture
def frames():
    return tuple(drawn(f"frame_{index:02d}", (40, 40), (index, index)) for index in range(20))


class TestCuts:
    def test_four_frames_of_the_colony_train_and_the_late_ones_test(self, frames, monkeypatch):
        monkeypatch.setattr(sets, "colony", lambda path: Parts(frames[:10], frames[12:]))
        parts = sets.colony_frames(None)
        assert [one.name for one in parts.training] == [f"frame_0{index}" for index in (0, 3, 6, 9)]
        assert [one.name for one in parts.test] == [f"frame_{index}" for index in range(12, 20)]

    def test_the_first_four_fields_of_a_recording_train(self, frames, monkeypatch):
        monkeypatch.setattr(sets, "brightfield", lambda path: Parts(frames, frames[:1]))
        assert len(sets.first_fields(None).training) == 4

    def test_one_quarter_trains_and_the_others_test(self):
        whole = Field(
            "nuclei", np.arange(512 * 512).reshape(512, 512), np.ones((512, 512), np.int32)
        )
        parts = sets.split_quarters(whole)
        (first,) = parts.training
        assert np.array_equal(first.image, whole.image[:256, :256])
        pixels = [each.image.ravel() for each in (first, *parts.test)]
        assert np.array_equal(np.sort(np.concatenate(pixels)), whole.image.ravel())

    def test_the_bars_are_those_of_the_issue(self):
        asked = {name: tuple(each.asked) for name, each in SETS.items()}
        assert asked == {
            "colony": (Score(F1, mean=0.93, worst=0.88),),
            "coli": (Score(RECALL, mean=0.95), Score(OBJECTS, most=1.5)),
            "nuclei": (Score(F1, mean=0.85),),
        }


class TestRuns:
    def test_the_default_command_has_no_options_but_the_seed(self, tmp_path):
        words = runs.command(runs.DEFAULT, tmp_path, tmp_path / "run", 2, resume=False)
        assert words[:2] == ["train", "segmentation"]
        assert [word for word in words if word.startswith("--")] == ["--data", "--output", "--seed"]
        again = runs.command(runs.Recipe("unet"), tmp_path, tmp_path / "run", 2, resume=True)
        assert again[-3:] == ["--seed", "2", "--resume"]
        assert again[again.index("--method") + 1] == "unet"

    def test_images_are_written_once_and_others_in_their_place_are_refused(self, tmp_path, frames):
        parts = Parts(frames[:2], frames[2:3])
        runs.write_parts(parts, tmp_path)
        path = tmp_path / "training" / "source" / "frame_00.tif"
        before = path.stat().st_mtime_ns
        runs.write_parts(parts, tmp_path)
        assert path.stat().st_mtime_ns == before
        other = replace(frames[0], image=frames[0].image + 1)
        with pytest.raises(DataError, match=r"frame_00\.tif: this is not the image"):
            runs.write_parts(Parts((other, frames[1]), parts.test), tmp_path)


class TestTable:
    @pytest.fixture
    def rows(self):
        values = ((0.9, 1.2), (0.95, 1.1), (1.0, 1.6))
        return [
            Row(
                f"seed {seed}",
                {F1: Estimate(f1), OBJECTS: Estimate(objects)},
                Seconds(10.0 * (seed + 1), 1.0),
            )
            for seed, (f1, objects) in enumerate(values)
        ]

    def test_mean_and_worst_of_each_score(self, rows):
        mean, worst = scores.summary(rows)
        assert mean.scores[F1].value == pytest.approx(0.95)
        assert mean.scores[OBJECTS].value == pytest.approx(1.3)
        assert (worst.scores[F1].value, worst.scores[OBJECTS].value) == (0.9, 1.6)
        assert (mean.seconds, worst.seconds) == (Seconds(20.0, 1.0), Seconds(30.0, 1.0))

    def test_bars_are_held_against_mean_and_worst(self, rows):
        rows += scores.summary(rows)
        found = scores.bars((Score(F1, mean=0.93, worst=0.92), Score(OBJECTS, most=1.3)), rows)
        assert [str(bar) for bar in found] == [
            "reached: F1 at IoU 0.5: mean 0.950, at least 0.93",
            "MISSED: F1 at IoU 0.5: worst 0.900, at least 0.92",
            "reached: objects per label: mean 1.300, at most 1.3",
        ]

    def test_a_seed_that_finds_nothing_reaches_no_bar(self, rows):
        rows.append(Row("seed 3", {F1: Estimate(math.nan), OBJECTS: Estimate(0.0)}))
        found = scores.bars((Score(F1, mean=0.1, worst=0.1),), rows + scores.summary(rows))
        assert not any(bar.reached for bar in found)

    def test_scores_of_a_run_count_merged_and_split_objects(self):
        field = drawn("a", (40, 40), (2, 2), (2, 7), (20, 20))
        found = field.labels.copy()
        found[field.labels == 2] = 1
        row = score_image("a", field.labels, found, seconds=0.0)
        shown = scores.columns(gather("m", "m", [row]))
        assert shown["merged"].value == pytest.approx(2 / 3)
        assert shown["split"].value == 0.0
        assert shown[OBJECTS].value == pytest.approx(2 / 3)


class TestCommandLine:
    def test_missing_archives_leave_sets_out_with_a_sentence_each(self, capsys, tmp_path):
        assert command_line.main(["--archives", str(tmp_path)]) == 0
        said = capsys.readouterr().out.splitlines()
        assert all(line.startswith("Skipped: ") for line in said)
        assert len(said) == len(command_line.BENCHMARKS)

    @pytest.mark.parametrize("words", [["colonies"], ["colony", "--seeds", "0"]])
    def test_a_wrong_word_is_refused_before_anything_runs(self, words, capsys):
        with pytest.raises(SystemExit):
            command_line.main(words)
        assert words[-1] in capsys.readouterr().err


class TestMixedCuts:
    def test_sparse_and_dense_frames_train_and_others_test_at_two_scales(self, frames):
        found = mixed_sets.split_frames(frames)
        assert [one.name for one in found.training] == [
            f"frame_{index:02d}" for index in (0, 5, 14, 19)
        ]
        units = found.tests["colony"]
        assert [[one.name for one in unit] for unit in units[:2]] == [
            ["frame_02_x0.80", "frame_02_x1.25"],
            ["frame_08_x0.80", "frame_08_x1.25"],
        ]
        trained = {*mixed_sets.SPARSE, *mixed_sets.DENSE}
        assert min(abs(one - other) for one in mixed_sets.TESTED for other in trained) == 2

    def test_a_scaled_field_keeps_its_data_type_and_objects(self):
        field = drawn("a", (40, 60), (5, 5), (20, 20))
        small = scaled(field, 0.8)
        assert small.image.shape == small.labels.shape == (32, 48)
        assert (small.image.dtype, small.labels.max()) == (field.image.dtype, 2)
        assert small.image[small.labels > 0].min() > 40

    def test_the_sparsest_and_the_densest_eighth_train(self):
        corners = [
            (row * 40 + 2, column * 40 + 2 + 7 * number)
            for row in range(2)
            for column in range(4)
            for number in range((3, 2, 2, 2, 2, 2, 1, 2)[row * 4 + column])
        ]
        found = mixed_sets.split_eighths(drawn("nuclei", (80, 160), *corners))
        assert [one.name for one in found.training] == ["nuclei_12", "nuclei_00"]
        assert [int(one.labels.max()) for one in found.training] == [1, 3]
        assert len(found.tests["nuclei"]) == 6
        assert len(found.parts.test) == 6


class TestDecoders:
    def test_what_is_best_on_the_test_is_chosen_among_tuned_ones_too(self, monkeypatch):
        own = Multilabel("p", split_levels=(0.7, 0.9), convexity=0.8)
        tuned = replace(own, split_levels=(), seed_threshold=0.45, foreground_threshold=0.3)
        monkeypatch.setattr(decoders, "_tuned", lambda found, settings: tuned)
        run = SimpleNamespace(tuned=None)
        plan = SimpleNamespace(method=SimpleNamespace(decode=own))
        found = decoders.decoders(SimpleNamespace(run=run, plan=plan))
        assert found[decoders.LEVELS] == found[decoders.LEVELS_TUNED] == own
        assert found[decoders.THRESHOLD] == replace(own, split_levels=())
        known = {each for name, each in found.items() if name.startswith(decoders.KNOWN)}
        assert len(known) == 2 * len(decoders.STEPS) + 1
        assert {tuned, replace(tuned, seed_threshold=0.95), found[decoders.THRESHOLD]} <= known


class TestMixedTable:
    """Two seeds, four units, of which a decoder finds the first ``hits`` of ten objects."""

    @staticmethod
    def counts(*hits):
        each = [[(hit, 0, 10 - hit, 10 - hit, 0, 10) for hit in hits]] * 2
        return np.array(each, np.float64)

    @pytest.fixture
    def found(self):
        values = {
            ("before", decoders.THRESHOLD_TUNED): (0, 2, 4, 6),
            ("after", decoders.THRESHOLD_TUNED): (4, 5, 6, 7),
            ("after", decoders.KNOWN): (10, 10, 10, 10),
            ("after", decoders.LEVELS_TUNED): (8, 9, 8, 9),
        }
        return {mixed.Key(*key): {"colony": self.counts(*hits)} for key, hits in values.items()}

    def test_of_the_known_thresholds_the_best_one_remains(self):
        counts = {name: self.counts(1, 1, 1, 1)[0] for name in decoders.DECODERS}
        del counts[decoders.KNOWN]
        counts[f"{decoders.KNOWN} 0.5"] = self.counts(2, 2, 2, 2)[0]
        counts[f"{decoders.KNOWN} 0.7"] = self.counts(5, 5, 5, 5)[0]
        best = decoders.with_best(counts)
        assert tuple(best) == decoders.DECODERS
        assert best[decoders.KNOWN][0, 0] == 5

    def test_the_winner_does_not_know_the_test(self, found):
        assert mixed.winner(found) == mixed.AFTER

    def test_scores_sum_over_seeds_and_units(self, found):
        best, before = found[mixed.Key(*mixed.AFTER)], found[mixed.Key(*mixed.BEFORE)]
        row = mixed.scores(before["colony"], best["colony"])
        assert row["F1 at IoU 0.5"].value == pytest.approx(24 / 52)
        assert row["worst seed"].value == pytest.approx(24 / 52)
        assert row["merged"].value == pytest.approx(28 / 40)
        assert row["split"].value == 0
        assert row["winner's margin"].value == pytest.approx(68 / 74 - 24 / 52)

    def test_the_margin_is_a_bootstrap_over_units_and_is_seeded(self, found):
        best, before = (found[mixed.Key(*key)]["colony"] for key in (mixed.AFTER, mixed.BEFORE))
        estimate = mixed.margin(best, before)
        assert estimate == mixed.margin(best, before)
        # By hand: the 4 ** 4 ways to draw four units out of four.
        ways = np.stack(np.meshgrid(*[range(4)] * 4), -1).reshape(-1, 4)
        every = [
            float(decoders.f1(best[0][way].sum(0)) - decoders.f1(before[0][way].sum(0)))
            for way in ways
        ]
        assert (estimate.low, estimate.high) == pytest.approx(
            np.quantile(every, (0.025, 0.975)), abs=0.03
        )
        same = mixed.margin(best, best)
        assert (same.value, same.low, same.high) == (0, 0, 0)

    def test_the_table_has_a_row_for_each_and_names_the_winner(self, found):
        seconds = {("after", "colony"): [Seconds(10.0, 5.0), Seconds(20.0, 7.0)]}
        table = mixed.table(found, seconds, (0, 1), Seconds())
        assert [row.method for row in table.rows] == [
            f"colony: {key.recipe}: {key.decoder}" for key in found
        ]
        assert table.rows[-1].seconds == Seconds(15.0, 6.0)
        assert table.notes[0].startswith(
            "Winner, by the mean F1 of the tests: after: levels, tuned."
        )
        assert table.notes[2].startswith("colony: the winner's F1 is higher by 0.209 (")
        assert "(after: threshold, tuned), by -0.081 (" in table.notes[2]
        assert ", by 0.457 (" in table.notes[2]
        assert "seed 0, 1" in table.text()
