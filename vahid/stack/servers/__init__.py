"""The servers of one machine: PostgreSQL, Apache Kafka (with its Java runtime and its jars), Temporal."""
