from kit.kafka.rights import rights
from schemas.topics import load_contracts


def test_each_service_writes_its_own_topics_and_reads_what_it_consumes() -> None:
    table = {
        (right.login, right.operation, right.resource, right.name)
        for right in rights(load_contracts())
        if right.login in ("intake", "router", "ledger", "agency_adapter", "notifier")
    }
    assert table == {
        ("intake", "WRITE", "TOPIC", "vahid.appeals.v1"),
        ("router", "READ", "GROUP", "router"),
        ("router", "READ", "TOPIC", "vahid.appeals.v1"),
        ("router", "READ", "TOPIC", "vahid.agency-statuses.v1"),
        ("router", "READ", "TOPIC", "vahid.notice-outcomes.v1"),
        ("router", "WRITE", "TOPIC", "vahid.dlq.router.v1"),
        ("ledger", "WRITE", "TOPIC", "vahid.case-events.v1"),
        ("agency_adapter", "READ", "GROUP", "agency_adapter"),
        ("agency_adapter", "READ", "TOPIC", "vahid.agency-changes.v1"),
        ("agency_adapter", "WRITE", "TOPIC", "vahid.agency-changes.v1"),
        ("agency_adapter", "WRITE", "TOPIC", "vahid.agency-statuses.v1"),
        ("agency_adapter", "WRITE", "TOPIC", "vahid.dlq.agency-adapter.v1"),
        ("notifier", "READ", "GROUP", "notifier"),
        ("notifier", "READ", "TOPIC", "vahid.case-events.v1"),
        ("notifier", "WRITE", "TOPIC", "vahid.notice-outcomes.v1"),
        ("notifier", "WRITE", "TOPIC", "vahid.dlq.notifier.v1"),
    }
