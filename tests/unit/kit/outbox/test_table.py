"""Rows of an outbox: what a message is stored as, and read back as."""

from base64 import b64encode

import pytest

from kit.outbox.table import (
    OutboxMessage,
    decode_headers,
    encode_headers,
    outbox_rows,
    outbox_table,
    shard_of,
)

HEADERS = (("traceparent", b"00-1"), ("raw", bytes(range(256))))


@pytest.mark.parametrize(("key", "shard"), [("", 0), ("a", 3), ("AZ-2026-1", 5)])
def test_the_shard_of_a_key_never_changes_as_it_is_stored(key: str, shard: int) -> None:
    assert shard_of(key) == shard


def test_every_shard_has_keys() -> None:
    assert {shard_of(str(number)) for number in range(2_000)} == set(range(64))


def test_headers_are_stored_as_text_and_read_back_as_they_were() -> None:
    stored = encode_headers(HEADERS)
    assert stored[0] == ["traceparent", b64encode(b"00-1").decode()]
    assert decode_headers(stored) == HEADERS


def test_a_row_has_the_whole_message_and_the_shard_of_its_key() -> None:
    message = OutboxMessage("topic", "a", b"\x00value", HEADERS)
    own = {"topic": "topic", "key": "a", "value": b"\x00value", "headers": encode_headers(HEADERS)}
    other = {"topic": "other", "key": "b", "value": b"", "headers": []}
    assert outbox_rows([message, OutboxMessage("other", "b", b"")]) == [
        {"shard": shard_of("a"), **own},
        {"shard": shard_of("b"), **other},
    ]


def test_an_outbox_is_named_by_its_schema() -> None:
    table = outbox_table("unit_of_the_outbox", "dead_letters")
    assert table.fullname == "unit_of_the_outbox.dead_letters"
    assert {index.name for index in table.indexes} == {"unit_of_the_outbox_dead_letters_pending"}
    table.metadata.remove(table)
