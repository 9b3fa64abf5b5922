"""Settings of the notifier."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from kit.settings import Settings


class NotifierSettings(Settings):
    """How messages leave: an SMTP server for e-mail, an HTTP gateway for SMS.

    `mail_from` is the sender's address; its domain is that of the Message-IDs. `smtp_start_tls`: True demands
    it, False never tries, None takes it where offered. `send_seconds` bounds each half of a send
    (addressing, content); `lease_seconds` is the time after which a message whose sender died is
    recovered; it must be longer than a send.
    `senders` is how many messages are under way at once on each channel.
    """

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_start_tls: bool | None = None
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = "no-reply@vahid.example"
    sms_url: str = "http://127.0.0.1:8025"
    sms_token: SecretStr = SecretStr("")
    send_seconds: float = Field(default=10.0, gt=0)
    lease_seconds: float = Field(default=30.0, gt=0)
    senders: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _lease_outlasts_sending(self) -> Self:
        if self.lease_seconds <= 2 * self.send_seconds:
            raise ValueError("VAHID_LEASE_SECONDS has to be more than twice VAHID_SEND_SECONDS.")
        return self
