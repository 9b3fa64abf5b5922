"""What the doctor finds."""

from dataclasses import dataclass, field
from typing import Literal

Level = Literal["broken", "attention"]


@dataclass(frozen=True, order=True)
class Finding:
    """A broken invariant (`broken`), or something that only a person can settle (`attention`).

    `subject` is the case, appeal or queue concerned; `remedy` says what to do.
    """

    level: Level
    code: str
    subject: str
    sentence: str
    remedy: str = ""


@dataclass
class Examination:
    """What was checked (how many of each kind), what was found, and which stores could not be reached."""

    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0: all invariants hold; 1: one is broken; 2: a store could not be reached."""
        if self.unreachable:
            return 2
        return 1 if any(finding.level == "broken" for finding in self.findings) else 0


def broken(code: str, subject: str, sentence: str, remedy: str = "") -> Finding:
    """A broken invariant."""
    return Finding("broken", code, subject, sentence, remedy)


def attention(code: str, subject: str, sentence: str, remedy: str = "") -> Finding:
    """Something that only a person can settle."""
    return Finding("attention", code, subject, sentence, remedy)
