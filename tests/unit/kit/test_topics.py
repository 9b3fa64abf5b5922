import pytest
from pydantic import ValidationError

from schemas.topics import TopicContract, dlq_topic, load_contracts


def test_the_contracts_of_the_spine_are_there() -> None:
    contracts = {contract.topic: contract for contract in load_contracts()}
    assert {"vahid.appeals.v1", "vahid.case-events.v1", "vahid.agency-statuses.v1"} <= contracts.keys()
    assert contracts["vahid.appeals.v1"].owner == "intake"
    assert all(contract.retention_ms == -1 for contract in contracts.values())


@pytest.mark.parametrize("broken", [{"topic": "appeals"}, {"partitions": 0}, {"types": {}}])
def test_a_contract_says_what_it_must(broken: dict[str, object]) -> None:
    sound = {"topic": "vahid.x.v1", "owner": "x", "key": "case_id", "types": {"a": "b"}, "partitions": 1}
    assert TopicContract.model_validate(sound | {"retention": 2}).retention_ms == 172_800_000
    with pytest.raises(ValidationError):
        TopicContract.model_validate(sound | broken)


def test_a_dead_letter_topic_is_named_after_its_group() -> None:
    assert dlq_topic("router") == "vahid.dlq.router.v1"
    assert dlq_topic("agency_adapter") == "vahid.dlq.agency-adapter.v1"
