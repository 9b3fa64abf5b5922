"""All failpoints by process, and those that the code passes."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from services.notifier.model import CHANNELS

ROOT = Path(__file__).parents[2]
PACKAGES = ("kit", "ledger", "workflows", "services")
SERVERS = ("postgres", "kafka", "temporal")


def _relay(name: str) -> tuple[str, ...]:
    return tuple(f"{name}.relay.{point}" for point in ("before_send", "after_send", "after_mark"))


def _consumer(group: str) -> tuple[str, ...]:
    return tuple(f"{group}.{point}" for point in ("before_handle", "after_handle", "after_commit"))


POINTS = {
    "intake": (
        "intake.before_commit",
        "intake.after_commit",
        "intake.attachment.before_commit",
        "intake.attachment.after_commit",
        *_relay("intake"),
    ),
    "router": (
        "router.before_handle",
        "router.after_claim",
        "router.after_signal",
        "router.after_handle",
        "router.after_commit",
    ),
    "worker": (
        "ledger.before_commit",
        "ledger.after_commit",
        "case.hand_over.before_signal",
        "case.hand_over.after_signal",
        *_relay("ledger"),
    ),
    "agency-adapter": (
        "adapter.before_submit",
        "adapter.after_submit",
        "adapter.after_store",
        "adapter.before_message",
        "adapter.after_message",
        "adapter.inbox.before_commit",
        "adapter.inbox.after_commit",
        *_relay("adapter"),
        *_relay("adapter.dead_letters"),
        *_consumer("agency_adapter"),
    ),
    "notifier": (
        "notifier.before_handle",
        "notifier.after_plan",
        "notifier.sms.before_send",
        "notifier.sms.after_send",
        "notifier.email.before_send",
        "notifier.email.after_send",
        "notifier.after_handle",
        "notifier.after_commit",
        *_relay("notifier"),
    ),
}
"""The points of each process of the stack, in the order in which an appeal passes them."""

OFFERED_AGAIN = ("agency_adapter.", "adapter.dead_letters.")
"""The prefixes of the points that only a change offered again passes."""
ATTACHED = "intake.attachment."
"""The prefix of the points that only a document added to an appeal passes."""
REPORTED = "notifier.relay."
"""The prefix of the points that only a report passes that no message reached an applicant."""
HANDED_OVER = "case.hand_over."
"""The prefix of the points that only a track handed over to another case passes."""


def process_of(point: str) -> str:
    """The process that passes `point`."""
    return next(process for process, points in POINTS.items() if point in points)


def in_code() -> set[str]:
    """The failpoints in the code, with the names of its relays and consumers filled in."""
    trees = {
        path: ast.parse(path.read_text()) for package in PACKAGES for path in (ROOT / package).rglob("*.py")
    }
    names: dict[str, set[str]] = {"self._name": set(), "self._group": set()}
    names["self._gateway.channel"] = set(CHANNELS)
    for path, tree in trees.items():
        names["self._name"] |= set(_names(path, tree, "Relay", 0))
        names["self._group"] |= set(_names(path, tree, "Consumer", 1))
    return {point for tree in trees.values() for hit in _passed(tree) for point in _expanded(hit, names)}


def _calls(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name_of(node.func) == name:
            yield node


def _name_of(called: ast.expr) -> str | None:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)


def _passed(tree: ast.Module) -> Iterator[str]:
    """The arguments of all calls of `hit`; a variable part stands as `{self._name}`."""
    for call in _calls(tree, "hit"):
        argument = call.args[0]
        if isinstance(argument, ast.Constant):
            yield str(argument.value)
        elif isinstance(argument, ast.JoinedStr):
            yield "".join(_part(part) for part in argument.values)
        else:
            raise AssertionError(f"line {call.lineno}: write the failpoint as a string: {ast.unparse(call)}")


def _part(part: ast.expr) -> str:
    return (
        f"{{{ast.unparse(part.value)}}}" if isinstance(part, ast.FormattedValue) else ast.literal_eval(part)
    )


def _names(path: Path, tree: ast.Module, kind: str, position: int) -> Iterator[str]:
    """The names given to each `Relay` or `Consumer`; a constant stands for its value in the module."""
    for call in _calls(tree, kind):
        argument = call.args[position]
        if isinstance(argument, ast.Constant):
            yield str(argument.value)
        else:
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield str(getattr(import_module(module), ast.unparse(argument)))


def _expanded(written: str, names: dict[str, set[str]]) -> Iterator[str]:
    for variable, given in names.items():
        if f"{{{variable}}}" in written:
            yield from (written.replace(f"{{{variable}}}", name) for name in given)
            return
    assert "{" not in written, f"{written}: add the values of its variable to tests/fault/points.py"
    yield written
