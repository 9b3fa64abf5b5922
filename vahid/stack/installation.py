"""What an installation gets once and keeps: its clock, and the secrets between its processes."""

import secrets
import shutil
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from kit.clock import Clock
from vahid.stack.errors import StackError
from vahid.stack.home import Home, changed_json, read_json, write_json
from vahid.stack.processes import AGENCIES, DATABASE_LOGINS, KAFKA_LOGINS, LOCAL, Program
from vahid.stack.servers.kafka import KAFKA_ADMIN, KAFKA_CONTROLLER


def clock(home: Home, scale: float | None, epoch: datetime | None) -> Clock:
    """The installation's clock: the kept one, else a new one of `scale` and `epoch`, else real time.

    Raises:
        StackError: `other_clock`: the home has another clock; open cases would jump in time.
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
            f"{home.root} has another clock: scale {kept.scale:g}, epoch {kept.epoch.isoformat()}.",
            remedy="Leave out --scale and --epoch, or choose another --home.",
        )
    return kept


def keep_clock(home: Home, clock: Clock) -> None:
    """Give a new home this clock."""
    write_json(home.clock, clock.model_dump(mode="json"))


def agencies(home: Home, ports: Mapping[str, int]) -> None:
    """Keep the file of the connected agencies: secrets made once, present addresses."""
    with changed_json(home.agencies) as kept:
        for agency in AGENCIES:
            entry = kept.setdefault(agency, {"token": _token(agency), "webhook_secret": _webhook_secret()})
            entry["base_url"] = f"http://127.0.0.1:{ports[f'agency-{agency}']}"


def kafka_logins(home: Home) -> dict[str, str]:
    """The passwords of all logins to Kafka, made once.

    Raises:
        StackError: `kafka_without_logins`: its data was made before there were any.
    """
    if not home.kafka_logins.exists() and (home.root / "kafka" / "data").exists():
        raise StackError(
            "kafka_without_logins",
            f"The data of Apache Kafka in {home.root / 'kafka'} was made before it had logins.",
            remedy="Start with another --home.",
        )
    with changed_json(home.kafka_logins) as kept:
        for login in (KAFKA_ADMIN, KAFKA_CONTROLLER, *KAFKA_LOGINS):
            kept.setdefault(login, secrets.token_urlsafe(24))
        return dict(kept)


def database_logins(home: Home) -> dict[str, str]:
    """The passwords of the services' roles in PostgreSQL, made once."""
    with changed_json(home.database_logins) as kept:
        for service in DATABASE_LOGINS:
            kept.setdefault(service, secrets.token_urlsafe(24))
        return dict(kept)


def hand_out_keys(home: Home, program: Program, keys: Path) -> Path:
    """The folder of the keys that `program` needs: links into the installation's folder `keys`."""
    folder = home.keys_of(program.name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    for name in program.keys:
        (folder / name).symlink_to(keys.expanduser().absolute() / name)
    return folder


def sms_token(home: Home) -> str:
    """The token with which the SMS gateway authenticates us."""
    with changed_json(home.root / "sms.json") as kept:
        return str(kept.setdefault("token", secrets.token_urlsafe(24)))


def _token(agency: str) -> str:
    token = secrets.token_urlsafe(24)
    return f"vahid:{token}" if agency in LOCAL else token  # HTTP Basic: a user and a password


def _webhook_secret() -> str:
    return "whsec_" + b64encode(secrets.token_bytes(24)).decode()
