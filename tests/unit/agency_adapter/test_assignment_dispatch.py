"""Whether the acceptance of an assignment acknowledges it."""

from datetime import timedelta

from services.agency_adapter.assignment_dispatch import delivery_of
from services.agency_adapter.connectors.rest.mapping import RestMapping
from tests.builders import later
from tests.unit.agency_adapter.test_status_inbox import SENT


def test_an_acceptance_acknowledges_where_that_was_agreed(moh: RestMapping) -> None:
    delivery = delivery_of(moh, SENT)
    assert delivery.reference == "r-1"
    acknowledgement = delivery.acknowledgement
    assert acknowledgement is not None
    assert (acknowledgement.status_id, acknowledgement.raw_code) == ("r-1/accepted", "20")
    assert (acknowledgement.occurred_at, acknowledgement.received_at) == (later(1), later(2))
    assert acknowledgement.via == "dispatch"
    assert acknowledgement.occurred_at - SENT.sent_at == timedelta(hours=1)


def test_an_acceptance_does_not_acknowledge_where_that_was_not_agreed(nasimi: RestMapping) -> None:
    assert delivery_of(nasimi, SENT).acknowledgement is None
