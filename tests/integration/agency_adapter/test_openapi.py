"""The agency adapter answers webhooks as its OpenAPI document says, for an agency of each dialect."""

from pathlib import Path

from tests.contract.connectors.simulated import DIALECTS, WEBHOOK_SECRET
from tests.integration.agency_adapter.process import AdapterProcess
from tests.integration.described.running import WEBHOOK_SECRET as SECRET
from tests.integration.described.running import described, operations, tried


def test_the_adapter_answers_as_described(adapter: AdapterProcess, tmp_path: Path) -> None:
    found = tried(f"{adapter.url}/openapi.json", adapter.url, tmp_path, {SECRET: WEBHOOK_SECRET})
    assert found.exit_status == 0, found.report
    signed = {f"POST /v1/agencies/{agency}/statuses" for agency in DIALECTS}
    assert signed < set(operations(described(adapter.url)))
    # A change that is signed and can be read is about an assignment that nobody was sent.
    assert all({400, 401, 404} <= found.answered[each] for each in signed), found.answered
