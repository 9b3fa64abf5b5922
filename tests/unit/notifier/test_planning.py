import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.model import Catalogue
from schemas.case_events import EventPayload
from schemas.hand_over_events import TracksTakenOver
from schemas.step_events import StepDelivered
from services.notifier.model import (
    Answer,
    Extension,
    Forwarding,
    InformationRequest,
    Message,
    Notification,
    Receipt,
    Recipient,
    Review,
)
from services.notifier.planning import appeals_in, is_told, plan
from tests.builders import appeal
from tests.hand_overs import parted
from tests.packaged import packaged
from tests.unit.notifier.builders import (
    DUE,
    answered,
    asked,
    extended,
    forwarded,
    joined,
    opened,
    reassigned,
    recipient,
    review_opened,
)

CATALOGUE = packaged()


def by_channel(planned: tuple[Notification, ...]) -> dict[str, Notification]:
    assert len({one.channel for one in planned}) == len(planned)
    return {one.channel: one for one in planned}


def test_an_opened_case_is_receipted_to_its_appeal(catalogue: Catalogue) -> None:
    planned = plan(catalogue, "e1", 1, opened(appeal(1, "psychological-support")), [recipient(1)])
    assert {(one.recipient, one.channel, one.state) for one in planned} == {
        ("phone-index", "sms", "planned"),
        ("mail-index", "email", "planned"),
    }
    assert all(
        one.message == Receipt(tracking_numbers=("VHD-1",), services=("psychological-support",), due_at=DUE)
        for one in planned
    )


def test_a_joined_appeal_is_receipted_alone_and_due_by_its_own_term(catalogue: Catalogue) -> None:
    brought = appeal(2, "psychological-support")
    planned = plan(catalogue, "e2", 2, joined(brought), [recipient(1), recipient(2)])
    assert {one.appeal_id for one in planned} == {brought.appeal_id}
    message = planned[0].message
    assert isinstance(message, Receipt)
    assert message.due_at == catalogue.calendar.due_at(brought.received_at, 15)


def test_an_answer_goes_once_to_a_contact_and_names_all_its_appeals(catalogue: Catalogue) -> None:
    other = recipient(3, contacts={"email": "other"}, notice_channels=("email",))
    planned = plan(catalogue, "e9", 9, answered(), [recipient(2, language="en"), other, recipient(1)])
    shared = next(one for one in planned if one.recipient == "mail-index")
    assert isinstance(shared.message, Answer)
    assert shared.message.tracking_numbers == ("VHD-1", "VHD-2")
    assert shared.language == "en"  # of the latest appeal
    assert {(one.recipient, one.channel, one.state, one.reason) for one in planned} == {
        ("phone-index", "sms", "planned", None),
        (f"appeal/{other.appeal_id}", "sms", "skipped", "no_consent"),
        ("mail-index", "email", "planned", None),
        ("other", "email", "planned", None),
    }


NUMBERS = ("VHD-1", "VHD-2")
TOLD: list[tuple[EventPayload, Message]] = [
    (
        extended(sealed_note="sealed"),
        Extension(
            tracking_numbers=NUMBERS,
            reason="additional_study",
            due_at=DUE,
            legal_basis="Law on citizens' appeals, Article 10.2",
            sealed_note="sealed",
        ),
    ),
    (
        asked(sealed_note="sealed"),
        InformationRequest(
            tracking_numbers=NUMBERS,
            agency_id="moh",
            due_at=DUE,
            reason="documents_missing",
            sealed_note="sealed",
        ),
    ),
    (forwarded("centre"), Forwarding(tracking_numbers=NUMBERS, from_agency="moh", to_agency="centre")),
    (reassigned("mlspp"), Forwarding(tracking_numbers=NUMBERS, from_agency="moh", to_agency="mlspp")),
    (
        review_opened("mlspp"),
        Review(tracking_numbers=NUMBERS, service="psychological-support", agency_id="mlspp"),
    ),
]


@pytest.mark.parametrize(("payload", "message"), TOLD, ids=[type(one[0]).__name__ for one in TOLD])
def test_what_happens_on_the_way_is_told_once_to_each_contact(
    catalogue: Catalogue, payload: EventPayload, message: Message
) -> None:
    known = [recipient(1), recipient(2), recipient(9, contacts={"email": "too late"})]
    planned = by_channel(plan(catalogue, "e5", 5, payload, known))
    assert is_told(payload)
    assert {(one.recipient, one.channel) for one in planned.values()} == {
        ("phone-index", "sms"),
        ("mail-index", "email"),
    }
    assert all(one.message == message for one in planned.values())


@pytest.mark.parametrize(
    "payload", [asked().model_copy(update={"clock": None}), review_opened(purpose="instruction")]
)
def test_what_has_no_deadline_or_is_no_review_is_not_told(
    catalogue: Catalogue, payload: EventPayload
) -> None:
    assert not is_told(payload)
    assert plan(catalogue, "e5", 5, payload, [recipient(1)]) == ()


def test_without_consent_or_contact_the_row_says_so(catalogue: Catalogue) -> None:
    one = recipient(1, notice_channels=("email",), contacts={"sms": "phone-index"})
    planned = by_channel(plan(catalogue, "e1", 1, opened(appeal(1)), [one]))
    assert (planned["sms"].state, planned["sms"].reason) == ("skipped", "no_consent")
    assert (planned["email"].state, planned["email"].reason) == ("skipped", "no_contact")
    assert planned["email"].recipient == f"appeal/{one.appeal_id}"


def test_one_consent_is_enough_for_a_contact(catalogue: Catalogue) -> None:
    silent = recipient(2, notice_channels=(), language="en")
    planned = by_channel(plan(catalogue, "e9", 9, answered(), [recipient(1), silent]))
    assert (planned["sms"].state, planned["sms"].language) == ("planned", "az")


def test_who_is_forgotten_is_told_nothing(catalogue: Catalogue) -> None:
    planned = plan(catalogue, "e9", 9, answered(), [recipient(1, contacts={}, forgotten=True)])
    assert {(one.state, one.reason) for one in planned} == {("skipped", "forgotten")}


def test_nobody_is_told_of_what_applicants_are_not_told(catalogue: Catalogue) -> None:
    delivered = StepDelivered(step="t/a", attempt=1, reference="r")
    assert plan(catalogue, "e3", 3, delivered, [recipient(1)]) == ()


_recipients = st.lists(
    st.builds(
        recipient,
        st.integers(1, 6),
        language=st.sampled_from(["az", "en"]),
        notice_channels=st.sets(st.sampled_from(["sms", "email"])).map(tuple),
        contacts=st.dictionaries(st.sampled_from(["sms", "email"]), st.sampled_from(["x", "y"])),
    ),
    unique_by=lambda one: one.appeal_id,
    max_size=5,
)


@given(_recipients, st.randoms())
def test_an_event_is_planned_the_same_whenever_and_in_whatever_order(
    known: list[Recipient], random: object
) -> None:
    shuffled = list(known)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    planned = plan(CATALOGUE, "e4", 4, answered(), known)
    assert planned == plan(CATALOGUE, "e4", 4, answered(), shuffled)
    assert planned == plan(CATALOGUE, "e4", 4, answered(), [one for one in known if one.seq <= 4])
    keys = [(one.event_id, one.recipient, one.channel) for one in planned]
    assert len(set(keys)) == len(keys)
    assert len({one.notification_id for one in planned}) == len(keys)


@given(_recipients)
def test_a_message_is_planned_only_with_contact_and_consent(known: list[Recipient]) -> None:
    for one in plan(CATALOGUE, "e9", 9, answered(), known):
        willing = [
            each
            for each in known
            if one.channel in each.notice_channels and each.contacts.get(one.channel) == one.recipient
        ]
        assert (one.state == "planned") == bool(willing)


def test_who_has_an_appeal_in_a_case_that_took_it_over_hears_its_answers_and_gets_no_second_receipt() -> None:
    (taken,) = (event for event in parted("t2")[1] if isinstance(event.payload, TracksTakenOver))
    assert [one.tracking_number for one in appeals_in(taken.payload)] == ["VHD-1"]
    assert not is_told(taken.payload)
    assert plan(CATALOGUE, "e1", 1, taken.payload, [recipient(1)]) == ()
