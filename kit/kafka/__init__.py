"""Kafka: publishing, consuming with the effect before the commit, topics, dead letters."""

from kit.kafka.admin import ensure_topics
from kit.kafka.consumer import Consumer
from kit.kafka.dead_letters import DeadLetter, DeadLetters
from kit.kafka.producer import Producer

__all__ = ["Consumer", "DeadLetter", "DeadLetters", "Producer", "ensure_topics"]
