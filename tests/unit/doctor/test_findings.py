"""The doctor's exit status."""

from doctor.findings import Examination, attention, broken

BROKEN = broken("appeal.lost", "a", "Lost.")
ATTENTION = attention("notification.parked", "notifier", "Parked.")


def test_exit_status() -> None:
    assert Examination().exit_code == 0
    assert Examination(findings=[ATTENTION]).exit_code == 0
    assert Examination(findings=[ATTENTION, BROKEN]).exit_code == 1


def test_an_unreachable_store_outweighs_every_finding() -> None:
    assert Examination(unreachable=["Kafka: away"]).exit_code == 2
    assert Examination(findings=[BROKEN], unreachable=["Kafka: away"]).exit_code == 2
