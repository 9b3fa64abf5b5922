"""`vahid submit`: submit appeals from a file."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import MofNCompleteColumn, Progress

from bulk.attachment_client import DocumentFile, attach, document_files
from bulk.intake_client import ANSWERED_WITHIN, SubmissionResult, keys_for, read_appeals, submit_appeal
from bulk.intake_session import intake_session
from kit.errors import PermanentError, TransientError
from vahid.terminal.connection_options import (
    DEFAULT,
    HomeOption,
    JsonOption,
    api_key,
    intake_url,
    settings,
)
from vahid.terminal.console import Console, echo
from vahid.terminal.failures import reported
from vahid.terminal.instants import Instants, instants_of
from vahid.terminal.output import print_json

AT_ONCE = 8
SILENCE_SECONDS = 30.0
UNREACHABLE = 0

File = Annotated[Path, typer.Argument(help="JSON object, JSON list or JSON Lines; - reads standard input.")]
Channel = Annotated[str | None, typer.Option(help="Channel of all appeals; by default each names its own.")]
ReceivedAt = Annotated[
    str | None,
    typer.Option(help="When the appeals were received on paper: a day, or an instant with its offset."),
]
ReceiptGround = Annotated[
    str | None,
    typer.Option(
        help="Ground for that: paper_register, post, personal_reception or outage.", metavar="GROUND"
    ),
]
Key = Annotated[
    str | None,
    typer.Option(help="Idempotency key, numbered for several appeals; by default made from the content."),
]
ApiKey = Annotated[
    str | None,
    typer.Option(
        "--api-key", help="API key of the channel; by default VAHID_API_KEY, else the one kept in --home."
    ),
]
Attach = Annotated[
    list[str] | None,
    typer.Option(
        "--attach", metavar="CODE=PATH", help="Add a document to the one appeal; repeat for several."
    ),
]
Url = Annotated[
    str | None,
    typer.Option(envvar="VAHID_INTAKE_URL", help="Address of intake; by default that of the running stack."),
]


def submit(
    file: File,
    channel: Channel = None,
    received_at: ReceivedAt = None,
    receipt_ground: ReceiptGround = None,
    key: Key = None,
    own_key: ApiKey = None,
    attachments: Attach = None,
    url: Url = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Submit one appeal or many, and print their tracking numbers. Repeating it makes no second appeal.

    Exit status: 0 all accepted, 1 one was refused or the file cannot be read, 2 intake cannot be reached.

    Example: vahid submit appeal.json --channel on_site --attach identity_card=card.pdf
    """
    try:
        with reported():
            documents = document_files(attachments or ())
            stated = {"channel": channel, "received_at": received_at, "receipt_ground": receipt_ground}
            appeals = _appeals(file, {name: value for name, value in stated.items() if value})
            secrets = [_secret(own_key, home, appeal) for appeal in appeals]
            if documents and len(appeals) != 1:
                raise PermanentError("attach.invalid", "Documents can be added to one appeal at a time.")
            address = url or intake_url(home)
            results = asyncio.run(_submitted(address, appeals, keys_for(key, appeals, secrets), secrets))
            added = asyncio.run(_attached(address, results[0], documents, secrets[0]))
            if as_json:
                _print_json(results, added)
            else:
                _print(results, added, instants_of(settings(home).catalogue))
    except KeyboardInterrupt:
        echo("Stopped. Repeat the command: no appeal is accepted twice.", err=True)
        raise typer.Exit(130) from None
    if any(result.status == UNREACHABLE for result in (*results, *added)):
        raise typer.Exit(2)
    if any(result.response is None for result in (*results, *added)):
        raise typer.Exit(1)


def _appeals(file: Path, stated: Mapping[str, str]) -> list[dict[str, Any]]:
    """The appeals of the file, with what is stated of all of them."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PermanentError("file.invalid", f"{file} is not UTF-8 at byte {error.start}.") from None
    except OSError as error:
        raise PermanentError("file.unreadable", f"{file} cannot be read: {error.strerror}.") from None
    return [{**appeal, **stated} for appeal in read_appeals(text)]


def _secret(own: str | None, home: Path, appeal: dict[str, Any]) -> str:
    channel = str(appeal.get("channel", ""))
    secret = own or api_key(home, channel)
    if not secret:
        message = f"There is no API key for the channel {channel!r} in {home}."
        remedy = "Give one with --api-key, or name a channel of the running stack with --channel."
        raise PermanentError("api_key.missing", message, remedy=remedy)
    return secret


async def _submitted(
    url: str, appeals: Sequence[dict[str, Any]], keys: Sequence[str], secrets: Sequence[str]
) -> list[SubmissionResult]:
    slots, patience = asyncio.Semaphore(AT_ONCE), ANSWERED_WITHIN
    async with intake_session(url, seconds=SILENCE_SECONDS) as session:
        with _progress(len(appeals)) as progress:
            bar = progress.add_task("Submitting", total=len(appeals))

            async def submit_one(number: int) -> SubmissionResult:
                nonlocal patience
                async with slots:
                    appeal, key, secret = appeals[number], keys[number], secrets[number]
                    try:
                        result = await submit_appeal(
                            session, appeal, key=key, api_key=secret, within=patience
                        )
                    except TransientError as error:
                        patience = 0.0  # intake was away for so long: do not wait again for the next
                        result = _unreachable(key, error)
                progress.advance(bar)
                return result

            return list(await asyncio.gather(*(submit_one(number) for number in range(len(appeals)))))


async def _attached(
    url: str, appeal: SubmissionResult, documents: Sequence[DocumentFile], secret: str
) -> list[SubmissionResult]:
    """Add the documents to an accepted appeal; stop where intake cannot be reached."""
    if appeal.response is None:
        return []
    number, added = str(appeal.response["tracking_number"]), []
    for document in documents:
        try:
            added.append(await attach(url, number, document, appeal_key=appeal.key, api_key=secret))
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
    accepted = sum(result.response is not None for result in results)
    summary = {
        "accepted": accepted,
        "not_accepted": len(results) - accepted,
        "appeals": [_fields(result) for result in results],
        "attachments": [_fields(result) for result in added],
    }
    print_json(summary, indent=2)


def _fields(result: SubmissionResult) -> dict[str, Any]:
    fields = {"idempotency_key": result.key, "status": result.status, "replayed": result.replayed}
    return fields | ({"response": result.response} if result.response else {"problem": result.problem})


def _print(
    results: Sequence[SubmissionResult], added: Sequence[SubmissionResult], instants: Instants
) -> None:
    for number, result in enumerate(results, 1):
        if result.response is not None:
            received_at = instants.text(datetime.fromisoformat(result.response["received_at"]))
            echo(f"{result.response['tracking_number']}  {received_at}{_again(result)}")
        else:
            _print_problem(f"Appeal {number}", result.problem or {})
    for number, result in enumerate(added, 1):
        if result.response is not None:
            echo(f"  {result.response['document']}  {result.response['media_type']}{_again(result)}")
        else:
            _print_problem(f"Document {number}", result.problem or {})
    if len(results) == 1 and results[0].response is not None:
        _print_missing(results[0].response, added)


def _again(result: SubmissionResult) -> str:
    return "  (accepted before)" if result.replayed else ""


def _print_missing(response: Mapping[str, Any], added: Sequence[SubmissionResult]) -> None:
    """Print for each service the documents that are missing, or why the applicant may not ask for it."""
    there = {result.response["document"] for result in added if result.response is not None}
    for service in response.get("services", ()):
        missing = [
            document["title"]["en"] for document in service["missing"] if document["code"] not in there
        ]
        if service["not_eligible"]:
            echo(f"  {service['service']}: {service['not_eligible']['en']}")
        elif missing:
            echo(f"  {service['service']}: missing documents: {', '.join(missing)}.")


def _print_problem(subject: str, problem: Mapping[str, Any]) -> None:
    echo(f"{subject} was not accepted: {problem.get('detail', 'no reason was given.')}", err=True)
    for place in problem.get("errors", []):
        where = place.get("pointer") or place.get("header") or place.get("parameter") or ""
        echo(f"  {where}: {place.get('detail', '')}", err=True)
    if remedy := problem.get("remedy"):
        echo(f"  {remedy}", err=True)
