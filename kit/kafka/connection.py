"""How Kafka is reached: addresses, and the login of this process, as the settings name them in one value."""

import logging
import re
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from faststream.security import BaseSecurity, SASLScram512

from kit.errors import PermanentError, TransientError

MECHANISM = "SCRAM-SHA-512"
_FORM = re.compile(
    r"(?:(?P<scheme>kafka|kafka\+tls)://)?(?:(?P<user>[^:@/]+):(?P<password>[^@/]+)@)?(?P<servers>[^@/]+)"
)


@dataclass(frozen=True)
class KafkaConnection:
    """`servers` are `host:port`, separated by commas. Without `user` nobody logs in."""

    servers: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False

    @classmethod
    def of(cls, bootstrap: str) -> "KafkaConnection":
        """The connection that `VAHID_KAFKA_BOOTSTRAP` names.

        It is `[kafka://|kafka+tls://][user:password@]host:port[,host:port…]`; user and password are
        percent-encoded as in a URL (RFC 3986). The login is by SCRAM-SHA-512 (RFC 5802); with
        `kafka+tls` the connection is encrypted.

        Raises:
            PermanentError: `kafka_address`: it has another form.
        """
        found = _FORM.fullmatch(bootstrap)
        if found is None:
            raise PermanentError(
                "kafka_address",
                "VAHID_KAFKA_BOOTSTRAP has another form than host:port or kafka://user:password@host:port.",
                remedy="Correct it. Percent-encode @, : and / in the user and the password.",
            )
        user, password = (found[name] and unquote(found[name]) for name in ("user", "password"))
        return cls(found["servers"], user, password, found["scheme"] == "kafka+tls")

    def options(self) -> dict[str, Any]:
        """The arguments of a client of aiokafka or kafka-python."""
        options: dict[str, Any] = {"bootstrap_servers": self.servers}
        if self.user is not None:
            # kafka-python warns of credentials in the clear, also with SCRAM, which never sends the password.
            logging.getLogger("kafka.net.sasl.scram").setLevel(logging.ERROR)
            options |= {
                "sasl_mechanism": MECHANISM,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        if self.user is not None or self.tls:
            transport = "SSL" if self.tls else "PLAINTEXT"
            options["security_protocol"] = transport if self.user is None else f"SASL_{transport}"
        return options | ({"ssl_context": ssl.create_default_context()} if self.tls else {})

    def security(self) -> BaseSecurity | None:
        """The same for FastStream; None where nothing is needed."""
        context = ssl.create_default_context() if self.tls else None
        if self.user is not None:
            return SASLScram512(self.user, self.password or "", ssl_context=context, use_ssl=self.tls)
        return BaseSecurity(ssl_context=context, use_ssl=True) if self.tls else None


def client_options(bootstrap: str) -> dict[str, Any]:
    """The arguments of a client of aiokafka or kafka-python that connects to `bootstrap`.

    Raises:
        PermanentError: `kafka_address`.
    """
    return KafkaConnection.of(bootstrap).options()


def shown(bootstrap: str) -> str:
    """The servers of `bootstrap` alone, to be shown to people."""
    return KafkaConnection.of(bootstrap).servers


def kafka_away(bootstrap: str, error: Exception) -> TransientError:
    """`kafka_away`: what to raise where a client failed with `error`."""
    return TransientError(
        "kafka_away", f"Kafka at {shown(bootstrap)} does not answer ({type(error).__name__})."
    )
