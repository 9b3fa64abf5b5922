"""CloudEvents 1.0, structured JSON, with the extensions that Vahid carries.

Source: CloudEvents 1.0.2, its `sequence` extension, and W3C Trace Context for `traceparent`.
"""

from typing import Generic, Literal, TypeVar

from pydantic import Field

from schemas.frozen import Frozen, Instant

Data = TypeVar("Data")

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


class CloudEvent(Frozen, Generic[Data]):
    """One message on a topic.

    `subject` is the case id; `sequence` the ledger's sequence in the case (zero-padded, so that it sorts);
    `correlationid` the appeal's tracking chain, `causationid` the command or event that caused this one.
    `receipt` is the signed receipt (JWS) of an appeal or a document: its claim `record_digest` names `data`.
    """

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(min_length=1)
    source: str
    type: str = Field(pattern=r"^az\.vahid\.[a-z]+\.[a-z_]+\.v[0-9]+$")
    subject: str
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    sequence: str | None = None
    receipt: str | None = None
    data: Data

    def encode(self) -> bytes:
        """The message value: UTF-8 JSON without absent attributes."""
        return self.model_dump_json(exclude_none=True).encode()
