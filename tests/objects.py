"""Puts objects into a store."""

import io
from hashlib import sha256

from kit.object_store import Objects


async def put(objects: Objects, content: bytes) -> str:
    """Put `content`, and return its address."""
    address = sha256(content).hexdigest()
    await objects.put(io.BytesIO(content), address)
    return address
