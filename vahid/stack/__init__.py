"""The stack on one machine: servers, simulators and services as supervised processes.

`servers` says how PostgreSQL, Apache Kafka and Temporal run. `supervision` starts, probes and stops
processes. Everybody else uses `Stack`.
"""

from vahid.stack.errors import StackError
from vahid.stack.stack import Stack
from vahid.stack.status import ProcessStatus, StackStatus

__all__ = ["ProcessStatus", "Stack", "StackError", "StackStatus"]
