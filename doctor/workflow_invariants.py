"""What must hold between the ledger's cases and their workflows. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Set

from doctor.findings import Finding, attention, broken
from schemas.frozen import CaseId


def check_workflows(unfinished: Set[str], running: Set[str], ended: Mapping[str, str]) -> Iterator[Finding]:
    """Every unfinished case has a running workflow, and no other case has one.

    An answered case is unfinished while it has a message for an agency, or tracks for another case. `ended`
    says how a case's last workflow ended that did not end by itself.
    """
    for case_id in unfinished - running:
        how = f" Its last workflow ended before its time: {ended[case_id]}." if case_id in ended else ""
        yield broken(
            "workflow.missing",
            case_id,
            f"The case is open, or has something to send, and no workflow runs.{how}",
            "Give the case any command: it starts one.",
        )
    for case_id in running - unfinished:
        yield attention("workflow.idle", case_id, "A workflow runs for a case with nothing left to do.")


def check_workflow_tasks(stuck: Mapping[CaseId, Iterable[str]]) -> Iterator[Finding]:
    """No workflow's task keeps failing; `stuck` gives the problems that Temporal reports, by case."""
    for case_id, problems in stuck.items():
        yield broken(
            "workflow.stuck",
            case_id,
            f"The workflow's task keeps failing ({', '.join(problems)}).",
            "Read the worker's log and run a corrected worker. If the task still fails: "
            f"`vahid case repair {case_id}`.",
        )
