"""Settings of the console."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from kit.settings import Settings

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ConsoleSettings(Settings):
    """How people sign in, and where the scripts of others are.

    `console_sign_in`: `development` signs anybody in as an example person, on loopback alone; with `none`
    nobody can sign in. `console_webjars` is the folder of the WebJars. A session ends after
    `console_idle_minutes` without a request, and in any case after `console_session_hours`.
    `console_insecure_cookies` lets cookies go over plain HTTP; it is for loopback alone.
    """

    console_sign_in: Literal["development", "none"] = "none"
    console_webjars: Path = Path(".vahid/webjars")
    console_session_hours: int = Field(default=10, ge=1, le=24)
    console_idle_minutes: int = Field(default=60, ge=5, le=480)
    console_insecure_cookies: bool = False

    @model_validator(mode="after")
    def _development_on_loopback(self) -> Self:
        marked = self.console_sign_in == "development" or self.console_insecure_cookies
        if marked and self.http_host not in _LOOPBACK:
            raise ValueError(
                "VAHID_CONSOLE_SIGN_IN=development and VAHID_CONSOLE_INSECURE_COOKIES are for loopback alone:"
                " set VAHID_HTTP_HOST to 127.0.0.1."
            )
        return self
