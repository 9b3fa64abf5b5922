"""Opens what people wrote that travels beside the appeals."""

from kit.database import Database
from kit.errors import PermanentError
from kit.vault import Vault, key_id_of
from schemas.frozen import Sealed


async def open_text(database: Database, vault: Vault, sealed: Sealed) -> str:
    """The text in `sealed`.

    Raises:
        PermanentError: `content_unreadable`, or why its data key does not open it.
    """
    async with database.transaction() as connection:
        key = await vault.data_key(connection, key_id_of(sealed))
    try:
        return key.open(sealed).decode()
    except UnicodeDecodeError:
        raise PermanentError("content_unreadable", "what was written beside the appeal is no text.") from None
