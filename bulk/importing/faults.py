"""Why a row, or a file, cannot be taken: a stable code, and what to do. Never what the row holds."""

from kit.errors import PermanentError


class RowFault(Exception):
    """One row is not taken; the others are."""

    def __init__(self, code: str, remedy: str) -> None:
        super().__init__(code)
        self.code = code
        self.remedy = remedy


class FileFault(PermanentError):
    """The file cannot be taken at all; nothing was sent."""
