import io
import struct

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.images.tiff.page_chain import check_chain


def stack(**options):
    file = io.BytesIO()
    tifffile.imwrite(
        file, np.zeros((3, 4, 5), np.uint8), photometric="minisblack", metadata=None, **options
    )
    return file.getvalue()


@pytest.mark.parametrize("bigtiff", [False, True])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_a_complete_chain_passes(bigtiff, byteorder):
    check_chain(io.BytesIO(stack(bigtiff=bigtiff, byteorder=byteorder)))


@pytest.mark.parametrize("bigtiff", [False, True])
def test_the_page_that_is_missing_is_named(bigtiff):
    whole = stack(bigtiff=bigtiff)
    with tifffile.TiffFile(io.BytesIO(whole)) as tiff:
        last = tiff.pages[2].offset
    for size, part in ((last, "would begin"), (last + 20, "is described")):
        with pytest.raises(ValueError, match=f"page 3 {part}"):
            check_chain(io.BytesIO(whole[:size]))


def test_a_description_that_is_cut_off_is_missed():
    file = io.BytesIO()
    tifffile.imwrite(file, np.zeros((4, 5), np.uint8), ome=True)  # it stands at the end
    whole = file.getvalue()
    check_chain(io.BytesIO(whole))
    with pytest.raises(ValueError, match="description of page 1"):
        check_chain(io.BytesIO(whole[:-20]))


def test_a_chain_that_closes_to_a_ring_ends():
    ring = b"II*\0" + struct.pack("<IHI", 8, 0, 8)
    check_chain(io.BytesIO(ring))


@pytest.mark.parametrize("content", [b"", b"II", b"II*\0", b"PK\3\4 no TIFF", b"II+x\1\0\0\0"])
def test_what_does_not_begin_as_a_tiff_is_refused(content):
    with pytest.raises(ValueError, match=r"begin|ends after"):
        check_chain(io.BytesIO(content))
