"""How an activity reports an error to Temporal, which stores it: a code, and a sentence without values."""

from kit.errors import PermanentError, TransientError, VahidError
from kit.transient import is_transient
from services.agency_adapter.connectors.connector import UncertainError


def described(error: Exception) -> tuple[str, str]:
    """The code and the sentence of an error. A foreign error's text is left out: it may quote values."""
    if isinstance(error, VahidError):
        return error.code, str(error)
    return ("infrastructure" if is_transient(error) else "unexpected"), type(error).__name__


def outcome_of(error: Exception) -> str:
    """The outcome by which to count an attempt that ended with `error`."""
    if isinstance(error, UncertainError):
        return "uncertain"
    if isinstance(error, TransientError) or is_transient(error):
        return "transient"
    return "refused" if isinstance(error, PermanentError) else "unexpected"
