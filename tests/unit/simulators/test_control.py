import pytest
from pydantic import ValidationError

from simulators.agency.behaviour import AgencyBehaviour
from simulators.control import with_settings


def test_a_setting_changes_and_the_others_stay() -> None:
    behaviour = with_settings(AgencyBehaviour(refuse_rate=0.5), {"outage": True})
    assert behaviour == AgencyBehaviour(refuse_rate=0.5, outage=True)
    assert behaviour.down


@pytest.mark.parametrize("wrong", [{"refuse_rate": 2}, {"outge": True}, {"latency_ms": [5, 1]}])
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        with_settings(AgencyBehaviour(), wrong)
