"""The options of a stack."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Only = Literal["all", "servers", "simulators"]


class Options(BaseModel):
    """`only` the servers, or the servers and the simulators. `scale` and `epoch` set demo time.

    `environment` is added to that of every process. `ready_limit`: seconds until all must be ready.
    """

    model_config = ConfigDict(frozen=True)

    home: Path
    only: Only = "all"
    scale: float | None = Field(default=None, gt=0)
    epoch: datetime | None = None
    environment: dict[str, str] = Field(default_factory=dict)
    ready_limit: float = 180.0
