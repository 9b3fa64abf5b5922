"""The note of a halted consumer, as the metadata of a committed offset."""

from datetime import UTC, datetime

import pytest

from kit.kafka.halts import halt_note, halted_at


def test_the_note_says_when() -> None:
    now = datetime(2026, 5, 4, 12, 30, 15, 125_000, tzinfo=UTC)
    assert halted_at(halt_note(now)) == now


@pytest.mark.parametrize("metadata", [None, "", "somebody else's"])
def test_any_other_metadata_says_nothing(metadata: str | None) -> None:
    assert halted_at(metadata) is None
