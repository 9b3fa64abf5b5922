"""The index of the ledger names things as other rooms do."""

from doctor.ledger_index import LedgerIndex
from ledger.messages import event_id
from tests.builders import SEQUENTIAL, receive
from tests.unit.doctor.histories import CASE, decided


def test_an_event_has_the_id_under_which_it_is_published() -> None:
    index = LedgerIndex()
    for event in decided(receive(SEQUENTIAL)):
        index.add(event)
    opened = event_id(CASE, 1)
    assert opened in index.event_ids
    assert index.noticed == {opened: CASE}
