"""Kafka: publishing, consuming with the effect before the commit, topics, dead letters."""

from kit.kafka.consumer import Consumer
from kit.kafka.producer import Producer

__all__ = ["Consumer", "Producer"]
