"""The reception of attachments: seals a document as it comes, stores it, and commits its row.

The object first, then the row: an object that no row names is harmless, a row without its object is not.
"""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect

from kit.object_store import Objects
from kit.outbox.relay import Relay
from kit.problem import Problem
from kit.vault import Vault
from services.intake import receipts
from services.intake.attachments import upload as uploads
from services.intake.attachments.acceptance import PendingAttachment, compose
from services.intake.attachments.slots import UploadSlots
from services.intake.attachments.storage import AttachmentOutcome, AttachmentStore
from services.intake.attachments.upload import SealedUpload, Upload, spool
from services.intake.idempotency import Accepted
from services.intake.settings import IntakeSettings

LONGEST_SILENCE = 15.0
"""Real seconds in which the next part of a document must come."""


class AttachmentReception:
    """Receives attachments, as many at once as the settings allow."""

    def __init__(
        self,
        settings: IntakeSettings,
        *,
        vault: Vault,
        store: AttachmentStore,
        objects: Objects,
        relay: Relay,
    ) -> None:
        self._settings = settings
        self._vault = vault
        self._store = store
        self._objects = objects
        self._relay = relay
        self._slots = UploadSlots(settings.intake_uploads_at_once)

    async def receive(self, pending: PendingAttachment, parts: AsyncIterator[bytes]) -> AttachmentOutcome:
        """The outcome of the attachment whose document comes in `parts`, once it is committed.

        Raises:
            Problem: the document is refused (empty, of no allowed type, one too many), or was cut off.
            KeyDestroyedError: the applicant was forgotten.
            Exception: whatever database or store raised: nothing was accepted, or that is unknown.
        """
        data_key = await self._store.data_key(pending.appeal)
        await self._refuse_one_too_many(pending)
        begun = await self._begun(parts)
        async with self._slots.taken(pending.actor.id):
            with spool(self._settings.intake_spool) as file:
                upload = Upload(
                    file,
                    data_key,
                    self._vault,
                    context=pending.context,
                    about=pending.about,
                    salt=receipts.salt_of(self._vault, pending.attachment_id),
                )
                sealed = await self._received(begun, upload)
                acceptance = compose(pending, sealed, data_key, self._vault, self._settings.clock.now())
                earlier = await self._store.outcome_before(acceptance)
                if earlier is not None:
                    return earlier
                await self._refuse_one_too_many(pending)
                await self._objects.put(sealed.file, sealed.address)
        outcome = await self._store.accept(acceptance, self._settings.intake_attachments_limit)
        if outcome is None:
            raise self._one_too_many()
        if isinstance(outcome, Accepted):
            self._relay.wake()
        return outcome

    async def _begun(self, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The parts, once the first of them is here; each has its time to come."""
        timed = self._timed(parts)
        first = await anext(timed, b"")

        async def all_parts() -> AsyncIterator[bytes]:
            yield first
            async for part in timed:
                yield part

        return all_parts()

    async def _timed(self, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        silence = min(LONGEST_SILENCE, self._settings.intake_upload_seconds)
        while True:
            try:
                async with asyncio.timeout(silence):
                    part = await anext(parts)
            except StopAsyncIteration:
                return
            except ClientDisconnect:
                raise _incomplete() from None
            except TimeoutError:
                raise _too_slow(silence) from None
            yield part

    async def _received(self, parts: AsyncIterator[bytes], upload: Upload) -> SealedUpload:
        try:
            async with asyncio.timeout(self._settings.intake_upload_seconds):
                return await uploads.receive(parts, upload)
        except TimeoutError:
            raise _too_slow(self._settings.intake_upload_seconds) from None

    async def _refuse_one_too_many(self, pending: PendingAttachment) -> None:
        limit = self._settings.intake_attachments_limit
        known = [attachment.attachment_id for attachment in await self._store.of(pending.appeal)]
        if len(known) >= limit and pending.attachment_id not in known:
            raise self._one_too_many()

    def _one_too_many(self) -> Problem:
        limit = self._settings.intake_attachments_limit
        detail = f"The appeal has {limit} attachments already, and may have no more."
        return Problem(409, "attachment.too_many", detail, remedy="Put several pages into one document.")


def _incomplete() -> Problem:
    detail = "The connection ended before the whole body was received; nothing was stored."
    return Problem(400, "attachment.incomplete", detail, remedy="Send it again.")


def _too_slow(seconds: float) -> Problem:
    detail = f"The body, or its next part, was not received within {seconds:g} seconds."
    remedy = "Send it again over a faster connection, or send less."
    return Problem(408, "attachment.too_slow", detail, remedy=remedy)
