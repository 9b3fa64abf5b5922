"""Opens the free text of an appeal, for the routing rules that read its words. It stays in memory."""

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.errors import PermanentError
from kit.vault import KeyDestroyedError, Vault
from schemas.appeals import AppealContent, AppealReceived


async def free_text(connection: AsyncConnection, vault: Vault, appeal: AppealReceived) -> str | None:
    """The text of an appeal that asks for no service; None without a text, or once its key is destroyed.

    Raises:
        PermanentError: the sealed content does not open, or is no appeal.
    """
    if appeal.services:
        return None
    try:
        opened = await vault.open(connection, appeal.sealed)
    except KeyDestroyedError:
        return None
    try:
        return AppealContent.model_validate_json(opened).text
    except ValidationError:  # its message would quote the sealed content
        code, message = "content_invalid", f"The sealed content of appeal {appeal.appeal_id} is no appeal."
    raise PermanentError(code, message)
