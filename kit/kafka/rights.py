"""Who may do what in Kafka: a login for each owner and consumer of topics, with the rights of its contracts.

Nobody else may do anything. It blocks.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from kafka.errors import KafkaError

from kit.errors import PermanentError
from kit.kafka.connection import client_options, kafka_away
from schemas.topics import TopicContract, dlq_topic


@dataclass(frozen=True, order=True)
class Right:
    """`login` may `operation` (READ or WRITE) the `resource` (TOPIC or GROUP) called `name`."""

    login: str
    operation: str
    resource: str
    name: str


def rights(contracts: Sequence[TopicContract]) -> tuple[Right, ...]:
    """The rights that the contracts give: an owner writes its topics, a consumer reads them in its group.

    A consumer writes its dead letters, too.
    """
    return tuple(sorted(set(_of_contracts(contracts))))


def _of_contracts(contracts: Sequence[TopicContract]) -> Iterator[Right]:
    for contract in contracts:
        yield Right(contract.owner, "WRITE", "TOPIC", contract.topic)
        for consumer in contract.consumers:
            yield Right(consumer, "READ", "TOPIC", contract.topic)
            yield Right(consumer, "READ", "GROUP", consumer)
            yield Right(consumer, "WRITE", "TOPIC", dlq_topic(consumer))


def ensure_rights(bootstrap: str, passwords: Mapping[str, str], wanted: Sequence[Right]) -> None:
    """Have the logins `passwords` be known, and have just the rights `wanted`.

    Raises:
        PermanentError: `kafka_rights`: Kafka refused a login or a right.
        TransientError: `kafka_away`: Kafka does not answer.
    """
    try:
        with closing(KafkaAdminClient(**client_options(bootstrap), client_id="vahid-rights")) as admin:
            _ensure_logins(admin, passwords)
            present = set(_present(admin, passwords))
            _create(admin, [right for right in wanted if right not in present])
            _delete(admin, present - set(wanted))
    except KafkaError as error:
        raise kafka_away(bootstrap, error) from error


def _ensure_logins(admin: KafkaAdminClient, passwords: Mapping[str, str]) -> None:
    upserted = admin.alter_user_scram_credentials(
        [
            UserScramCredentialUpsertion(login, ScramMechanism.SCRAM_SHA_512, password)
            for login, password in passwords.items()
        ]
    )
    if refused := sorted(login for login, problem in upserted.items() if problem is not None):
        raise _refused(f"the logins {', '.join(refused)}")


def _present(admin: KafkaAdminClient, logins: Iterable[str]) -> Iterator[Right]:
    principals = {f"User:{login}": login for login in logins}
    found, _ = admin.describe_acls(
        ACLFilter(
            principal=None,
            host=None,
            operation=ACLOperation.ANY,
            permission_type=ACLPermissionType.ANY,
            resource_pattern=ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
        )
    )
    for acl in found:
        if (login := principals.get(acl.principal)) is not None:
            pattern = acl.resource_pattern
            kind = ResourceType(pattern.resource_type).name
            yield Right(login, ACLOperation(acl.operation).name, kind, pattern.resource_name)


def _create(admin: KafkaAdminClient, missing: Sequence[Right]) -> None:
    if missing and admin.create_acls([_acl(right) for right in missing])["failed"]:
        raise _refused(f"the rights of {', '.join(sorted({right.login for right in missing}))}")


def _delete(admin: KafkaAdminClient, surplus: Iterable[Right]) -> None:
    if filters := [_filter(right) for right in sorted(surplus)]:
        admin.delete_acls(filters)


def _acl(right: Right) -> ACL:
    pattern = ResourcePattern(ResourceType[right.resource], right.name, ACLResourcePatternType.LITERAL)
    return ACL(f"User:{right.login}", "*", ACLOperation[right.operation], ACLPermissionType.ALLOW, pattern)


def _filter(right: Right) -> ACLFilter:
    pattern = ResourcePatternFilter(ResourceType[right.resource], right.name, ACLResourcePatternType.LITERAL)
    return ACLFilter(
        f"User:{right.login}", None, ACLOperation[right.operation], ACLPermissionType.ALLOW, pattern
    )


def _refused(what: str) -> PermanentError:
    return PermanentError(
        "kafka_rights",
        f"Kafka refused {what}.",
        remedy="See the broker's log. The login must be a super user.",
    )
