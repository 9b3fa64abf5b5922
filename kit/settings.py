"""Settings of a process, from the environment (`VAHID_…`). Read once, where a service is composed."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from kit.clock import Clock


class Settings(BaseSettings):
    """What every process knows. A service adds its own settings in a subclass.

    `keys` is the folder of the installation's keys (see `kit.vault`); `clock` is JSON in `VAHID_CLOCK`.
    `attachments` is a folder or `s3://bucket/prefix` (see `kit.object_store`). `consumer_failure_limit`:
    messages in a row that may fail unexpectedly before a consumer halts (see `kit.kafka.consumer`).
    """

    model_config = SettingsConfigDict(env_prefix="VAHID_", extra="ignore")

    database_url: str = "postgresql+asyncpg://localhost/vahid"
    kafka_bootstrap: str = "127.0.0.1:9092"
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    keys: Path = Path(".vahid/keys")
    attachments: str = ".vahid/attachments"
    catalogue: Path | None = None
    consumer_failure_limit: int = Field(default=20, ge=1)
    clock: Clock = Clock()
    http_host: str = "127.0.0.1"
    http_port: int = 0
    log_level: str = "INFO"
