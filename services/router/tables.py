"""The router's own tables."""

from sqlalchemy import Column, DateTime, Index, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from kit.database import metadata

SCHEMA = "router"

routing_decisions = Table(
    "routing_decisions",
    metadata,
    Column("appeal_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("services", ARRAY(Text), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("catalogue_version", Text, nullable=False),
    Column("applicant_index", Text),
    Column("manual_review", JSONB(none_as_null=True), comment="why a person reviews the appeal first"),
    Column("elsewhere", JSONB(none_as_null=True), comment="services that other cases still owe, by case id"),
    Column("rule", Text, comment="the routing rule that decided"),
    Column("ground", Text, comment="why free text was placed by rule or not"),
    Column("confirmed_by", Text, comment="what confirms that an appeal comes from the person of its case"),
    Column("suggestions", ARRAY(Text), comment="services for triage to choose from, the likeliest first"),
    Index(
        "router_routing_decisions_applicant",
        "applicant_index",
        postgresql_where="applicant_index IS NOT NULL",
    ),
    schema=SCHEMA,
    comment="One decision per appeal; a redelivered one gets the same.",
)

applicant_claims = Table(
    "applicant_claims",
    metadata,
    Column("applicant_index", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("appeal_id", Text, nullable=False),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    Column("person", JSONB(none_as_null=True), comment="who asked first: appeal, channel, blind indexes"),
    schema=SCHEMA,
    comment="The case that handles a service for an applicant; appeal_id claimed it last.",
)

contact_claims = Table(
    "contact_claims",
    metadata,
    Column("contact_index", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("appeal_id", Text, nullable=False),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    schema=SCHEMA,
    comment="As applicant_claims, by a contact's blind index: finds duplicates of appeals without a FIN.",
)
