"""The stack on one machine: PostgreSQL, Apache Kafka, Temporal, simulators and services, as processes."""

from vahid.stack.errors import StackError
from vahid.stack.stack import Stack
from vahid.stack.status import ProcessStatus, StackStatus

__all__ = ["ProcessStatus", "Stack", "StackError", "StackStatus"]
