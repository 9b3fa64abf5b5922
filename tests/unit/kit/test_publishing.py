from datetime import UTC, datetime

from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from kit.kafka.burial import BURIAL_HEADERS, burial_headers
from kit.kafka.producer import waves
from kit.outbox.table import OutboxMessage, decode_headers, encode_headers, shard_of

messages = st.lists(
    st.builds(
        OutboxMessage,
        topic=st.sampled_from(["a", "b"]),
        key=st.sampled_from(["x", "y", "z"]),
        value=st.binary(max_size=3),
    )
)


@given(messages)
def test_waves_hold_every_message_once_and_a_key_once_each(sent: list[OutboxMessage]) -> None:
    split = list(waves(sent))
    assert sorted(map(repr, sent)) == sorted(repr(message) for wave in split for message in wave)
    for wave in split:
        keys = [(message.topic, message.key) for message in wave]
        assert len(keys) == len(set(keys))


@given(messages)
def test_waves_keep_the_order_of_a_key(sent: list[OutboxMessage]) -> None:
    flat = [message for wave in waves(sent) for message in wave]
    for topic in "ab":
        for key in "xyz":
            mine = [message for message in flat if (message.topic, message.key) == (topic, key)]
            assert mine == [message for message in sent if (message.topic, message.key) == (topic, key)]


@given(st.lists(st.tuples(st.text(min_size=1), st.binary())))
def test_headers_come_back_from_the_table(headers: list[tuple[str, bytes]]) -> None:
    assert decode_headers(encode_headers(headers)) == tuple(headers)


def test_the_shard_of_a_key_is_as_it_was_stored() -> None:
    assert [shard_of(key) for key in ("case-1", "case-2", "")] == [6, 60, 0]


def test_a_buried_message_keeps_its_headers_and_says_where_it_was() -> None:
    record = ConsumerRecord(
        topic="vahid.appeals.v1", partition=3, offset=41, timestamp=0, timestamp_type=0, key=b"k",
        value=b"v", checksum=None, serialized_key_size=1, serialized_value_size=1,
        headers=[("trace", b"\xff"), ("error-code", b"old")],
    )  # fmt: skip
    buried = burial_headers(record, "undecodable", 1, datetime(2021, 8, 23, tzinfo=UTC))
    names = [name for name, _ in buried]
    assert ("trace", b"\xff") in buried
    assert dict(buried)["error-code"] == b"undecodable"
    assert all(names.count(name) == 1 for name in BURIAL_HEADERS)
    assert dict(buried)["source-offset"] == b"41"
