"""The wire language of Vahid: what travels in Kafka and over its interfaces.

Imports nothing of Vahid, so that an agency can install it alone.
"""
