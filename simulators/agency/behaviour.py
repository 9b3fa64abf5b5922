"""How a simulated agency behaves: settings made at start and at run time."""

from pydantic import Field

from simulators.faults import HttpBehaviour


class AgencyBehaviour(HttpBehaviour):
    """Rates of an assignment apply when it is taken; rates of webhooks apply when a change happens.

    `refuse_rate`, `forward_rate`, `information_rate`, `late_rate`: shares of assignments (late: it ends
    after its due date). `redirect_named_rate`: the share of forwards that name another agency.
    `pace`: how fast the work goes; the late share stays late. `duration_scale` stretches every duration,
    and may make late what would have been in time. `duplicate_webhooks`, `shuffle_webhooks` (held back
    for some seconds), `lose_webhooks` (never sent; the list of changes still has it): shares of changes.
    `corrupt_webhook_rate`: the share of attempts whose body is cut in half.
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
