"""Kafka: publishing, consuming with the effect before the commit, topics, dead letters."""
