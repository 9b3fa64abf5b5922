"""Dotted paths into nested JSON objects. Pure."""

LARGEST_EXACT = 2**53
"""From here on a fraction does not stand for one whole number only (RFC 8259, 6)."""


def whole(value: object) -> int | None:
    """The whole number that JSON writes as `7` or as `7.0`; None for anything else."""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_EXACT:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def value_at(document: object, path: str) -> object | None:
    """The value at a dotted `path`; None where the path leads nowhere."""
    for name in path.split("."):
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document
