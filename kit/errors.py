"""The two kinds of our errors: one that passes by itself (transient), and one that does not (permanent)."""


class VahidError(Exception):
    """An error with a stable `code`, a `message` (what is wrong and where) and a `remedy` (what to do)."""

    def __init__(self, code: str, message: str, *, remedy: str = "") -> None:
        super().__init__(f"{code}: {message}" + (f" {remedy}" if remedy else ""))
        self.code = code
        self.message = message
        self.remedy = remedy


class TransientError(VahidError):
    """Passes by itself: callers retry it with backoff, log it, and never dead-letter its message."""


class PermanentError(VahidError):
    """Does not pass by itself: callers refuse the request, or dead-letter the message, at once."""


class InstallationError(PermanentError):
    """A fault of the installation: a person repairs it. A message that meets it is tried until then."""


def name_of(error: BaseException) -> str:
    """What kind of error it is, without its text, which may hold what is personal."""
    inner = getattr(error, "orig", None)
    name = type(error).__name__ + (f"/{type(inner).__name__}" if inner is not None else "")
    return f"{name}:{error.code}" if isinstance(error, VahidError) else name


def place_of(error: BaseException) -> str:
    """Where an error was raised: file and line, without its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"
