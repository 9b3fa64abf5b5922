"""How an error is told apart: it will pass (transient), or it will not."""


class VahidError(Exception):
    """An error with a stable `code`, a sentence that says what is wrong and where, and what to do."""

    def __init__(self, code: str, message: str, *, remedy: str = "") -> None:
        super().__init__(f"{code}: {message}" + (f" {remedy}" if remedy else ""))
        self.code = code
        self.message = message
        self.remedy = remedy


class TransientError(VahidError):
    """Will pass by itself: retried with backoff, visible, never dead-lettered."""


class PermanentError(VahidError):
    """Will not pass by itself: refused, or dead-lettered; never looped, never lost."""
