"""A document from the applicant to the case, and to the staff who may open it."""

import json
import stat
import uuid
from pathlib import Path

import httpx2

from tests.e2e.installation import PATIENCE, Installation

SCAN = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2_000
PERSON = {"surname": "Sənədli", "name": "Kəs", "phone": "+994552000088", "fin": "7DCMN2T"}


async def _attach(installation: Installation, number: str, document: str) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=installation.addresses["intake"], timeout=PATIENCE) as client:
        return await client.post(
            f"/v1/appeals/{number}/attachments",
            params={"document": document},
            content=SCAN,
            headers={**installation.headers(f"scan-{uuid.uuid4()}"), "Content-Type": "image/png"},
        )


async def test_a_document_reaches_the_case_and_opens_for_staff_with_a_reason(
    installation: Installation, tmp_path: Path
) -> None:
    response = await installation.submit(
        f"documented-{uuid.uuid4()}", services=["disability-assessment"], applicant=PERSON
    )
    number, case_id = response.json()["tracking_number"], await installation.case_of(response)
    added = await _attach(installation, number, "medical_record")
    assert added.status_code == 201, added.text
    attachment_id = added.json()["attachment_id"]
    recorded = """
        SELECT true FROM ledger.events
        WHERE case_id = $1 AND type = 'az.vahid.attachment.added.v1' AND cause = 'attachment/' || $2
    """
    await installation.wait_for(recorded, case_id, attachment_id)

    listed = installation.vahid("case", "documents", number, "--json")
    [row] = json.loads(listed.stdout)
    assert (row["attachment"], listed.returncode) == (attachment_id, 0)
    assert "medical_record" not in listed.stdout + listed.stderr

    folder = tmp_path / "opened"
    refused = installation.vahid("case", "documents", number, "--save", str(folder))
    assert refused.returncode == 2 and not folder.exists()
    why = ("--reason", "a test")
    saved = installation.vahid("case", "documents", number, "--save", str(folder), *why, "--json")
    [row] = json.loads(saved.stdout)
    assert (row["document"], row["type"], row["bytes"]) == ("medical_record", "image/png", len(SCAN))
    [file] = folder.iterdir()
    assert (str(file), file.read_bytes()) == (row["file"], SCAN)
    again = installation.vahid("case", "documents", number, "--save", str(folder), *why)
    assert again.returncode == 1 and "there already" in again.stderr
    opened = (installation.home / "logs" / "opened.log").read_text().splitlines()
    assert json.loads(opened[-1])["attachments"] == [attachment_id]


def test_an_answer_opens_for_staff_with_a_reason_and_only_they_can_read_it(
    installation: Installation, tmp_path: Path
) -> None:
    listed = json.loads(installation.vahid("case", "list", "--status", "answered", "--json").stdout)
    number = next(row["tracking_number"] for row in listed if row["outcome"] in ("satisfied", "refused"))
    pdf = tmp_path / "answer.pdf"
    command = ("case", "answer", number, "--pdf", str(pdf))
    assert installation.vahid(*command).returncode == 2 and not pdf.exists()
    log = installation.home / "logs" / "opened.log"
    before = log.read_text().splitlines() if log.exists() else []
    written = installation.vahid(*command, "--reason", "asked for")
    assert written.returncode == 0, written.stderr
    assert stat.S_IMODE(pdf.stat().st_mode) == 0o600 and pdf.read_bytes().startswith(b"%PDF-")
    [entry] = log.read_text().splitlines()[len(before) :]
    assert (json.loads(entry)["reason"], number in json.loads(entry)["answer"]) == ("asked for", True)
    assert installation.vahid(*command, "--reason", "asked for").returncode == 1
    assert installation.vahid(*command, "--reason", "asked for", "--overwrite").returncode == 0
