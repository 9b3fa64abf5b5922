"""The wire language of Vahid: the messages in Kafka and on its interfaces.

Imports nothing of Vahid, so that an agency can install it alone.
"""
