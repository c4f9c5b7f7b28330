import os
import pickle
from pathlib import PurePosixPath

import numpy as np
import pytest

from deepbacs_zoo.annotations import read_annotation
from deepbacs_zoo.annotations.labels.npy import read_npy
from deepbacs_zoo.annotations.labels.read import read_label_stack
from deepbacs_zoo.errors import DataError

MASKS = np.zeros((20, 30), np.uint16)
MASKS[2:5, 3:9] = 1
MASKS[5:12, 3:9] = 2


def cellpose(masks=MASKS, **more):
    return {
        "outlines": np.zeros((20, 30), np.uint16),
        "masks": masks,
        "chan_choose": [0, 0],
        "ismanual": np.zeros(2, bool),
        "filename": PurePosixPath("/images/a.tif"),
        "flows": [np.zeros((1, 20, 30, 3), np.uint8), np.ones((20, 30), np.float32), [], None],
        "est_diam": np.float64(30),
        "normalize_params": {"lowhigh": None, "percentile": [1.0, 99.0]},
        **more,
    }


class Foreign:
    def __reduce__(self):
        return os.mkdir, ("/tmp/never-made-by-a-label-image",)


@pytest.mark.parametrize(
    "masks",
    [
        MASKS,
        MASKS.astype(np.uint32),
        MASKS.astype(">i8"),
        np.asfortranarray(MASKS),
        MASKS[np.newaxis],
        MASKS.astype(np.float32),
    ],
    ids=lambda masks: f"{masks.dtype.str}-{masks.ndim}-{masks.flags.f_contiguous}",
)
def test_the_masks_of_cellpose_are_labels(tmp_path, masks):
    np.save(tmp_path / "a_seg.npy", cellpose(masks))
    assert np.array_equal(read_npy(tmp_path / "a_seg.npy"), MASKS)
    assert np.array_equal(read_annotation(tmp_path / "a_seg.npy", (20, 30)).labels, MASKS)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_of_pickle_is_read(tmp_path, protocol):
    with (tmp_path / "a_seg.npy").open("wb") as file:
        header = {"descr": "|O", "fortran_order": False, "shape": ()}
        np.lib.format.write_array_header_1_0(file, header)
        pickle.dump(np.array(cellpose(), object), file, protocol=protocol)
    assert np.array_equal(read_npy(tmp_path / "a_seg.npy"), MASKS)


def test_a_plain_array_is_read(tmp_path):
    np.save(tmp_path / "a_masks.npy", MASKS)
    assert np.array_equal(read_npy(tmp_path / "a_masks.npy"), MASKS)


def test_foreign_code_is_not_run(tmp_path):
    np.save(tmp_path / "a_seg.npy", cellpose(model_path=Foreign()))
    with pytest.raises(DataError, match=r"may run foreign code \(it would call \w+\.mkdir\)"):
        read_npy(tmp_path / "a_seg.npy")
    assert not os.path.exists("/tmp/never-made-by-a-label-image")  # noqa: PTH110


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ({"mask": MASKS}, "no field 'masks' among mask"),
        ([1, "a", None], "a list of objects"),
        ({"masks": [MASKS, MASKS]}, "no field 'masks'"),
        ({"masks": np.array([["a"]])}, "masks of the type"),
        ({"masks": MASKS.astype(object)}, "masks of the type"),
    ],
)
def test_what_holds_no_masks_is_refused(tmp_path, content, match):
    np.save(tmp_path / "a_seg.npy", np.array(content, object))
    with pytest.raises(DataError, match=match):
        read_npy(tmp_path / "a_seg.npy")


@pytest.mark.parametrize("length", [0, 5, 60, 200, 2000])
def test_a_file_that_is_cut_off_is_refused(tmp_path, length):
    np.save(tmp_path / "a_seg.npy", cellpose())
    data = (tmp_path / "a_seg.npy").read_bytes()
    (tmp_path / "a_seg.npy").write_bytes(data[:length])
    with pytest.raises(DataError, match="its labels cannot be read"):
        read_npy(tmp_path / "a_seg.npy")


def test_a_file_that_asks_for_memory_is_refused(tmp_path):
    with (tmp_path / "a_seg.npy").open("wb") as file:
        header = {"descr": "|O", "fortran_order": False, "shape": ()}
        np.lib.format.write_array_header_1_0(file, header)
        file.write(b"\x80\x04Nr\xff\xff\xff\x7f.")
    with pytest.raises(DataError, match="more memory than labels need"):
        read_npy(tmp_path / "a_seg.npy")


def test_masks_of_several_slices_are_those_of_a_stack(tmp_path):
    np.save(tmp_path / "a_seg.npy", cellpose(np.stack([MASKS, 0 * MASKS])))
    stack = read_label_stack(tmp_path / "a_seg.npy", (1, 2, 20, 30))
    assert [plane.labels.max() for plane in (stack.plane(0, 0), stack.plane(0, 1))] == [2, 0]
    with pytest.raises(DataError, match="2 slices"):
        read_annotation(tmp_path / "a_seg.npy", (20, 30))


def test_one_object_in_two_parts_is_one_object_in_cellpose(tmp_path):
    np.save(tmp_path / "a_seg.npy", cellpose((MASKS > 0).astype(np.uint16) * (np.arange(30) != 5)))
    found = read_annotation(tmp_path / "a_seg.npy", (20, 30))
    assert found.labels.max() == 1
    assert [each.id for each in found.findings] == ["label-in-parts"]
