"""A content sealed in a stream opens whole, under its own key and context, or not at all."""

import os
from base64 import b64decode
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sealed_stream import SEGMENT, StreamOpener, StreamSealer
from kit.vault import DataKey, SealBrokenError

KEY = DataKey("case", bytes(range(32)))
SALT, PREFIX = b"s" * 32, b"p" * 7
SMALL = 96
"""A segment in these tests: 40 bytes of content in the first, 80 in each other."""

SEALED_BY_TINK = {
    0: "KAGpXUM/mLO2zHZAtMdpUQaCp76iWz2OL7ERJUlmCPILBunrEKT6Qw0Vw9mGaAH3/bP/QDaUPFE=",
    40: (
        "KFZjaaOBjIWMT+tKoxttMhu1nx7WmNJTrZgTAPY/K2K4d/2KNT1b3+DT5hqWdKDyQm3l9dfznE/dnhSt1z+XpFks"
        "Ib1CaPlkRyBaDDKGqbIjnAdSRMrpQuwiifKkeQcX"
    ),
    41: (
        "KPBiQwXrHXfrLkk4cyTeiAXCy3c7DPI1BB82gfiX7JqrVC+uBxXbmVHCMajnuIlLJ0C8HDnMfNCIoVy+VZfihpPk"
        "U8QVDWyN6Was5iEmfbF8V1R0tAFB+lZDkbEEMvVYQE7c4nzHdui30OVCQWcRcxU="
    ),
    200: (
        "KBEGYspzy5ntKbnfGO8IHwTdy7SexUp4PPqB8c0KEyyG9kYiY4ft2rYW2Pcf0Tulm3eG+fLtKs8R8lFhhMoIAXMy"
        "xfQaeYeN6ZKDjEf1ZkR9aeci8kXi5XVqygxUvoL3DFT/0mijO+hcjmFl0CCJIwwRZG34O8WF1qkkkcg+yFGdh75I"
        "okczFBwbFjc8P7jXB0fgbYBckAjBfWoiNsXu0nbQQbeJqmYYjC1yEah3ULgtSy/bEAfHgwWS8OmN8l2AqA1nJ8Me"
        "Q5giAaOKnUMHiOQeXtSdhYeMee96VX0W84nnwzUIKe+ihy5SJPvunr3/TrhxuJfMoav4N6HUhuJAxkSriYCxl8cC"
        "iPPetMPlU9dbbsiPPh8CF5QmVKEtDPBG"
    ),
}
"""What Tink 1.16.1 (AesGcmHkdfStreaming, SHA-256, segments of 96 bytes) makes of the bytes 0, 1, 2, …"""

contents = st.binary(max_size=500)
cuts = st.lists(st.integers(0, 600), max_size=8).map(sorted)


def split(whole: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *(min(place, len(whole)) for place in places), len(whole)]
    return [whole[start:end] for start, end in pairwise(edges)]


def sealed(content: bytes, places: Iterable[int] = (), context: str = "a", key: DataKey = KEY) -> bytes:
    sealer = StreamSealer(key, context, salt=SALT, prefix=PREFIX, segment=SMALL)
    return b"".join([*(sealer.update(part) for part in split(content, places)), sealer.finish()])


def opened(stream: bytes, places: Iterable[int] = (), context: str = "a", key: DataKey = KEY) -> bytes:
    opener = StreamOpener(key, context, segment=SMALL)
    return b"".join([*(opener.update(part) for part in split(stream, places)), opener.finish()])


def segments(stream: bytes) -> list[bytes]:
    """The header, then each segment."""
    return [stream[:40], stream[40:SMALL], *(stream[n : n + SMALL] for n in range(SMALL, len(stream), SMALL))]


@given(contents, cuts, cuts)
def test_any_split_gives_the_same_stream_and_any_split_opens_it(
    content: bytes, sealing: list[int], opening: list[int]
) -> None:
    stream = sealed(content, sealing)
    assert stream == sealed(content)
    assert opened(stream, opening) == content


@given(contents, st.data())
def test_a_cut_stream_does_not_open(content: bytes, data: st.DataObject) -> None:
    stream = sealed(content)
    with pytest.raises(SealBrokenError):
        opened(stream[: data.draw(st.integers(0, len(stream) - 1))])


@given(st.integers(0, 6), st.integers(1, 5))
def test_a_stream_cut_at_a_segment_does_not_open(kept: int, left_out: int) -> None:
    stream = segments(sealed(os.urandom(40 + 80 * (kept + left_out))))
    with pytest.raises(SealBrokenError):
        opened(b"".join(stream[: kept + 2]))


@given(contents, st.data())
def test_a_flipped_bit_anywhere_does_not_open(content: bytes, data: st.DataObject) -> None:
    stream = bytearray(sealed(content))
    stream[data.draw(st.integers(0, len(stream) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBrokenError):
        opened(bytes(stream))


@given(st.permutations(range(5)))
def test_segments_in_another_order_do_not_open(order: list[int]) -> None:
    header, first, *rest = segments(sealed(os.urandom(40 + 80 * 5)))
    moved = b"".join([header, first, *(rest[place] for place in order)])
    if order == sorted(order):
        assert len(opened(moved)) == 440
    else:
        with pytest.raises(SealBrokenError):
            opened(moved)


@given(contents, st.binary(min_size=1, max_size=200))
def test_what_is_added_at_the_end_does_not_open(content: bytes, more: bytes) -> None:
    with pytest.raises(SealBrokenError):
        opened(sealed(content) + more)


def test_a_segment_of_another_content_does_not_open() -> None:
    one, other = segments(sealed(b"1" * 200)), segments(sealed(b"2" * 200, context="b"))
    with pytest.raises(SealBrokenError):
        opened(b"".join([*one[:2], other[2], *one[3:]]))


@pytest.mark.parametrize(("context", "key"), [("b", KEY), ("a", DataKey("case", b"x" * 32))])
def test_another_context_or_key_does_not_open_it(context: str, key: DataKey) -> None:
    with pytest.raises(SealBrokenError):
        opened(sealed(b"content"), context=context, key=key)


def test_two_contents_share_neither_salt_nor_prefix() -> None:
    one, other = (StreamSealer(KEY, "a").update(b"") for _ in range(2))
    assert len(one) == len(other) == 40 and one[1:33] != other[1:33] and one[33:] != other[33:]


def test_segments_have_their_length_and_a_full_one_may_be_the_last() -> None:
    sealer, content = StreamSealer(KEY, "a"), os.urandom(2 * SEGMENT - 40 - 2 * 16)
    stream = sealer.update(content)
    assert len(stream) == SEGMENT  # the second one is full, and may yet be the last
    stream += sealer.finish()
    assert len(stream) == 2 * SEGMENT
    opener = StreamOpener(KEY, "a")
    assert opener.update(stream) + opener.finish() == content


@pytest.mark.parametrize("size", SEALED_BY_TINK)
def test_what_tink_sealed_opens_and_is_sealed_alike(size: int) -> None:
    stream, content = b64decode(SEALED_BY_TINK[size]), bytes(range(size))
    assert opened(stream) == content
    sealer = StreamSealer(KEY, "a", salt=stream[1:33], prefix=stream[33:40], segment=SMALL)
    assert sealer.update(content) + sealer.finish() == stream
