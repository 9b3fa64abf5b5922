"""Intake's own settings, beside those of every process."""

from pathlib import Path

from pydantic import Field

from kit.settings import Settings


class IntakeSettings(Settings):
    """`intake_retry_hours`: how long a repeated `Idempotency-Key` gets its first response (real hours).

    `intake_purge_seconds`: how often expired ones are deleted.
    `intake_body_limit`: bytes of one appeal. `intake_batch_limit`: appeals in one transaction.
    `intake_batch_items`, `intake_batch_body_limit`: appeals and bytes of one batch request.
    `intake_pending_limit`: appeals that may wait for a transaction before intake refuses new ones (503).
    `intake_commit_workers`: transactions at once.
    `intake_attachment_limit`: bytes of one attachment. `intake_attachments_limit`: attachments of one appeal.
    `intake_uploads_at_once`: attachments that are received at once, half of them at most of one caller.
    `intake_upload_seconds`: how long one upload may take. `intake_spool`: the folder where it lies, sealed
    and without a name, until it is complete; else the system's for temporary files.
    """

    intake_retry_hours: int = Field(default=7 * 24, ge=1)
    intake_purge_seconds: float = Field(default=600, gt=0)
    intake_body_limit: int = Field(default=64 * 1024, ge=1024)
    intake_batch_limit: int = Field(default=500, ge=1, le=1000)
    intake_batch_items: int = Field(default=1000, ge=1, le=10_000)
    intake_batch_body_limit: int = Field(default=8 * 1024 * 1024, ge=1024)
    intake_pending_limit: int = Field(default=2_000, ge=1)
    intake_commit_workers: int = Field(default=2, ge=1, le=16)
    intake_attachment_limit: int = Field(default=20 * 1024 * 1024, ge=1024, le=1024**4)
    intake_attachments_limit: int = Field(default=50, ge=1)
    intake_uploads_at_once: int = Field(default=8, ge=1)
    intake_upload_seconds: float = Field(default=300, gt=0)
    intake_spool: Path | None = None
