"""The requests and responses of each dialect, by the agencies' own documents and not by our mappings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.agency_adapter.json_path import value_at

KEY = "k/s/1"
SURNAME = "Həsənova"


@dataclass(frozen=True)
class ClientDialect:
    """`form` makes a submission from key, due date and callback. Places in JSON are dotted; empty is all.

    `statuses` are the HTTP statuses of a new and of a repeated submission. `accepted` is the content of the
    first at `unwrapped`, without the reference, which stands at `reference`. `lists`: a look-up without
    result answers an empty list, not 404. `changes` are a path, its parameters for cursor and limit, and
    the place of the list. `ids` is the place of a change's id. `changes_per_assignment` counts those of an
    assignment that is fulfilled without a question.
    """

    token: str
    form: Callable[[str, datetime, str], dict[str, Any]]
    submit: str
    look_up: tuple[str, str]
    statuses: tuple[int, int]
    accepted: Mapping[str, Any]
    unwrapped: str
    reference: str
    changes: tuple[str, str, str, str]
    first: str
    ids: str
    done: tuple[str, Any]
    lists: bool = True
    repeated: str = ""
    changes_per_assignment: int = 3
    headers: Mapping[str, str] = field(default_factory=dict)
    key_header: str = ""
    basic: bool = False


def at(document: Any, path: str) -> Any:
    """The value at a dotted path; the document itself where the path is empty."""
    return value_at(document, path) if path else document


CLIENT_DIALECTS = {
    "mlspp": ClientDialect(
        token="mlspp-token",
        headers={"Authorization": "Bearer mlspp-token"},
        key_header="Idempotency-Key",
        submit="/api/v1/tasks",
        form=lambda key, due, url: {
            "externalId": key,
            "service": "employment",
            "person": {"surname": SURNAME},
            "district": "nasimi",
            "dueDate": due.isoformat(),
            "callbackUrl": url,
        },
        look_up=("/api/v1/tasks", "externalId"),
        statuses=(201, 200),
        accepted={"taskId": "MLSPP-2021-000001", "externalId": KEY, "state": "ACCEPTED", "sequence": 1},
        unwrapped="",
        reference="taskId",
        changes_per_assignment=2,
        changes=("/api/v1/tasks/changes", "since", "limit", "items"),
        first="0",
        ids="changeId",
        done=("state", "DONE"),
    ),
    "mod": ClientDialect(
        token="mod-key",
        headers={"X-Sistem-Acari": "mod-key"},
        submit="/xidmet/v2/sorgular",
        form=lambda key, due, url: {
            "sorgu": {
                "xariciNomre": key,
                "xidmetKodu": "insurance-death",
                "sonTarix": due.strftime("%d.%m.%Y %H:%M"),
                "bildirisUnvani": url,
            },
            "qulluqcu": {"adSoyad": {"soyad": SURNAME}},
        },
        look_up=("/xidmet/v2/sorgular", "xariciNomre"),
        statuses=(201, 200),
        accepted={"nomre": "2021/000001-SB", "xariciNomre": KEY, "veziyyet": {"kod": "Q0"}},
        unwrapped="netice",
        reference="nomre",
        changes=("/xidmet/v2/deyisiklikler", "sonra", "hedd", "netice.siyahi"),
        first="0",
        ids="deyisiklik.no",
        done=("veziyyet.kod", "T1"),
    ),
    "moh": ClientDialect(
        token="moh-key",
        headers={"X-Api-Key": "moh-key"},
        submit="/referrals",
        form=lambda key, due, url: {
            "ext_no": key,
            "service_code": "disability-assessment",
            "patient": {"last_name": SURNAME},
            "deadline": due.strftime("%d/%m/%Y %H:%M"),
            "notify_url": url,
        },
        look_up=("/referrals/by-ext", "ext_no"),
        statuses=(201, 409),
        accepted={"ext_no": KEY, "status": 20},
        unwrapped="referral",
        reference="id",
        repeated="id",
        lists=False,
        changes_per_assignment=2,
        changes=("/referrals/events", "after", "size", "events"),
        first="",
        ids="event_id",
        done=("status", 40),
    ),
    "nasimi-executive": ClientDialect(
        token="vahid:parol",
        basic=True,
        submit="/muraciet",
        form=lambda key, due, url: {
            "nomre": key,
            "xidmet": "land-plot",
            "vetendas": {"soyad": SURNAME},
            "son_tarix": int(due.timestamp() * 1000),
            "bildiris_url": url,
        },
        look_up=("/muraciet", "nomre"),
        statuses=(200, 200),
        accepted={"qeydiyyat": 10001, "nomre": KEY, "veziyyet": "alindi"},
        unwrapped="",
        reference="qeydiyyat",
        changes=("/deyisiklikler", "son_id", "say", "siyahi"),
        first="0",
        ids="id",
        done=("veziyyet", "tamamlandi"),
    ),
    "samhi": ClientDialect(
        token="samhi-token",
        headers={"Api-Token": "samhi-token"},
        submit="/api/cards",
        form=lambda key, due, url: {
            "source-no": key,
            "direction": "medicines",
            "insured": {"last-name": SURNAME},
            "answer-by": due.date().isoformat(),
            "report-to": url,
        },
        look_up=("/api/cards", "source-no"),
        statuses=(201, 409),
        accepted={"card-no": "ITS-00000001", "source-no": KEY, "state": "card-opened"},
        unwrapped="",
        reference="card-no",
        repeated="card-no",
        changes_per_assignment=2,
        changes=("/api/cards/history", "from", "top", ""),
        first="0",
        ids="entry",
        done=("state", "service-given"),
    ),
    "sicc": ClientDialect(
        token="sicc-token",
        headers={"Authorization": "Bearer sicc-token"},
        submit="/claims-api/Claims",
        form=lambda key, due, url: {
            "PartnerReference": key,
            "Product": "insurance-death",
            "Insured": {"Surname": SURNAME},
            "DueOn": due.strftime("%Y%m%d"),
            "NotifyAt": url,
        },
        look_up=("/claims-api/Claims/ByPartner", "reference"),
        statuses=(201, 409),
        accepted={"Number": "DSK-0000001-21", "PartnerReference": KEY, "Status": {"Code": "A"}},
        unwrapped="Claim",
        reference="Number",
        repeated="Fault.Claim",
        lists=False,
        changes_per_assignment=2,
        changes=("/claims-api/Journal", "afterEntry", "take", "Journal.Entries"),
        first="0",
        ids="EntryId",
        done=("Status.Code", "P"),
    ),
    "ssmc": ClientDialect(
        token="ssmc-token",
        headers={"Authorization": "Bearer ssmc-token"},
        key_header="X-Request-Id",
        submit="/v3/requests",
        form=lambda key, due, url: {
            "data": {
                "request_id": key,
                "service": "status-martyr-family",
                "deadline": int(due.timestamp()),
                "callback": url,
                "person": {"names": {"last": SURNAME}},
            }
        },
        look_up=("/v3/requests/search", "request_id"),
        statuses=(202, 202),
        accepted={"id": "SXC-2108-000001", "request_id": KEY, "stage": 200},
        unwrapped="data",
        reference="id",
        changes_per_assignment=2,
        changes=("/v3/feed", "cursor", "page_size", "data"),
        first="c0",
        ids="event",
        done=("stage.to", 400),
    ),
}
"""An agency of each dialect."""
