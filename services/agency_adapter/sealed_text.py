"""Opens sealed text that travels beside the appeals."""

from kit.database import Database
from kit.errors import PermanentError
from kit.vault import Vault
from schemas.frozen import Sealed


async def open_text(database: Database, vault: Vault, sealed: Sealed) -> str:
    """The text in `sealed`.

    Raises:
        PermanentError: `content_unreadable`, or why its data key does not open it.
    """
    async with database.statement() as connection:
        opened = await vault.open(connection, sealed)
    try:
        return opened.decode()
    except UnicodeDecodeError:
        raise PermanentError("content_unreadable", "the sealed content is not text.") from None
