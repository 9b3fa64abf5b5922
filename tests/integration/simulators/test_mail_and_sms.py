from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx2
import pytest

from tests.contract.connectors.simulated import free_port
from tests.integration.simulators.process import Simulator

TOKEN = {"Authorization": "Bearer sms-token"}
MESSAGE = {"to": "+994501234567", "text": "Müraciətiniz qəbul edildi.", "client_reference": "n/1"}


def mail_message(number: int) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "vahid@example.az", "applicant@example.az"
    message["Subject"], message["Message-ID"] = "Müraciətinizə cavab", f"<{number}@vahid>"
    message.set_content("Hörmətli vətəndaş, müraciətiniz təmin olundu.")
    return message


def sms(folder: Path, **behaviour: object) -> Simulator:
    flags = [flag for name, value in behaviour.items() for flag in ("--setting", f"{name}={value}")]
    return Simulator("sms", folder, {"VAHID_SMS_TOKEN": "sms-token"}, *flags)


async def test_caught_mail_survives_a_kill(tmp_path: Path) -> None:
    smtp_port = free_port()
    async with Simulator("mail", tmp_path, {"VAHID_SMTP_PORT": str(smtp_port)}) as mail:
        for number in (1, 2):
            await aiosmtplib.send(mail_message(number), hostname="127.0.0.1", port=smtp_port)
        await mail.kill()
        await mail.start()
        await aiosmtplib.send(mail_message(3), hostname="127.0.0.1", port=smtp_port)
        answer = await mail.get("/messages", since=1)
        assert [message["message_id"] for message in answer["messages"]] == ["<2@vahid>", "<3@vahid>"]
        assert answer["next"] == 3
        assert answer["messages"][0]["subject"] == "Müraciətinizə cavab"
        assert answer["messages"][0]["rcpt_tos"] == ["applicant@example.az"]
        assert "təmin olundu" in answer["messages"][0]["text"]
        assert mail.log_lines("messages.jsonl")[1:] == answer["messages"]
        assert await mail.stop() == 0


async def test_an_sms_is_taken_once_by_its_reference_even_after_a_kill(tmp_path: Path) -> None:
    async with sms(tmp_path) as gateway:
        gateway.client.headers.update(TOKEN)
        first = await gateway.client.post("/messages", json=MESSAGE)
        await gateway.kill()
        await gateway.start()
        again = await gateway.client.post("/messages", json=MESSAGE)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json() == await gateway.get("/messages/n/1")
        assert (await gateway.client.post("/messages", json={**MESSAGE, "text": "başqa"})).status_code == 409
        assert [message["client_reference"] for message in gateway.log_lines("messages.jsonl")] == ["n/1"]
        assert (await gateway.get("/messages"))["messages"] == gateway.log_lines("messages.jsonl")
        assert (await gateway.client.post("/messages", json={**MESSAGE, "to": "12"})).status_code == 422
        gateway.client.headers["Authorization"] = "Bearer other"
        assert (await gateway.client.post("/messages", json=MESSAGE)).status_code == 401


async def test_the_gateway_fails_as_set(tmp_path: Path) -> None:
    async with sms(tmp_path, timeout_after_accept=1) as gateway:
        gateway.client.headers.update(TOKEN)
        gateway.client.timeout = httpx2.Timeout(0.5)
        with pytest.raises(httpx2.ReadTimeout):
            await gateway.client.post("/messages", json=MESSAGE)
        assert (await gateway.client.post("/messages", json=MESSAGE)).status_code == 200
        await gateway.change_behaviour(outage=True)
        assert (await gateway.client.post("/messages", json=MESSAGE)).status_code == 503
        await gateway.change_behaviour(outage=False, error_rate=1)
        assert (await gateway.client.post("/messages", json=MESSAGE)).status_code == 500
        assert len(gateway.log_lines("messages.jsonl")) == 1
