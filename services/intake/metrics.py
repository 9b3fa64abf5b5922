"""What intake counts."""

from prometheus_client import Counter

APPEALS = Counter("vahid_intake_appeals", "Appeals by outcome.", ["channel", "outcome"])
ATTACHMENTS = Counter("vahid_intake_attachments", "Attachments by outcome.", ["outcome"])
