"""Dotted paths into nested JSON objects. Pure."""


def value_at(document: object, path: str) -> object | None:
    """The value at a dotted `path`; None where the path leads nowhere."""
    for name in path.split("."):
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document
