"""What the doctor finds."""

from dataclasses import dataclass, field
from typing import Literal

Level = Literal["broken", "attention"]


@dataclass(frozen=True, order=True)
class Finding:
    """An invariant that does not hold (`broken`), or something a person should look at (`attention`).

    `subject` is the case, appeal or queue it is about; `remedy` says what to do.
    """

    level: Level
    code: str
    subject: str
    sentence: str
    remedy: str = ""


@dataclass
class Examination:
    """What was looked at, what was found, and where the doctor could not look."""

    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0: all invariants hold; 1: one is broken; 2: the doctor could not look everywhere."""
        if self.unreachable:
            return 2
        return 1 if any(finding.level == "broken" for finding in self.findings) else 0


def broken(code: str, subject: str, sentence: str, remedy: str = "") -> Finding:
    """A broken invariant."""
    return Finding("broken", code, subject, sentence, remedy)


def attention(code: str, subject: str, sentence: str, remedy: str = "") -> Finding:
    """Something for a person."""
    return Finding("attention", code, subject, sentence, remedy)
