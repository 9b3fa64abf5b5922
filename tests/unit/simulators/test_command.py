import pytest
import typer

from simulators.agency.behaviour import AgencyBehaviour
from simulators.command import read_behaviour


def test_options_override_the_environment() -> None:
    behaviour = read_behaviour(
        AgencyBehaviour(), '{"refuse_rate": 0.2, "late_rate": 0.3}', ["refuse_rate=0.1"]
    )
    assert (behaviour.refuse_rate, behaviour.late_rate) == (0.1, 0.3)


def test_a_wrong_setting_is_named_and_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        read_behaviour(AgencyBehaviour(), "", ["refuse_rate=2"])
    assert ended.value.exit_code == 2
    assert "refuse_rate" in capsys.readouterr().err
