"""Errors that queries and commands share. Each names what does not exist; none carries personal data."""

from collections.abc import Iterable

from kit.errors import PermanentError

GIVE_CASE = "Give a case id, or the tracking number of one of its appeals."


def unknown_case(case: str) -> PermanentError:
    """`case.unknown`: no case has this id or tracking number."""
    return PermanentError("case.unknown", f"There is no case {case}.", remedy=GIVE_CASE)


def unknown_step(step: str, known: Iterable[str]) -> PermanentError:
    """`step_unknown`: the case has no such step."""
    return PermanentError("step_unknown", f"The case has no step {step!r}.", remedy=_known(known))


def unknown_track(track: str, known: Iterable[str]) -> PermanentError:
    """`track_unknown`: the case has no such track."""
    return PermanentError("track_unknown", f"The case has no track {track!r}.", remedy=_known(known))


def unknown_clock(subject: str, known: Iterable[str]) -> PermanentError:
    """`clock.unknown`: neither a step with clocks nor the case itself."""
    return PermanentError("clock.unknown", f"{subject!r} has no clock.", remedy=_known(known))


def unknown_reason(reason: str, known: Iterable[str]) -> PermanentError:
    """`unknown_reason`: the catalogue has no words for a reason that the applicant is to read."""
    message = f"The catalogue has no text for the reason {reason!r}."
    return PermanentError("unknown_reason", message, remedy=_known(sorted(known)))


def _known(names: Iterable[str]) -> str:
    return f"Use one of: {', '.join(names) or 'none'}."
