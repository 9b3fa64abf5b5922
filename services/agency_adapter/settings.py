"""Settings of the agency adapter, beside those of every process."""

from pathlib import Path

from pydantic import Field

from kit.settings import Settings


class AdapterSettings(Settings):
    """`agencies` is the file of `access.read_access`; `callback_url` the base address of our webhooks.

    `poll_seconds` is the real time between two polls of an agency.
    """

    agencies: Path = Path(".vahid/agencies.json")
    callback_url: str = "http://127.0.0.1:8004"
    poll_seconds: float = Field(default=5.0, gt=0)

    def callback_of(self, agency_id: str) -> str:
        """The address at which an agency reports statuses."""
        return f"{self.callback_url.rstrip('/')}/v1/agencies/{agency_id}/statuses"
