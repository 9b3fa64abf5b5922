"""Takes a document from the caller's connection through sealing and storing to its commit.

The object first, then the row: an object that no row names is harmless, a row without its object is not.
"""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect

from kit.object_store import Objects
from kit.problem import Problem
from kit.vault import Vault
from services.intake.appeals.reception import Wakeable
from services.intake.attachments.addition import Intended, compose, salt_of
from services.intake.attachments.storage import Added, AttachmentStore, Outcome
from services.intake.attachments.upload import Received, Upload, spool, take_in
from services.intake.settings import IntakeSettings


class AttachmentReception:
    """Receives attachments, so many at once as the settings allow; the others wait, unread."""

    def __init__(
        self,
        settings: IntakeSettings,
        *,
        vault: Vault,
        store: AttachmentStore,
        objects: Objects,
        relay: Wakeable,
    ) -> None:
        self._settings = settings
        self._vault = vault
        self._store = store
        self._objects = objects
        self._relay = relay
        self._places = asyncio.Semaphore(settings.intake_uploads_at_once)

    async def receive(self, intended: Intended, parts: AsyncIterator[bytes]) -> Outcome:
        """What became of the attachment that comes in `parts`, once that is committed.

        Raises:
            Problem: the document is refused (empty, of no allowed type, one too many), or broke off.
            KeyDestroyedError: the applicant was forgotten.
            Exception: whatever database or store raised: nothing was accepted, or it cannot be told.
        """
        data_key = await self._store.data_key(intended.appeal)
        await self._refuse_one_too_many(intended)
        async with self._places:
            with spool(self._settings.intake_spool) as file:
                upload = Upload(
                    file,
                    data_key,
                    self._vault,
                    context=intended.context,
                    about=intended.about,
                    salt=salt_of(self._vault, intended.attachment_id),
                )
                received = await self._take_in(parts, upload)
                addition = compose(intended, received, data_key, self._vault, self._settings.clock.now())
                earlier = await self._store.outcome_before(addition)
                if earlier is not None:
                    return earlier
                await self._objects.put(received.file, received.address)
        outcome = await self._store.add(addition)
        if isinstance(outcome, Added):
            self._relay.wake()
        return outcome

    async def _take_in(self, parts: AsyncIterator[bytes], upload: Upload) -> Received:
        try:
            async with asyncio.timeout(self._settings.intake_upload_seconds):
                return await take_in(parts, upload)
        except ClientDisconnect:
            detail = "The connection ended before the whole body was here; nothing was stored."
            raise Problem(400, "attachment.incomplete", detail, remedy="Send it again.") from None
        except TimeoutError:
            detail = f"The body was not here within {self._settings.intake_upload_seconds:g} seconds."
            remedy = "Send it again over a faster connection, or send less."
            raise Problem(408, "attachment.too_slow", detail, remedy=remedy) from None

    async def _refuse_one_too_many(self, intended: Intended) -> None:
        limit = self._settings.intake_attachments_limit
        known = [one.attachment_id for one in await self._store.of(intended.appeal)]
        if len(known) >= limit and intended.attachment_id not in known:
            detail = f"The appeal has {limit} attachments already, which is all that it may have."
            raise Problem(409, "attachment.too_many", detail, remedy="Put several pages into one document.")
