"""The mail gateway against a server that answers, or goes away, at each stage."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from kit.clock import Clock
from services.notifier.gateways.gateway import ProviderUnreachableError
from services.notifier.gateways.mail import MailGateway
from services.notifier.message_composer import OutgoingMessage
from services.notifier.outcomes import NotSent, Refused, SendOutcome, Sent, Unknown
from services.notifier.settings import NotifierSettings

MESSAGE = OutgoingMessage("5a0f", "ayan@example.az", "Müraciətiniz", "Hörmətli müraciətçi\n.\nə")


class Server:
    """An SMTP server that plays the script: a reply by verb (`.` after the text), None hangs up."""

    def __init__(self, script: dict[str, str | None]) -> None:
        self.script = {
            "EHLO": "250 ok",
            "MAIL": "250 ok",
            "RCPT": "250 ok",
            "DATA": "354 go",
            ".": "250 ok",
        } | script
        self.texts: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            verb = line[:4].decode().strip().upper()
            reply = self.script.get(verb, "221 bye")
            if not self._say(writer, reply) or verb == "QUIT":
                break
            if verb == "DATA" and reply == "354 go":
                self.texts.append(await reader.readuntil(b"\r\n.\r\n"))
                if not self._say(writer, self.script["."]):
                    break
        writer.close()

    def _say(self, writer: asyncio.StreamWriter, reply: str | None) -> bool:
        if reply is None:
            return False
        if reply:
            writer.write(f"{reply}\r\n".encode())
        return True


@asynccontextmanager
async def gateway_to(server: Server) -> AsyncIterator[MailGateway]:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    settings = NotifierSettings(smtp_host="127.0.0.1", smtp_port=port, send_seconds=0.5, lease_seconds=5)
    gateway = MailGateway(settings, Clock())
    try:
        yield gateway
    finally:
        await gateway.close()
        listening.close()


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ({}, Sent("<5a0f@vahid.example>")),
        ({"RCPT": "550 no such box"}, Refused("smtp_550")),
        ({"RCPT": "451 later"}, NotSent("smtp_451")),
        ({"MAIL": None}, NotSent("connection_lost")),
        ({"RCPT": None}, NotSent("connection_lost")),
        ({"RCPT": ""}, NotSent("connection_lost")),
        ({"DATA": "421 closing"}, NotSent("smtp_421")),
        ({"DATA": None}, Unknown("no_response")),
        ({".": None}, Unknown("no_response")),
        ({".": ""}, Unknown("no_response")),
        ({".": "554 rejected"}, Refused("smtp_554")),
        ({".": "452 full"}, NotSent("smtp_452")),
    ],
)
async def test_only_a_silence_after_the_text_is_unknown(
    script: dict[str, str | None], outcome: SendOutcome
) -> None:
    async with gateway_to(Server(script)) as gateway:
        await gateway.ready()
        assert await gateway.send(MESSAGE) == outcome


async def test_a_session_is_kept_and_opened_again_when_lost() -> None:
    server = Server({})
    async with gateway_to(server) as gateway:
        for _ in range(2):
            await gateway.ready()
            assert isinstance(await gateway.send(MESSAGE), Sent)
        server.script["RCPT"] = None
        await gateway.ready()
        assert isinstance(await gateway.send(MESSAGE), NotSent)
        server.script["RCPT"] = "250 ok"
        await gateway.ready()
        assert isinstance(await gateway.send(MESSAGE), Sent)
    assert len(server.texts) == 3


async def test_the_text_arrives_unchanged() -> None:
    server = Server({})
    async with gateway_to(server) as gateway:
        await gateway.ready()
        await gateway.send(MESSAGE)
    unstuffed = server.texts[0].removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    arrived = message_from_bytes(unstuffed, policy=policy.default)
    assert (arrived["To"], arrived["Subject"]) == (MESSAGE.to, MESSAGE.subject)
    assert arrived["Message-ID"] == "<5a0f@vahid.example>"
    assert arrived.get_content().replace("\r\n", "\n").rstrip("\n") == MESSAGE.text


async def test_an_address_that_the_server_does_not_accept_is_refused() -> None:
    async with gateway_to(Server({})) as gateway:
        await gateway.ready()
        assert await gateway.send(replace(MESSAGE, to="əli@example.az")) == Refused("smtputf8_missing")


async def test_an_unreachable_server_is_an_error_before_a_message_is_taken() -> None:
    gateway = MailGateway(NotifierSettings(smtp_port=1, send_seconds=0.5, lease_seconds=5), Clock())
    with pytest.raises(ProviderUnreachableError):
        await gateway.ready()
