from datetime import UTC, datetime

from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from kit.kafka.dead_letter_headers import DEAD_LETTER_HEADERS, dead_letter_headers
from kit.kafka.producer import by_partition
from kit.outbox.table import OutboxMessage, decode_headers, encode_headers, shard_of

messages = st.lists(
    st.builds(
        OutboxMessage,
        topic=st.sampled_from(["a", "b"]),
        key=st.sampled_from(["x", "y", "z"]),
        value=st.binary(max_size=3),
    )
)


@given(messages, st.integers(1, 12))
def test_every_message_has_one_place_and_a_key_has_one_partition(
    sent: list[OutboxMessage], count: int
) -> None:
    placed = by_partition(sent, {"a": range(count), "b": range(3)})
    assert sorted(map(repr, sent)) == sorted(repr(m) for lot in placed.values() for m in lot)
    for topic in "ab":
        for key in "xyz":
            mine = [m for m in sent if (m.topic, m.key) == (topic, key)]
            lots = [[m for m in lot if (m.topic, m.key) == (topic, key)] for lot in placed.values()]
            assert [lot for lot in lots if lot] == ([mine] if mine else [])


def test_keys_are_placed_as_java_clients_place_them() -> None:
    # The murmur2 hashes of Apache Kafka's own UtilsTest: -973932308 and -790332482.
    sent = [OutboxMessage("a", "21", b""), OutboxMessage("a", "foobar", b"")]
    places = [(-973932308 & 0x7FFFFFFF) % 50, (-790332482 & 0x7FFFFFFF) % 50]
    assert list(by_partition(sent, {"a": range(50)})) == [("a", place) for place in places]


@given(st.lists(st.tuples(st.text(min_size=1), st.binary())))
def test_headers_come_back_from_the_table(headers: list[tuple[str, bytes]]) -> None:
    assert decode_headers(encode_headers(headers)) == tuple(headers)


def test_the_shard_of_a_key_is_as_it_was_stored() -> None:
    assert [shard_of(key) for key in ("case-1", "case-2", "")] == [6, 60, 0]


def test_a_dead_letter_keeps_its_headers_and_names_its_source() -> None:
    record = ConsumerRecord(
        topic="vahid.appeals.v1", partition=3, offset=41, timestamp=0, timestamp_type=0, key=b"k",
        value=b"v", checksum=None, serialized_key_size=1, serialized_value_size=1,
        headers=[("trace", b"\xff"), ("error-code", b"old")],
    )  # fmt: skip
    dead_lettered = dead_letter_headers(record, "undecodable", 1, datetime(2021, 8, 23, tzinfo=UTC))
    names = [name for name, _ in dead_lettered]
    assert ("trace", b"\xff") in dead_lettered
    assert dict(dead_lettered)["error-code"] == b"undecodable"
    assert all(names.count(name) == 1 for name in DEAD_LETTER_HEADERS)
    assert dict(dead_lettered)["source-offset"] == b"41"
