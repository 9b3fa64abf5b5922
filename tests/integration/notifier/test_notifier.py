"""The notifier as a process: each recipient is notified once, whatever dies."""

import asyncio
import secrets
from datetime import timedelta
from uuid import uuid4

import pytest

from kit.kafka.dead_letters import DeadLetters
from ledger.chain import GENESIS, chain
from schemas.actors import SYSTEM
from schemas.case_events import CaseEvent
from schemas.case_lifecycle_events import StepAnswer
from tests.builders import MONDAY
from tests.integration.notifier.harness import CLOCK, Case, Harness
from tests.integration.service import ServiceProcess, until
from tests.unit.notifier.builders import answered, escalated, joined, opened, reminded, taken_over


@pytest.fixture
def email() -> str:
    return f"a{uuid4().hex[:10]}@example.az"


@pytest.fixture
def phone() -> str:
    return f"+99450{secrets.randbelow(10**7):07d}"


async def test_receipt_and_answer_reach_the_applicant_once_on_each_channel(
    notifier: ServiceProcess, harness: Harness, email: str, phone: str
) -> None:
    case = Case()
    appeal = await harness.appeal(case, email=email, phone=phone, language="en")
    first = await harness.record(case, opened(appeal))
    note = await harness.seal(case, b"Bring the certificate.")
    refused = StepAnswer(step="t/a", agency_id="mlspp", status="refused", sealed_note=note)
    last = await harness.record(case, answered(results=(refused,)))
    await harness.settled(first, sms="sent", email="sent")
    rows = await harness.settled(last, sms="sent", email="sent")
    [receipt, answer] = await harness.mails(email)
    assert appeal.tracking_number in receipt["subject"] and appeal.tracking_number in answer["subject"]
    assert "Bring the certificate." in answer["text"]
    assert receipt["attachments"] == []
    assert [(file["name"], file["media_type"]) for file in answer["attachments"]] == [
        (f"answer-{appeal.tracking_number}.pdf", "application/pdf"),
        (f"answer-{appeal.tracking_number}.html", "text/html"),
    ]
    assert answer["message_id"] == rows["email"].provider_id
    assert rows["email"].notification_id in answer["message_id"]
    assert rows["email"].traceparent.split("-")[1] == "0af7651916cd43dd8448eb211c80319c"
    assert [appeal.tracking_number in text["text"] for text in await harness.texts(phone)] == [True, True]


@pytest.mark.parametrize(
    "remark",
    ["Gəlin 🙂", "\uf0b7 first", "\u0710\u0712", "a\x00b", "\x1b[2J\x9b\u202e", "👨\u200d👩\u20e3"],
    ids=ascii,
)
async def test_no_remark_keeps_an_answer_from_its_applicant(
    notifier: ServiceProcess, harness: Harness, email: str, remark: str
) -> None:
    case = Case()
    await harness.record(case, opened(await harness.appeal(case, email=email)))
    note = await harness.seal(case, remark.encode())
    refused = StepAnswer(step="t/a", agency_id="mlspp", status="refused", sealed_note=note)
    await harness.settled(await harness.record(case, answered(results=(refused,))), email="sent")
    answer = (await harness.mails(email))[-1]
    assert [file["media_type"] for file in answer["attachments"]] == ["application/pdf", "text/html"]
    assert not set("\x00\x1b\x9b\u202e") & set(answer["text"])


async def test_an_answer_to_ninety_appeals_fits_an_sms_and_a_subject(
    notifier: ServiceProcess, harness: Harness, email: str, phone: str
) -> None:
    case = Case()
    first = await harness.appeal(case, email=email, phone=phone, language="en")
    await harness.record(case, opened(first))
    for _ in range(89):
        await harness.record(
            case, joined(await harness.appeal(case, email=email, phone=phone, language="en"))
        )
    await harness.settled(await harness.record(case, answered()), sms="sent", email="sent")
    text, mail = (await harness.texts(phone))[-1], (await harness.mails(email))[-1]
    for short in (text["text"], mail["subject"]):
        assert first.tracking_number in short and "and 88 more" in short and len(short) <= 200


@pytest.mark.parametrize("moved", [False, True])
async def test_who_writes_my_number_beside_an_address_of_their_own_learns_nothing(
    notifier: ServiceProcess, harness: Harness, email: str, phone: str, moved: bool
) -> None:
    case, theirs = Case(), f"their-{email}"
    await harness.record(case, opened(await harness.appeal(case, email=email, phone=phone)))
    beside = await harness.appeal(case, email=theirs, phone=phone)
    receipt = await harness.record(case, joined(beside, confirmed_by="contact"))
    await harness.settled(receipt, sms="sent", email="sent")
    if moved:
        taker = Case()
        await harness.record(taker, taken_over(case.case_id, beside))
        rows = await harness.settled(await harness.record(taker, answered()), sms="sent", email="skipped")
        assert rows["email"].reason == "contact_unconfirmed"
    else:
        await harness.settled(await harness.record(case, answered()), sms="sent", email="sent")
        assert len(await harness.mails(email)) == 2
    assert [beside.tracking_number in mail["subject"] for mail in await harness.mails(theirs)] == [True]


@pytest.mark.parametrize("number", ["+994124980000", "+994900200123", "+994881234567"])
async def test_a_number_that_takes_no_sms_is_sent_none(
    notifier: ServiceProcess, harness: Harness, number: str
) -> None:
    case = Case()
    event = await harness.record(case, opened(await harness.appeal(case, phone=number)))
    rows = await harness.settled(event, sms="skipped")
    assert rows["sms"].reason == "no_contact"


async def test_one_message_to_a_contact_names_all_its_appeals(
    notifier: ServiceProcess, harness: Harness, email: str, phone: str
) -> None:
    case = Case()
    first = await harness.appeal(case, email=email, notice_channels=("email",))
    second = await harness.appeal(case, email=email.replace("example.az", "Example.AZ"), phone=phone)
    third = await harness.appeal(case, email=email, phone=phone)
    for event in (opened(first), joined(second), joined(third)):
        await harness.record(case, event)
    last = await harness.record(case, answered())
    await harness.settled(last, sms="sent")

    async def all_arrived() -> bool:
        return len(await harness.mails(email)) == 4

    await until(all_arrived)
    [answer] = [mail for mail in await harness.mails(email) if "cavab" in mail["subject"].lower()]
    assert first.tracking_number in answer["text"] and third.tracking_number in answer["text"]
    assert len([text for text in await harness.texts(phone) if third.tracking_number in text["text"]]) == 2


async def test_a_redelivered_event_notifies_nobody_again(
    notifier: ServiceProcess, harness: Harness, email: str, phone: str
) -> None:
    case = Case()
    appeal = await harness.appeal(case, email=email, phone=phone)
    first = await harness.record(case, opened(appeal))
    for _ in range(3):
        await harness.publish(case.case_id, 1, opened(appeal))
    last = await harness.record(case, answered())
    await harness.settled(first, sms="sent", email="sent")
    await harness.settled(last, sms="sent", email="sent")
    assert (len(await harness.mails(email)), len(await harness.texts(phone))) == (2, 2)


async def test_the_answer_of_a_case_that_took_an_appeal_over_reaches_the_applicant_without_a_receipt(
    notifier: ServiceProcess, harness: Harness, email: str, phone: str
) -> None:
    first, other = Case(), Case()
    appeal = await harness.appeal(first, email=email, phone=phone)
    receipt = await harness.record(first, opened(appeal))
    await harness.record(other, taken_over(first.case_id, appeal))
    last = await harness.record(other, answered())
    await harness.settled(receipt, sms="sent", email="sent")
    await harness.settled(last, sms="sent", email="sent")
    assert (len(await harness.mails(email)), len(await harness.texts(phone))) == (2, 2)


async def test_without_consent_or_contact_a_notification_is_skipped_with_the_reason(
    notifier: ServiceProcess, harness: Harness, email: str
) -> None:
    case = Case()
    appeal = await harness.appeal(case, email=email, notice_channels=("sms",))
    event = await harness.record(case, opened(appeal))
    rows = await harness.settled(event, sms="skipped", email="skipped")
    assert (rows["sms"].reason, rows["email"].reason) == ("no_contact", "no_consent")
    assert await harness.mails(email) == []


async def test_the_case_is_told_once_where_no_contact_takes_what_was_promised(
    notifier: ServiceProcess, harness: Harness, email: str
) -> None:
    case = Case()
    promised = opened(await harness.appeal(case, email=email, notice_channels=("sms",)))
    event = await harness.record(case, promised)
    (outcome,) = await harness.reports(case, 1)
    assert (outcome.event_id, outcome.notice, outcome.subject) == (event, "receipt", "case")
    assert (outcome.delivery, outcome.reason) == ("undelivered", "no_contact")
    await harness.publish(case.case_id, case.seq, promised)
    later = await harness.record(case, opened(await harness.appeal(case, email=email)))
    await harness.settled(later, email="sent")
    assert await harness.reports(case, 1) == [outcome]


async def test_a_message_that_went_out_is_enough(
    notifier: ServiceProcess, harness: Harness, email: str
) -> None:
    case, other = Case(), Case()
    told = await harness.appeal(case, email=email, notice_channels=("sms", "email"))
    event = await harness.record(case, opened(told))
    await harness.settled(event, sms="skipped", email="sent")
    await harness.record(other, opened(await harness.appeal(other, notice_channels=("email",))))
    await harness.reports(other, 1)
    assert await harness.reports(case, 0) == []


async def test_where_no_channel_is_agreed_the_case_knows_it_by_itself(
    notifier: ServiceProcess, harness: Harness, email: str
) -> None:
    case = Case()
    event = await harness.record(case, opened(await harness.appeal(case, email=email, notice_channels=())))
    await harness.settled(event, sms="skipped", email="skipped")
    assert await harness.reports(case, 0) == []


@pytest.mark.parametrize("point", ["before_send", "after_send", "after_mark"])
async def test_a_death_of_the_relay_loses_no_report_and_reports_one_thing(
    notifier: ServiceProcess, harness: Harness, point: str
) -> None:
    case = Case()
    notifier.arm(f"notifier.relay.{point}")
    await harness.record(case, opened(await harness.appeal(case, notice_channels=("sms",))))
    await notifier.killed()
    await notifier.start()
    outcomes = await harness.reports(case, 2 if point == "after_send" else 1)
    assert {outcome.delivery for outcome in outcomes} == {"undelivered"}
    assert len({outcome.event_id for outcome in outcomes}) == 1


async def test_a_forgotten_person_is_not_notified(
    notifier: ServiceProcess, harness: Harness, email: str
) -> None:
    case = Case()
    appeal = await harness.appeal(case, email=email)
    async with harness.database.transaction() as connection:
        await harness.vault.destroy_data_key(connection, case.case_id)
    event = await harness.record(case, opened(appeal))
    rows = await harness.settled(event, sms="skipped", email="skipped")
    assert {row.reason for row in rows.values()} == {"forgotten"}


async def test_the_answer_to_an_unknown_case_is_dead_lettered(
    notifier: ServiceProcess, harness: Harness, kafka_bootstrap: str
) -> None:
    case = Case()
    await harness.record(case, answered())

    async def dead_lettered() -> bool:
        dead_letters = await asyncio.to_thread(DeadLetters(kafka_bootstrap).list, "notifier")
        return [record.error_code for record in dead_letters if record.key == case.case_id.encode()] == [
            "recipients_unknown"
        ]

    await until(dead_lettered)


@pytest.mark.parametrize(
    "forgery", ["of an entry that is not there", "instead of another", "with a hash of 000"]
)
async def test_what_the_ledger_does_not_have_is_told_to_nobody(
    notifier: ServiceProcess, harness: Harness, kafka_bootstrap: str, email: str, forgery: str
) -> None:
    case = Case()
    appeal = await harness.appeal(case, email=email, notice_channels=("email",))
    await harness.settled(await harness.record(case, opened(appeal)), email="sent")
    if forgery != "of an entry that is not there":
        await harness.settled(await harness.record(case, answered(outcome="refused")), email="sent")
    outcome = "refused" if forgery == "with a hash of 000" else "satisfied"
    content = CaseEvent(
        case_id=case.case_id,
        seq=2,
        recorded_at=MONDAY,
        cause="test",
        actor=SYSTEM,
        payload=answered(outcome=outcome),
    )
    (forged,) = chain(GENESIS, [content])
    if forgery == "with a hash of 000":
        forged = forged.model_copy(update={"hash": "0" * 64})
    sent = len(await harness.mails(email))
    await harness.send(forged)

    async def refused() -> bool:
        dead_letters = await asyncio.to_thread(DeadLetters(kafka_bootstrap).list, "notifier")
        return [record.error_code for record in dead_letters if record.key == case.case_id.encode()] == [
            "event_not_recorded"
        ]

    await until(refused)
    assert len(await harness.mails(email)) == sent


async def test_mail_waits_for_a_server_that_is_down(
    notifier: ServiceProcess, mail: ServiceProcess, harness: Harness, email: str
) -> None:
    await mail.stop()
    case = Case()
    event = await harness.record(case, opened(await harness.appeal(case, email=email)))

    async def waits() -> bool:
        metrics = (await notifier.get("/metrics")).text
        return 'vahid_notifications_unreachable_total{channel="email"}' in metrics

    await until(waits)
    assert (await harness.rows(event))["email"].state == "planned"
    await mail.start()
    await harness.settled(event, email="sent")
    assert len(await harness.mails(email)) == 1


@pytest.mark.parametrize(
    ("failpoint", "delivered"),
    [
        ("notifier.before_handle", True),
        ("notifier.after_plan", True),
        ("notifier.after_handle", True),
        ("notifier.{channel}.before_send", False),
        ("notifier.{channel}.after_send", True),
    ],
)
@pytest.mark.parametrize("channel", ["email", "sms"])
async def test_a_death_at_any_point_never_notifies_twice(
    notifier: ServiceProcess,
    harness: Harness,
    email: str,
    phone: str,
    failpoint: str,
    delivered: bool,
    channel: str,
) -> None:
    case = Case()
    appeal = await harness.appeal(case, email=email, phone=phone, notice_channels=(channel,))
    notifier.arm(failpoint.format(channel=channel))
    event = await harness.record(case, opened(appeal))
    await notifier.killed()
    await notifier.start()
    mid_send = failpoint.endswith("_send")
    parked = channel == "email" and mid_send
    rows = await harness.settled(event, **{channel: "parked" if parked else "sent"})
    arrived = await harness.mails(email) if channel == "email" else await harness.texts(phone)
    assert len(arrived) == (0 if parked and not delivered else 1)
    if parked:
        assert rows[channel].reason == "sender_died"
        (outcome,) = await harness.reports(case, 1)
        assert (outcome.delivery, outcome.reason) == ("undelivered", "sender_died")
        await until(lambda: _shows(notifier, 'vahid_notifications_parked{channel="email"}'))


async def test_a_stop_is_clean_and_nothing_personal_is_logged_or_stored(
    notifier: ServiceProcess, harness: Harness, email: str, phone: str
) -> None:
    case = Case()
    event = await harness.record(case, opened(await harness.appeal(case, email=email, phone=phone)))
    rows = await harness.settled(event, sms="sent", email="sent")
    assert await notifier.stop() == 0
    for personal in (email, phone, "Ayan", "Əliyeva"):
        assert personal not in notifier.log
        assert all(personal not in str(row) for row in rows.values())


async def test_an_official_is_notified_at_once_within_the_hours(
    notifier: ServiceProcess, harness: Harness
) -> None:
    case = Case()
    event = await harness.record(case, escalated("head", "centre", agencies=("samhi",)), MONDAY)

    async def sent() -> bool:
        return {row.state for row in await harness.official_rows(event)} == {"sent"}

    await until(sent)
    for address in ("rehber.samhi@example.az", "nezaret.vem@example.az"):
        found = [mail for mail in await harness.mails(address) if case.case_id in mail["text"]]
        assert len(found) == 1
        assert found[0]["text"].count(f"[{case.case_id} t1.a 1/service_norm/escalation_head]") == 1


async def test_a_reminder_at_midnight_waits_for_the_morning(
    notifier: ServiceProcess, harness: Harness
) -> None:
    case = Case()
    midnight = MONDAY + timedelta(hours=14)  # in Baku
    event = await harness.record(case, reminded("handler", agencies=("sicc",)), midnight)
    await until(lambda: _planned(harness, event))
    [row] = await harness.official_rows(event)
    assert row.state == "planned"
    assert row.next_attempt_at == row.not_before == CLOCK.real(MONDAY + timedelta(hours=23))
    assert await harness.mails("muraciet.sicc@example.az") == []


async def test_what_waited_for_an_official_s_hours_goes_in_one_digest(
    notifier: ServiceProcess, harness: Harness
) -> None:
    case, other = Case(), Case()
    midnight = MONDAY + timedelta(hours=14)  # in Baku
    events = [
        await harness.record(case, reminded("handler", agencies=("mod",)), midnight),
        await harness.record(case, escalated("handler", agencies=("mod",)), midnight),
        await harness.record(other, reminded("handler", agencies=("mod",)), midnight),
    ]

    async def waiting() -> bool:
        return len(await harness.official_rows(*events)) == 3

    await until(waiting)
    await harness.open_hours(*events)

    async def sent() -> bool:
        return {row.state for row in await harness.official_rows(*events)} == {"sent"}

    await until(sent)
    [digest] = await harness.mails("muraciet.mod@example.az")
    assert digest["text"].count("[") == 3 and digest["text"].count(case.case_id) == 2
    assert {row.provider_id for row in await harness.official_rows(*events)} == {digest["message_id"]}


async def test_a_digest_whose_sender_died_is_parked_whole(
    notifier: ServiceProcess, mail: ServiceProcess, harness: Harness
) -> None:
    await mail.stop()
    case = Case()
    events = [
        await harness.record(case, reminded("supervisor", agencies=("mod",))),
        await harness.record(case, escalated("supervisor", agencies=("mod",))),
    ]

    async def waiting() -> bool:
        return len(await harness.official_rows(*events)) == 2

    await until(waiting)
    notifier.arm("notifier.email.after_send")
    await mail.start()
    await notifier.killed()
    await notifier.start()

    async def parked() -> bool:
        return {row.state for row in await harness.official_rows(*events)} == {"parked"}

    await until(parked)
    assert len(await harness.mails("sobe.mod@example.az")) == 1


async def _planned(harness: Harness, event: str) -> bool:
    return bool(await harness.official_rows(event))


async def _shows(notifier: ServiceProcess, gauge: str) -> bool:
    lines = (await notifier.get("/metrics")).text.splitlines()
    return any(line.startswith(gauge) and float(line.split()[-1]) > 0 for line in lines)
