"""`vahid submit`: hand appeals in from a file."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from bulk.attachment_client import DocumentFile, attach, document_files
from bulk.intake_client import ANSWERED_WITHIN, SubmissionResult, keys_for, read_appeals, submit_appeal
from bulk.intake_session import intake_session
from kit.errors import PermanentError, TransientError, VahidError
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, api_key, intake_url

AT_ONCE = 8
SILENCE_SECONDS = 30.0
UNREACHABLE = 0

File = Annotated[Path, typer.Argument(help="JSON object, JSON list or JSON Lines; - for standard input.")]
Channel = Annotated[str | None, typer.Option(help="Channel of all appeals; else each names its own.")]
Key = Annotated[
    str | None, typer.Option(help="Idempotency key, numbered for several appeals; else from the content.")
]
ApiKey = Annotated[
    str | None,
    typer.Option(
        "--api-key", help="API key of the channel; else VAHID_API_KEY, else the one kept in --home."
    ),
]
Attach = Annotated[
    list[str] | None,
    typer.Option(
        "--attach", help="Add a document to the one appeal, as code=PATH; may be given several times."
    ),
]
Url = Annotated[
    str | None,
    typer.Option(envvar="VAHID_INTAKE_URL", help="Address of intake; else that of the running stack."),
]


def submit(
    file: File,
    channel: Channel = None,
    key: Key = None,
    own_key: ApiKey = None,
    attachments: Attach = None,
    url: Url = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Hand in one appeal, or many, and print tracking numbers. Doing it again makes no second appeal.

    Exit status: 0 all accepted, 1 one was refused or the file cannot be read, 2 intake was not reached.

    Example: vahid submit appeal.json --channel on_site --attach identity_card=card.pdf
    """
    try:
        documents = document_files(attachments or ())
        appeals = _appeals(file, channel)
        secrets = [_secret(own_key, home, appeal) for appeal in appeals]
        if documents and len(appeals) != 1:
            raise PermanentError("attach.invalid", "Documents can be added to one appeal at a time.")
        address = url or intake_url(home)
        results = asyncio.run(_all(address, appeals, keys_for(key, appeals, secrets), secrets))
        added = asyncio.run(_add(address, results[0], documents, secrets[0]))
    except KeyboardInterrupt:
        typer.echo("Stopped. Run it again: what was accepted already is not accepted twice.", err=True)
        raise typer.Exit(130) from None
    except VahidError as error:
        typer.echo(f"{error.message} {error.remedy}".strip(), err=True)
        raise typer.Exit(1) from None
    _print_json(results, added) if as_json else _print(results, added)
    if any(result.status == UNREACHABLE for result in (*results, *added)):
        raise typer.Exit(2)
    if any(result.answer is None for result in (*results, *added)):
        raise typer.Exit(1)


def _appeals(file: Path, channel: str | None) -> list[dict[str, Any]]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PermanentError("file.invalid", f"{file} is not UTF-8 at byte {error.start}.") from None
    except OSError as error:
        raise PermanentError("file.unreadable", f"{file} cannot be read: {error.strerror}.") from None
    appeals = read_appeals(text)
    return [{**appeal, "channel": channel} for appeal in appeals] if channel else appeals


def _secret(own: str | None, home: Path, appeal: dict[str, Any]) -> str:
    channel = str(appeal.get("channel", ""))
    secret = own or api_key(home, channel)
    if not secret:
        message = f"There is no API key for the channel {channel!r} in {home}."
        remedy = "Give one by --api-key, or name a channel of the running stack by --channel."
        raise PermanentError("api_key.missing", message, remedy=remedy)
    return secret


async def _all(
    url: str, appeals: Sequence[dict[str, Any]], keys: Sequence[str], secrets: Sequence[str]
) -> list[SubmissionResult]:
    places, patience = asyncio.Semaphore(AT_ONCE), ANSWERED_WITHIN
    async with intake_session(url, seconds=SILENCE_SECONDS) as session:
        with _progress(len(appeals)) as progress:
            bar = progress.add_task("Handing in", total=len(appeals))

            async def one(number: int) -> SubmissionResult:
                nonlocal patience
                async with places:
                    appeal, key, secret = appeals[number], keys[number], secrets[number]
                    try:
                        result = await submit_appeal(
                            session, appeal, key=key, api_key=secret, within=patience
                        )
                    except TransientError as error:
                        patience = 0.0  # who waited that long for one need not wait again for the next
                        result = _unreachable(key, error)
                progress.advance(bar)
                return result

            return list(await asyncio.gather(*(one(number) for number in range(len(appeals)))))


async def _add(
    url: str, appeal: SubmissionResult, documents: Sequence[DocumentFile], secret: str
) -> list[SubmissionResult]:
    """What became of each document; of none where the appeal was not accepted."""
    added: list[SubmissionResult] = []
    for one in documents if appeal.answer else ():
        number = str((appeal.answer or {})["tracking_number"])
        try:
            added.append(await attach(url, number, one, appeal_key=appeal.key, api_key=secret))
        except TransientError as error:
            return [*added, _unreachable(appeal.key, error)]
    return added


def _unreachable(key: str, error: TransientError) -> SubmissionResult:
    return SubmissionResult(
        key, UNREACHABLE, False, problem={"detail": error.message, "remedy": error.remedy}
    )


def _progress(total: int) -> Progress:
    """A bar for several appeals at a terminal; nothing in a pipe."""
    console = Console(stderr=True)
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=True, disable=total < 2 or not console.is_terminal)


def _print_json(results: Sequence[SubmissionResult], added: Sequence[SubmissionResult]) -> None:
    accepted = sum(each.answer is not None for each in results)
    told = {
        "accepted": accepted,
        "not_accepted": len(results) - accepted,
        "appeals": [_row(each) for each in results],
        "attachments": [_row(each) for each in added],
    }
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _row(each: SubmissionResult) -> dict[str, Any]:
    told = {"idempotency_key": each.key, "status": each.status, "replayed": each.replayed}
    return told | ({"answer": each.answer} if each.answer else {"problem": each.problem})


def _print(results: Sequence[SubmissionResult], added: Sequence[SubmissionResult]) -> None:
    for number, each in enumerate(results, 1):
        if each.answer is not None:
            typer.echo(f"{each.answer['tracking_number']}  {each.answer['received_at']}{_again(each)}")
        else:
            _print_problem(f"Appeal {number}", each.problem or {})
    for number, each in enumerate(added, 1):
        if each.answer is not None:
            typer.echo(f"  {each.answer['document']}  {each.answer['media_type']}{_again(each)}")
        else:
            _print_problem(f"Document {number}", each.problem or {})
    if len(results) == 1 and results[0].answer is not None:
        _print_lacking(results[0].answer, added)


def _again(each: SubmissionResult) -> str:
    return "  (accepted before)" if each.replayed else ""


def _print_lacking(answer: Mapping[str, Any], added: Sequence[SubmissionResult]) -> None:
    """Say of each service what is missing still, or that the applicant may not ask for it."""
    there = {each.answer["document"] for each in added if each.answer is not None}
    for service in answer.get("services", ()):
        missing = [one["title"]["en"] for one in service["missing"] if one["code"] not in there]
        if service["not_eligible"]:
            typer.echo(f"  {service['service']}: {service['not_eligible']['en']}")
        elif missing:
            typer.echo(f"  {service['service']}: missing are {', '.join(missing)}.")


def _print_problem(what: str, problem: Mapping[str, Any]) -> None:
    typer.echo(f"{what} was not accepted: {problem.get('detail', 'no reason was given.')}", err=True)
    for place in problem.get("errors", []):
        where = place.get("pointer") or place.get("header") or place.get("parameter") or ""
        typer.echo(f"  {where}: {place.get('detail', '')}", err=True)
    if remedy := problem.get("remedy"):
        typer.echo(f"  {remedy}", err=True)
