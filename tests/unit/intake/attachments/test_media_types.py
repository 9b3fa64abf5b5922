"""Kinds of file are recognised by content, in whatever parts it comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.problem import Problem
from services.intake.attachments.media_types import MEDIA_TYPES, Recognition
from tests.unit.intake.documents import ALLOWED, REFUSED

cuts = st.lists(st.integers(0, 900), max_size=6).map(sorted)


def recognised(content: bytes, places: list[int]) -> str:
    recognition, start = Recognition(), 0
    for place in [*places, len(content)]:
        recognition.take(content[start:place])
        start = max(start, min(place, len(content)))
    return recognition.media_type()


def test_there_is_an_example_of_each_type() -> None:
    assert set(ALLOWED) == set(MEDIA_TYPES)


@pytest.mark.parametrize("media_type", ALLOWED)
@given(places=cuts)
def test_what_is_allowed_is_recognised_in_any_parts(media_type: str, places: list[int]) -> None:
    assert recognised(ALLOWED[media_type], places) == media_type


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\n", b"\r\n", b"\xef\xbb\xbf\r\n", b"\n" * 1023])
@given(places=cuts)
def test_a_pdf_may_begin_within_the_first_1024_bytes(before: bytes, places: list[int]) -> None:
    assert recognised(before + ALLOWED["application/pdf"], places) == "application/pdf"


@pytest.mark.parametrize("before", [b"\n" * 1024, b"<html>", b"\n<script>" + b" " * 90])
def test_what_stands_before_a_pdf_is_no_document_of_its_own(before: bytes) -> None:
    with pytest.raises(Problem):
        recognised(before + ALLOWED["application/pdf"], [])


@pytest.mark.parametrize("kind", REFUSED)
@given(places=cuts)
def test_what_is_not_is_refused_in_any_parts(kind: str, places: list[int]) -> None:
    with pytest.raises(Problem) as refused:
        recognised(REFUSED[kind], places)
    assert (refused.value.status, refused.value.code) == (415, "attachment.type_not_allowed")


def test_what_can_be_nothing_allowed_is_refused_at_its_head() -> None:
    with pytest.raises(Problem):
        Recognition().take(REFUSED["HTML"][:80])


@given(st.binary(max_size=300))
def test_anything_is_recognised_or_refused(content: bytes) -> None:
    try:
        assert recognised(content, []) in MEDIA_TYPES
    except Problem as refused:
        assert refused.status == 415
