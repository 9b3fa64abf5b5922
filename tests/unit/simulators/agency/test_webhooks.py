from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from simulators.agency.webhooks import backoff_seconds, signed

SECRET = "whsec_" + "c2VjcmV0" * 4


def test_the_signature_covers_the_content() -> None:
    headers = signed(SECRET, "msg_1", '{"id": 1}', datetime.now(UTC))
    assert Webhook(SECRET).verify('{"id": 1}', headers) == {"id": 1}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify('{"id": 2}', headers)


def test_the_backoff_doubles_up_to_a_limit() -> None:
    assert [backoff_seconds(attempts, 0.5) for attempts in (1, 2, 3, 8, 10_000)] == [0.25, 0.5, 1, 20, 20]
