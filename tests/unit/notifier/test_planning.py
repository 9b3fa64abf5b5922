import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.model import Catalogue
from ledger.appeal_contents import brought_by
from schemas.case_events import EventPayload
from schemas.hand_over_events import TracksTakenOver
from schemas.step_events import StepDelivered
from services.notifier.model import Notification, Recipient
from services.notifier.notices import (
    AnswerNotice,
    DelayNotice,
    ExtensionNotice,
    ForwardingNotice,
    InformationNotice,
    Notice,
    ReceiptNotice,
    ReviewNotice,
    TermNotice,
)
from services.notifier.planning import (
    notifies_applicants,
    plan_for_applicants,
    unconfirmed_contacts,
)
from tests.builders import appeal, later
from tests.hand_overs import parted
from tests.packaged import packaged
from tests.unit.notifier.builders import (
    DUE,
    answered,
    asked,
    delayed,
    extended,
    forwarded,
    joined,
    opened,
    reassigned,
    recipient,
    review_opened,
    term_moved,
)

CATALOGUE = packaged()


def by_channel(planned: tuple[Notification, ...]) -> dict[str, Notification]:
    assert len({row.channel for row in planned}) == len(planned)
    return {row.channel: row for row in planned}


def test_the_applicant_of_an_opened_case_gets_a_receipt(catalogue: Catalogue) -> None:
    planned = plan_for_applicants(
        catalogue, "e1", 1, opened(appeal(1, "psychological-support")), [recipient(1)]
    )
    assert {(row.recipient, row.channel, row.state) for row in planned} == {
        ("phone-index", "sms", "planned"),
        ("mail-index", "email", "planned"),
    }
    assert all(
        row.notice
        == ReceiptNotice(tracking_numbers=("VHD-1",), services=("psychological-support",), due_at=DUE)
        for row in planned
    )


def test_of_a_contact_that_nothing_confirms_only_the_receipt_is_sent(catalogue: Catalogue) -> None:
    mine = recipient(1, contacts={"sms": "phone-index"})
    theirs = recipient(2, contacts={"sms": "phone-index", "email": "their-mail"}, unconfirmed=("email",))
    brought = appeal(2, "psychological-support")
    receipt = by_channel(plan_for_applicants(catalogue, "e2", 2, joined(brought), [mine, theirs]))
    assert (receipt["email"].recipient, receipt["email"].state) == ("their-mail", "planned")
    for payload in (answered(), asked(), forwarded(), extended(), term_moved(), delayed(), review_opened()):
        rows = plan_for_applicants(catalogue, "e3", 3, payload, [mine, theirs])
        told = {
            (row.recipient, row.state, row.reason)
            for row in rows
            if row.recipient != f"appeal/{mine.appeal_id}"
        }
        assert told == {("phone-index", "planned", None), ("their-mail", "skipped", "contact_unconfirmed")}


def test_a_contact_confirms_itself_and_no_other(catalogue: Catalogue) -> None:
    mine = recipient(1, contacts={"sms": "phone-index"})
    with_another = recipient(2, contacts={"sms": "phone-index", "email": "e1"}, unconfirmed=("email",))
    contacts = {"sms": "phone-index", "email": "e1"}
    by = {
        how: unconfirmed_contacts(joined(appeal(2), confirmed_by=how), contacts, [mine])
        for how in ("contact", "channel", None)
    }
    assert by == {"contact": ("email",), "channel": (), None: ()}
    again = joined(appeal(3), confirmed_by="contact")
    assert unconfirmed_contacts(again, contacts, [mine, with_another]) == ("email",)
    assert unconfirmed_contacts(opened(appeal(1)), contacts, []) == ()


def test_a_joined_appeal_gets_its_own_receipt_and_its_own_term(catalogue: Catalogue) -> None:
    brought = appeal(2, "psychological-support")
    planned = plan_for_applicants(catalogue, "e2", 2, joined(brought), [recipient(1), recipient(2)])
    assert {row.appeal_id for row in planned} == {brought.appeal_id}
    notice = planned[0].notice
    assert isinstance(notice, ReceiptNotice)
    assert notice.due_at == catalogue.calendar.due_at(brought.received_at, 15)


def test_an_answer_goes_once_to_a_contact_and_names_all_its_appeals(catalogue: Catalogue) -> None:
    other = recipient(3, contacts={"email": "other"}, notice_channels=("email",))
    planned = plan_for_applicants(
        catalogue, "e9", 9, answered(), [recipient(2, language="en"), other, recipient(1)]
    )
    shared = next(row for row in planned if row.recipient == "mail-index")
    assert isinstance(shared.notice, AnswerNotice)
    assert shared.notice.tracking_numbers == ("VHD-1", "VHD-2")
    assert shared.language == "en"  # of the latest appeal
    assert {(row.recipient, row.channel, row.state, row.reason) for row in planned} == {
        ("phone-index", "sms", "planned", None),
        (f"appeal/{other.appeal_id}", "sms", "skipped", "no_consent"),
        ("mail-index", "email", "planned", None),
        ("other", "email", "planned", None),
    }


NUMBERS = ("VHD-1", "VHD-2")
NOTICES: list[tuple[EventPayload, Notice]] = [
    (
        extended(sealed_note="sealed"),
        ExtensionNotice(
            tracking_numbers=NUMBERS,
            reason="additional_study",
            due_at=DUE,
            legal_basis="Law on citizens' appeals, Article 10.2",
            sealed_note="sealed",
        ),
    ),
    (
        asked(sealed_note="sealed"),
        InformationNotice(
            tracking_numbers=NUMBERS,
            agency_id="moh",
            due_at=DUE,
            reason="documents_missing",
            sealed_note="sealed",
        ),
    ),
    (
        term_moved(),
        TermNotice(
            tracking_numbers=NUMBERS,
            previous_due_at=later(24 * 13),
            due_at=DUE,
            legal_basis=term_moved().clock.legal_basis,
        ),
    ),
    (delayed(), DelayNotice(tracking_numbers=NUMBERS, due_at=DUE)),
    (forwarded("centre"), ForwardingNotice(tracking_numbers=NUMBERS, from_agency="moh", to_agency="centre")),
    (reassigned("mlspp"), ForwardingNotice(tracking_numbers=NUMBERS, from_agency="moh", to_agency="mlspp")),
    (
        review_opened("mlspp"),
        ReviewNotice(
            tracking_numbers=NUMBERS, service="psychological-support", agency_id="mlspp", due_at=DUE
        ),
    ),
    (
        review_opened("mlspp").model_copy(update={"clock": None}),
        ReviewNotice(tracking_numbers=NUMBERS, service="psychological-support", agency_id="mlspp"),
    ),
]


@pytest.mark.parametrize(
    ("payload", "notice"), NOTICES, ids=[type(payload).__name__ for payload, _ in NOTICES]
)
def test_each_contact_is_notified_once_of_each_event(
    catalogue: Catalogue, payload: EventPayload, notice: Notice
) -> None:
    known = [recipient(1), recipient(2), recipient(9, contacts={"email": "too late"})]
    planned = by_channel(plan_for_applicants(catalogue, "e5", 5, payload, known))
    assert notifies_applicants(payload)
    assert {(row.recipient, row.channel) for row in planned.values()} == {
        ("phone-index", "sms"),
        ("mail-index", "email"),
    }
    assert all(row.notice == notice for row in planned.values())


@pytest.mark.parametrize(
    "payload",
    [
        asked().model_copy(update={"clock": None}),
        review_opened(purpose="instruction"),
        term_moved(subject="t1.a"),
        delayed(delay=None),
    ],
)
def test_an_event_without_deadline_or_review_notifies_nobody(
    catalogue: Catalogue, payload: EventPayload
) -> None:
    assert not notifies_applicants(payload)
    assert plan_for_applicants(catalogue, "e5", 5, payload, [recipient(1)]) == ()


@pytest.mark.parametrize("payload", [term_moved(), delayed(), extended()])
def test_only_the_applicant_of_the_appeal_hears_of_its_term(
    catalogue: Catalogue, payload: EventPayload
) -> None:
    """Each term belongs to an appeal, and is told to whoever brought it (findings N3)."""
    other = recipient(3, contacts={"email": "other"}, notice_channels=("email",))
    of_the_other = payload.model_copy(update={"term": other.appeal_id})
    planned = plan_for_applicants(catalogue, "e9", 9, of_the_other, [recipient(1), other])
    assert {row.appeal_id for row in planned} == {other.appeal_id}
    of_a_review = payload.model_copy(update={"term": "t3"})
    planned = plan_for_applicants(catalogue, "e9", 9, of_a_review, [recipient(1), other])
    assert len({row.appeal_id for row in planned}) == 2


def test_without_consent_or_contact_the_notification_is_skipped(catalogue: Catalogue) -> None:
    unreachable = recipient(1, notice_channels=("email",), contacts={"sms": "phone-index"})
    planned = by_channel(plan_for_applicants(catalogue, "e1", 1, opened(appeal(1)), [unreachable]))
    assert (planned["sms"].state, planned["sms"].reason) == ("skipped", "no_consent")
    assert (planned["email"].state, planned["email"].reason) == ("skipped", "no_contact")
    assert planned["email"].recipient == f"appeal/{unreachable.appeal_id}"


def test_one_consent_is_enough_for_a_contact(catalogue: Catalogue) -> None:
    silent = recipient(2, notice_channels=(), language="en")
    planned = by_channel(plan_for_applicants(catalogue, "e9", 9, answered(), [recipient(1), silent]))
    assert (planned["sms"].state, planned["sms"].language) == ("planned", "az")


def test_a_forgotten_person_is_not_notified(catalogue: Catalogue) -> None:
    planned = plan_for_applicants(catalogue, "e9", 9, answered(), [recipient(1, contacts={}, forgotten=True)])
    assert {(row.state, row.reason) for row in planned} == {("skipped", "forgotten")}


def test_events_that_are_not_for_applicants_notify_nobody(catalogue: Catalogue) -> None:
    delivered = StepDelivered(step="t/a", attempt=1, reference="r")
    assert plan_for_applicants(catalogue, "e3", 3, delivered, [recipient(1)]) == ()


_recipients = st.lists(
    st.builds(
        recipient,
        st.integers(1, 6),
        language=st.sampled_from(["az", "en"]),
        notice_channels=st.sets(st.sampled_from(["sms", "email"])).map(tuple),
        contacts=st.dictionaries(st.sampled_from(["sms", "email"]), st.sampled_from(["x", "y"])),
    ),
    unique_by=lambda each: each.appeal_id,
    max_size=5,
)


@given(_recipients, st.randoms())
def test_an_event_is_planned_the_same_whenever_and_in_whatever_order(
    known: list[Recipient], random: object
) -> None:
    shuffled = list(known)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    planned = plan_for_applicants(CATALOGUE, "e4", 4, answered(), known)
    assert planned == plan_for_applicants(CATALOGUE, "e4", 4, answered(), shuffled)
    assert planned == plan_for_applicants(
        CATALOGUE, "e4", 4, answered(), [each for each in known if each.seq <= 4]
    )
    keys = [(row.event_id, row.recipient, row.channel) for row in planned]
    assert len(set(keys)) == len(keys)
    assert len({row.notification_id for row in planned}) == len(keys)


@given(_recipients)
def test_a_message_is_planned_only_with_contact_and_consent(known: list[Recipient]) -> None:
    for row in plan_for_applicants(CATALOGUE, "e9", 9, answered(), known):
        willing = [
            each
            for each in known
            if row.channel in each.notice_channels and each.contacts.get(row.channel) == row.recipient
        ]
        assert (row.state == "planned") == bool(willing)


def test_an_appeal_taken_over_gets_answers_and_no_second_receipt() -> None:
    (taken,) = (event for event in parted("t2")[1] if isinstance(event.payload, TracksTakenOver))
    assert [brought.tracking_number for brought in brought_by(taken.payload)] == ["VHD-1"]
    assert not notifies_applicants(taken.payload)
    assert plan_for_applicants(CATALOGUE, "e1", 1, taken.payload, [recipient(1)]) == ()
