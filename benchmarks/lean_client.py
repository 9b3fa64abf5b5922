"""A client that needs little processor time: it keeps its connection, and its requests are made beforehand.

A full HTTP client needs more processor time than the service; this one only writes and counts bytes.
"""

import asyncio
import re
from urllib.parse import urlsplit

_STATUS = re.compile(rb"HTTP/1\.1 ([0-9]{3}) ")
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)


class LeanClient:
    """One kept connection. Responses must have a Content-Length, as those of our services do."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        self._reader = reader
        self._writer = writer
        self._head = head

    @classmethod
    async def connected(cls, url: str, path: str, api_key: str, media_type: str) -> "LeanClient":
        """A client that posts to one path."""
        address = urlsplit(url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=16 * 1024 * 1024)
        head = f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {api_key}\r\n"
        return cls(reader, writer, f"{head}Content-Type: {media_type}\r\n".encode())

    async def post(self, content: bytes, more: bytes = b"") -> tuple[int, bytes]:
        """Status and content of the response; `more` are further header lines."""
        self._writer.write(b"%b%bContent-Length: %d\r\n\r\n%b" % (self._head, more, len(content), content))
        await self._writer.drain()
        head = await self._reader.readuntil(b"\r\n\r\n")
        status, length = _STATUS.match(head), _LENGTH.search(head)
        if status is None or length is None:
            raise ValueError("the response has no status or no length")
        return int(status[1]), await self._reader.readexactly(int(length[1]))

    async def close(self) -> None:
        """End the connection."""
        self._writer.close()
        await self._writer.wait_closed()
