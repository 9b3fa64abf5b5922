"""What an installation is given once and then keeps: its clock, and the secrets between its processes."""

import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime

from kit.clock import Clock
from vahid.stack.errors import StackError
from vahid.stack.home import Home, changed_json, read_json, write_json
from vahid.stack.processes import AGENCIES, LOCAL


def clock(home: Home, scale: float | None, epoch: datetime | None) -> Clock:
    """The installation's clock: as kept, else made of `scale` and `epoch` and kept, else real time.

    Raises:
        StackError: the home runs on another clock already; open cases would jump in time.
    """
    kept = Clock.model_validate(read_json(home.clock)) if home.clock.exists() else None
    if scale is None and epoch is None:
        return kept or Clock()
    now = datetime.now(UTC)
    wanted = Clock(epoch=epoch or now, started_at=now, scale=scale or 1.0)
    if kept is None:
        keep_clock(home, wanted)
        return wanted
    if kept.scale != wanted.scale or (epoch is not None and kept.epoch != epoch):
        raise StackError(
            "other_clock",
            f"{home.root} has another clock already: scale {kept.scale:g}, epoch {kept.epoch.isoformat()}.",
            remedy="Leave out --scale and --epoch, or choose another --home.",
        )
    return kept


def keep_clock(home: Home, clock: Clock) -> None:
    """Give a new home this clock: it runs on it from the first start on."""
    write_json(home.clock, clock.model_dump(mode="json"))


def agencies(home: Home, ports: Mapping[str, int]) -> None:
    """Keep the file of the connected agencies: secrets made once, addresses as they are now."""
    with changed_json(home.agencies) as kept:
        for agency in AGENCIES:
            entry = kept.setdefault(agency, {"token": _token(agency), "webhook_secret": _webhook_secret()})
            entry["base_url"] = f"http://127.0.0.1:{ports[f'agency-{agency}']}"


def sms_token(home: Home) -> str:
    """The token by which the SMS gateway knows us."""
    with changed_json(home.root / "sms.json") as kept:
        return str(kept.setdefault("token", secrets.token_urlsafe(24)))


def _token(agency: str) -> str:
    token = secrets.token_urlsafe(24)
    return f"vahid:{token}" if agency in LOCAL else token  # HTTP Basic: a user and a password


def _webhook_secret() -> str:
    return "whsec_" + b64encode(secrets.token_bytes(24)).decode()
