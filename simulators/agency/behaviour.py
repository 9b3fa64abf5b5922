"""The behaviour settings of a simulated agency: how it behaves, set at start and at run time."""

from pydantic import Field

from simulators.faults import HttpBehaviour


class AgencyBehaviour(HttpBehaviour):
    """The rates of a life are drawn when an assignment is taken; those of the webhooks when a change happens.

    `refuse_rate`, `forward_rate`, `information_rate`, `late_rate`: shares of assignments (late: its end
    comes after the due date). `redirect_named_rate`: the share of forwards that name another agency.
    `pace`: how fast the work itself goes, whose late share stays late. `duration_scale` stretches every
    duration, also of those that would have been in time. `duplicate_webhooks`, `shuffle_webhooks` (held
    back for up to some seconds), `lose_webhooks` (never sent: only the changes tell): shares of changes.
    `corrupt_webhook_rate`: share of attempts whose agency is cut on the way.
    """

    refuse_rate: float = Field(default=0.03, ge=0, le=1)
    forward_rate: float = Field(default=0.03, ge=0, le=1)
    redirect_named_rate: float = Field(default=0.2, ge=0, le=1)
    information_rate: float = Field(default=0.05, ge=0, le=1)
    late_rate: float = Field(default=0.05, ge=0, le=1)
    pace: float = Field(default=1.0, gt=0)
    duration_scale: float = Field(default=1.0, gt=0)
    duplicate_webhooks: float = Field(default=0.0, ge=0, le=1)
    shuffle_webhooks: float = Field(default=0.0, ge=0, le=1)
    lose_webhooks: float = Field(default=0.0, ge=0, le=1)
    corrupt_webhook_rate: float = Field(default=0.0, ge=0, le=1)
