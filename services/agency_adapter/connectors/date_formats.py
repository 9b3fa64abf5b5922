"""The formats in which agencies write instants and days. Pure.

A format is `iso` (ISO 8601; local without an offset), `epoch_ms` or `epoch_s` (whole numbers since 1970), or
a strftime pattern in local time.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.agency_adapter.json_path import whole

ISO = "iso"
EPOCH_MS = "epoch_ms"
EPOCH_S = "epoch_s"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {EPOCH_MS: timedelta(milliseconds=1), EPOCH_S: timedelta(seconds=1)}


def is_format(text: str) -> bool:
    """Whether `text` is a format of this module."""
    return text == ISO or text in _UNITS or "%" in text


def format_instant(instant: datetime, written: str, zone: ZoneInfo) -> str | int:
    """An aware instant as the agency writes it; `iso` carries the zone's offset, to the second."""
    if written in _UNITS:
        return (instant - _EPOCH) // _UNITS[written]
    local = instant.astimezone(zone)
    return local.isoformat(timespec="seconds") if written == ISO else local.strftime(written)


def format_day(day: date, written: str) -> str:
    """A calendar day as the agency writes it.

    Raises:
        ValueError: a day has no `epoch_ms` and no `epoch_s`.
    """
    if written in _UNITS:
        raise ValueError("a day cannot be counted from 1970")
    return day.isoformat() if written == ISO else day.strftime(written)


def parse_instant(value: object, written: str, zone: ZoneInfo) -> datetime:
    """The aware instant (UTC) that an agency wrote as `value`.

    Raises:
        ValueError: it is not written in this format, or lies beyond the years 1 to 9999.
    """
    try:
        return _parse(value, written, zone).astimezone(UTC)
    except (OverflowError, TypeError) as error:
        raise ValueError(f"not an instant written as {written}") from error


def _parse(value: object, written: str, zone: ZoneInfo) -> datetime:
    if written in _UNITS:
        number = whole(value)
        if number is None:
            raise ValueError(f"{written} is a whole number")
        return _EPOCH + number * _UNITS[written]
    if not isinstance(value, str):
        raise ValueError("an instant is written as text")
    instant = datetime.fromisoformat(value) if written == ISO else datetime.strptime(value, written)  # noqa: DTZ007
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)
