#!/usr/bin/env python3
"""Checks that commit messages begin with a subject of 72 characters at most, and a blank line after it.

`deploy/commit_subjects.py FILE` checks the message in a file, as a commit-msg hook. Without FILE it checks
the last commits of HEAD, as far as the clone has them. Exit status: 0 all good, 1 a message is not.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LIMIT = 72
COMMITS = 10


def faults(message: str) -> Iterator[str]:
    """What is wrong with a commit message. Lines that begin with # are git's own comments."""
    lines = [line for line in message.splitlines() if not line.startswith("#")]
    subject = lines[0] if lines else ""
    if not subject.strip():
        yield "the subject is empty: say in one line what changes, in the imperative"
    if len(subject) > LIMIT:
        yield f"the subject has {len(subject)} characters: use {LIMIT} at most, the rest below a blank line"
    if subject.endswith("."):
        yield "the subject ends with a full stop: leave it out"
    if len(lines) > 1 and lines[1].strip():
        yield "the line after the subject is not blank: leave it blank"


def messages_of_head(folder: Path) -> dict[str, str]:
    """The messages of the last commits by their short id, without merges; none where there is no history."""
    command = ["git", "-C", str(folder), "log", f"-{COMMITS}", "--no-merges", "-z", "--format=%h%n%B"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    commits = [entry.partition("\n") for entry in done.stdout.split("\0") if entry.strip()]
    return {commit: message.rstrip("\n") for commit, _, message in commits}


def main(arguments: list[str]) -> int:
    if arguments:
        messages = {arguments[0]: Path(arguments[0]).read_text()}
    else:
        messages = messages_of_head(Path(__file__).parents[1])
    found = [(where, fault) for where, message in messages.items() for fault in faults(message)]
    for where, fault in found:
        sys.stderr.write(f"{where}: {fault}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
