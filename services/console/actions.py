"""What a person can do with a case: each action with its fields, and why it is refused where it is. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, get_args

from casework.commands import commission, staff
from casework.commands.context import CommandBuilder, CommandContext
from casework.commands.preview import Refusal, refusal_of
from catalogue.model import Catalogue
from kit.problem import Problem
from schemas.case_lifecycle_events import Outcome
from schemas.clocks import ChargedTo
from schemas.passports import Text
from services.console.people import Permission
from workflows.case.rules import TRIAGE, Rules
from workflows.case.state import CaseState

Code = Literal[
    "settle",
    "decide",
    "place",
    "reassign",
    "redispatch",
    "extend",
    "suspend",
    "resume",
    "close",
    "reopen",
    "annotate",
]
CODES: tuple[Code, ...] = get_args(Code)

_MOST_DAYS = 60
Value = TypeVar("Value", bound=str)


@dataclass(frozen=True)
class Option:
    """A choice of a field. `label` is shown as it is, `words` names words of the console, `text` is a title.

    One with a `refusal` cannot be chosen now.
    """

    value: str
    label: str = ""
    words: str = ""
    text: Text | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Field:
    """A field of an action: a choice among `options`, a whole `number`, or free text (`note`)."""

    name: str
    words: str
    kind: Literal["choice", "number", "note"]
    options: tuple[Option, ...] = ()
    required: bool = True


@dataclass(frozen=True)
class Action:
    """An action. The first field is what it is done to; `refusal` is set where nothing of that allows it."""

    code: Code
    permission: Permission
    fields: tuple[Field, ...]
    refusal: Refusal | None = None


_NOTE = Field("note", "note", "note", required=False)


def actions_on(context: CommandContext, rules: Rules) -> tuple[Action, ...]:
    """The actions that have something to be done to, each tried on it by the rules that decide."""
    possible = (action for action in _actions(context.case, context.catalogue) if _has_target(action))
    return tuple(_tried(action, context, rules) for action in possible)


def builder_of(code: Code, form: Mapping[str, str]) -> CommandBuilder:
    """The command that a filled-in form asks for.

    Raises:
        Problem: 422 `form.field_missing`, `form.field_invalid`.
    """
    return _BUILDERS[code](form)


def permission_of(code: Code) -> Permission:
    """What a person must be allowed to do for it."""
    return "decide" if code == "decide" else "act"


def _actions(case: CaseState, catalogue: Catalogue) -> Iterator[Action]:
    running = tuple(step.key for step in case.steps if step.running)
    ordinary = tuple(key for key in running if not key.endswith(f".{TRIAGE}"))
    tasks = {before: _open_tasks(case, before) for before in ("centre", "commission")}
    reasons = _titles(catalogue.vocabularies.reasons)
    yield _action("settle", _choice("task", tasks["centre"]), _decisions(), _NOTE)
    yield _action("decide", _choice("task", tasks["commission"]), replace(_NOTE, required=True))
    triage = tuple(key for key in running if key.endswith(f".{TRIAGE}"))
    yield _action("place", _choice("step", triage), _services(case, catalogue))
    yield _action("reassign", _choice("step", ordinary), _agencies(catalogue))
    yield _action("redispatch", _choice("step", ordinary), _field("reason", reasons))
    yield _action(
        "extend",
        _choice("term", _appeals(case), "tracking_number"),
        _days(),
        _field("reason", reasons),
        _NOTE,
    )
    yield _action("suspend", _choice("step", ordinary), _charged(), _field("reason", reasons))
    yield _action("resume", _choice("step", ordinary))
    open_tracks = tuple(track.key for track in case.tracks if not track.closed)
    closed = tuple(track.key for track in case.tracks if track.closed and track.handed_to is None)
    outcomes = _titles(catalogue.vocabularies.outcomes)
    yield _action(
        "close", _choice("track", open_tracks), _field("outcome", outcomes), _field("reason", reasons), _NOTE
    )
    yield _action("reopen", _choice("track", closed), _field("reason", reasons))
    yield _action("annotate", replace(_NOTE, required=True))


def _action(code: Code, *fields: Field) -> Action:
    return Action(code, permission_of(code), fields)


def _choice(name: str, values: Iterable[str], words: str | None = None) -> Field:
    return Field(name, words or name, "choice", tuple(Option(value, value) for value in values))


def _field(name: str, options: tuple[Option, ...]) -> Field:
    return Field(name, name, "choice", options)


def _titles(titles: Mapping[str, Text]) -> tuple[Option, ...]:
    return tuple(Option(code, text=title) for code, title in titles.items())


def _decisions() -> Field:
    options = tuple(Option(value, words=value) for value in ("confirm", "dismiss"))
    return Field("decision", "decision", "choice", options)


def _charged() -> Field:
    options = tuple(Option(value, words=f"charged_{value}") for value in get_args(ChargedTo))
    return Field("charged_to", "charged_to", "choice", options)


def _days() -> Field:
    return Field("days", "days", "number")


def _services(case: CaseState, catalogue: Catalogue) -> Field:
    """All services, the suggested ones first."""
    suggested = [code for track in case.tracks if not track.closed for code in track.suggestions or ()]
    ordered = dict.fromkeys([*suggested, *sorted(catalogue.passports)])
    known = tuple(code for code in ordered if code in catalogue.passports)
    return _field("service", tuple(Option(code, text=catalogue.passports[code].title) for code in known))


def _agencies(catalogue: Catalogue) -> Field:
    return _field(
        "agency", _titles({id_: agency.title for id_, agency in sorted(catalogue.agencies.items())})
    )


def _appeals(case: CaseState) -> tuple[str, ...]:
    running = {term.key for term in case.running_terms}
    return tuple(appeal.tracking_number for appeal in case.appeals if appeal.appeal_id in running)


def _open_tasks(case: CaseState, before: str) -> tuple[str, ...]:
    return tuple(task.id for task in case.tasks if task.decision is None and task.before == before)


def _has_target(action: Action) -> bool:
    target = action.fields[0]
    return target.kind != "choice" or bool(target.options)


def _tried(action: Action, context: CommandContext, rules: Rules) -> Action:
    """The action, tried on each of its targets with the first choice of its other fields."""
    target, *others = action.fields
    filled = {field.name: field.options[0].value if field.options else "1" for field in others}
    if target.kind != "choice":
        return replace(action, refusal=_refusal(action, {target.name: "1"}, context, rules))
    options = tuple(
        replace(option, refusal=_refusal(action, {**filled, target.name: option.value}, context, rules))
        for option in target.options
    )
    refusals = [option.refusal for option in options]
    refused = refusals[0] if all(refusals) else None
    return replace(action, fields=(replace(target, options=options), *others), refusal=refused)


def _refusal(
    action: Action, form: Mapping[str, str], context: CommandContext, rules: Rules
) -> Refusal | None:
    return refusal_of(builder_of(action.code, form), replace(context, note="note"), rules)


def _required(form: Mapping[str, str], name: str) -> str:
    if name not in form:
        raise _invalid("form.field_missing", name, "It is required.")
    return form[name]


def _number(form: Mapping[str, str], name: str) -> int:
    text = _required(form, name)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_DAYS):
        raise _invalid("form.field_invalid", name, f"Give a whole number from 1 to {_MOST_DAYS}.")
    return int(text)


def _one_of(form: Mapping[str, str], name: str, known: tuple[Value, ...]) -> Value:
    text = _required(form, name)
    for value in known:
        if value == text:
            return value
    raise _invalid("form.field_invalid", name, f"Choose one of: {', '.join(known)}.")


def _invalid(code: str, field: str, detail: str) -> Problem:
    errors = [{"parameter": field, "detail": detail}]
    return Problem(422, code, f"The field {field} is not filled in as it must be. {detail}", errors=errors)


def _with_note(builder: CommandBuilder, form: Mapping[str, str]) -> CommandBuilder:
    _required(form, "note")
    return builder


_BUILDERS: dict[Code, Callable[[Mapping[str, str]], CommandBuilder]] = {
    "settle": lambda form: staff.settle(
        _required(form, "task"), _one_of(form, "decision", ("confirm", "dismiss"))
    ),
    "decide": lambda form: _with_note(commission.decide(_required(form, "task")), form),
    "place": lambda form: staff.place(_required(form, "step"), [_required(form, "service")]),
    "reassign": lambda form: staff.reassign(_required(form, "step"), _required(form, "agency")),
    "redispatch": lambda form: staff.redispatch(_required(form, "step"), _required(form, "reason")),
    "extend": lambda form: staff.extend(
        _number(form, "days"), _required(form, "reason"), _required(form, "term")
    ),
    "suspend": lambda form: staff.suspend(
        _required(form, "step"), _one_of(form, "charged_to", get_args(ChargedTo)), _required(form, "reason")
    ),
    "resume": lambda form: staff.resume(_required(form, "step")),
    "close": lambda form: staff.close(
        _required(form, "track"), _one_of(form, "outcome", get_args(Outcome)), _required(form, "reason")
    ),
    "reopen": lambda form: staff.reopen(_required(form, "track"), _required(form, "reason")),
    "annotate": lambda form: _with_note(staff.annotate(), form),
}
