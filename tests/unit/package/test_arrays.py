from __future__ import annotations

import io
import random

import numpy as np
import pytest

from deepbacs_zoo.errors import IntegrityError
from deepbacs_zoo.package.arrays import parse_npy


def npy(array: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "float16", "uint8", "int16", "uint64", "bool", ">f4", ">u2"]
)
def test_arrays_of_numbers_come_back(dtype: str, version: tuple[int, int]) -> None:
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    found = parse_npy(npy(array, version=version), "t.npy")
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype.newbyteorder("=")
    assert found.dtype.isnative
    assert found.flags.c_contiguous
    assert found.flags.writeable


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (5,)])
def test_scalars_and_empty_arrays_come_back(shape: tuple[int, ...]) -> None:
    array = np.ones(shape, np.float32)
    assert parse_npy(npy(array), "t.npy").shape == shape


def test_fortran_order_is_read() -> None:
    array = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))
    np.testing.assert_array_equal(parse_npy(npy(array), "t.npy"), array)


def test_pickled_objects_are_never_loaded(check_message) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return pytest.fail, ("executed",)

    array = np.empty(1, object)
    array[0] = Trap()
    data = npy(array, allow_pickle=True)
    with pytest.raises(IntegrityError, match="plain numbers") as caught:
        parse_npy(data, "model.zip: t.npy")
    check_message(caught.value, where="model.zip: t.npy", value="|O", allowed="numbers")


@pytest.mark.parametrize(
    "array", [np.array(["a"]), np.zeros(2, "f4,i4"), np.zeros(2, "M8[s]"), np.zeros(2, complex)]
)
def test_other_types_are_refused(array: np.ndarray) -> None:
    with pytest.raises(IntegrityError, match="plain numbers"):
        parse_npy(npy(array), "t.npy")


@pytest.mark.parametrize("cut", [0, 1, 5, 6, 8, 9, 20, 127, 128, 129, 200, -1])
def test_a_file_cut_off_anywhere_is_refused(cut: int, check_message) -> None:
    data = npy(np.arange(64, dtype=np.float32))
    with pytest.raises(IntegrityError) as caught:
        parse_npy(data[:cut], "t.npy")
    check_message(caught.value, where="t.npy")


def test_bytes_after_the_end_are_refused() -> None:
    with pytest.raises(IntegrityError, match="damaged"):
        parse_npy(npy(np.zeros(3)) + b"\0", "t.npy")


def test_a_header_that_promises_too_much_allocates_nothing() -> None:
    data = npy(np.zeros((1,), np.float32))
    # Same length, so that the header stays well formed; the terabytes are only promised.
    swollen = data.replace(b"(1,), }" + b" " * 20, b"(9999999999999,), }" + b" " * 8)
    assert swollen != data
    with pytest.raises(IntegrityError, match="cut off or damaged"):
        parse_npy(swollen, "t.npy")


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999999999999999)}",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4',",
        "__import__('os')",
        "[" * 3000,
        "12",
        "",
    ],
)
def test_headers_that_make_no_sense_are_refused(header: str, check_message) -> None:
    data = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + b"\0" * 4
    with pytest.raises(IntegrityError) as caught:
        parse_npy(data, "t.npy")
    check_message(caught.value, where="t.npy")


def test_other_files_are_refused() -> None:
    archive = io.BytesIO()
    np.savez(archive, a=np.zeros(3))
    for data in (archive.getvalue(), b"", b"II*\0", b"\x93NUMPY\x09\x00"):
        with pytest.raises(IntegrityError, match="NumPy"):
            parse_npy(data, "t.npy")


def test_random_damage_never_raises_anything_else() -> None:
    data = npy(np.arange(20, dtype=np.float32))
    rng = random.Random(0)
    for _ in range(2000):
        damaged = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(128)] = rng.randrange(256)
        try:
            parse_npy(bytes(damaged), "t.npy")
        except IntegrityError:
            continue
