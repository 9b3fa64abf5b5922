"""The relay's statements, as they were read. tests/integration/kit/test_outbox.py runs them."""

from kit.outbox.statements import backlog, lock_number, mark_published, next_rows
from ledger.tables import outbox
from tests.unit.statements import text_of


def test_the_next_rows_are_the_oldest_of_the_shard_without_the_keys_that_wait() -> None:
    assert text_of(next_rows(outbox, shards=3, limit=7)) == (
        "SELECT ledger.outbox.id, ledger.outbox.topic, ledger.outbox.key, ledger.outbox.value, "
        "ledger.outbox.headers FROM ledger.outbox WHERE ledger.outbox.published_at IS NULL "
        "AND ledger.outbox.shard %% 3 = %(wanted)s::SMALLINT AND ledger.outbox.key != all(%(held)s) "
        "ORDER BY ledger.outbox.id LIMIT 7"
    )


def test_rows_are_marked_by_their_ids() -> None:
    assert text_of(mark_published(outbox)) == (
        "UPDATE ledger.outbox SET published_at=now() WHERE ledger.outbox.id = any(%(ids)s)"
    )


def test_the_backlog_is_what_is_not_published() -> None:
    assert text_of(backlog(outbox)) == (
        "SELECT count(*) AS count_1, min(ledger.outbox.created_at) AS min_1, now() AS now_1 "
        "FROM ledger.outbox WHERE ledger.outbox.published_at IS NULL"
    )


def test_the_lock_of_an_outbox_is_the_same_in_all_versions_and_fits_32_bits() -> None:
    assert lock_number(outbox) == -1289472231
    assert -(2**31) <= lock_number(outbox) < 2**31
