"""The development sign-in stays on loopback."""

import pytest
from pydantic import ValidationError

from services.console.settings import ConsoleSettings


@pytest.mark.parametrize("marked", [{"console_sign_in": "development"}, {"console_insecure_cookies": True}])
def test_what_is_for_loopback_is_refused_elsewhere(marked: dict[str, object]) -> None:
    assert ConsoleSettings(http_host="127.0.0.1", **marked)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="loopback"):
        ConsoleSettings(http_host="0.0.0.0", **marked)  # type: ignore[arg-type]


def test_nobody_can_sign_in_by_default() -> None:
    assert ConsoleSettings().console_sign_in == "none"
