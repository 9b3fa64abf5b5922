"""Records with the receipt that intake gives for them."""

from typing import TypeVar

from kit.jose import sealed_compact
from kit.vault import Vault
from schemas.appeals import AppealReceived, AppealSupplemented
from services.intake import receipts

Record = TypeVar("Record", AppealReceived, AppealSupplemented)


def sealed_for(case_id: str, content: bytes = b"{}") -> str:
    """A content that names the data key of the case, and that nobody can open."""
    return sealed_compact(b"k" * 32, case_id, content)


def receipted(record: Record, vault: Vault) -> tuple[Record, str]:
    """The record as intake publishes it, and its receipt; what is not sealed for its case is sealed anew."""
    if "." not in record.sealed:
        record = record.model_copy(update={"sealed": sealed_for(record.case_id)})
    identity = record.appeal_id if isinstance(record, AppealReceived) else record.attachment_id
    receipt = receipts.sign(vault, identity, {"case_id": record.case_id}, record)
    return record.model_copy(update={"receipt_digest": receipt.digest}), receipt.jws
