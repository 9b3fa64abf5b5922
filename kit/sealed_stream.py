"""Long contents sealed in a stream: neither the content nor its sealed form is ever held whole.

The form is that of Tink's streaming AEAD `AES-GCM-HKDF` with 1 MiB segments, which is the STREAM construction
(Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption, CRYPTO 2015). A header holds its own
length (40), a salt of 32 bytes and a nonce prefix of 7. Each segment is AES-256-GCM under a key of this one
content, HKDF-SHA256 of data key, salt and context; its nonce is the prefix, the segment's number (4 bytes,
big-endian), and 1 for the last segment, else 0. So a segment that is changed, left out, moved, taken from
another content, or cut off at the end does not open.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kit.vault import DataKey, SealBrokenError

SEGMENT = 1024 * 1024
"""Bytes of a sealed segment; the first is shorter by the header, the last as long as need be."""

_SALT, _PREFIX, _TAG = 32, 7, 16
_HEADER = 1 + _SALT + _PREFIX


class StreamSealer:
    """Seals one content, which belongs to `context`: it opens under the same data key and context only.

    `salt` and `prefix` are drawn, unless a test gives them; a pair must never be used for two contents.
    """

    def __init__(
        self,
        key: DataKey,
        context: str,
        *,
        salt: bytes | None = None,
        prefix: bytes | None = None,
        segment: int = SEGMENT,
    ) -> None:
        salt, prefix = salt or os.urandom(_SALT), prefix or os.urandom(_PREFIX)
        self._header = bytes([_HEADER]) + salt + prefix
        self._segments = _Segments(_content_key(key, salt, context), prefix)
        self._waiting = bytearray()
        self._size = segment - _TAG
        self._wanted = self._size - _HEADER

    def update(self, content: bytes) -> bytes:
        """Take the next part of the content; return what is ready of the sealed form."""
        self._waiting += content
        ready = [self._take_header()]
        # A full segment waits for one more byte: only then is it known not to be the last.
        while len(self._waiting) > self._wanted:
            ready.append(self._segments.seal(bytes(self._waiting[: self._wanted]), last=False))
            del self._waiting[: self._wanted]
            self._wanted = self._size
        return b"".join(ready)

    def finish(self) -> bytes:
        """The end of the sealed form."""
        return self._take_header() + self._segments.seal(bytes(self._waiting), last=True)

    def _take_header(self) -> bytes:
        header, self._header = self._header, b""
        return header


class StreamOpener:
    """Opens what a `StreamSealer` sealed. The content is known to be whole once `finish` has returned."""

    def __init__(self, key: DataKey, context: str, *, segment: int = SEGMENT) -> None:
        self._key = key
        self._context = context
        self._segments: _Segments | None = None
        self._waiting = bytearray()
        self._size = segment
        self._wanted = segment - _HEADER

    def update(self, sealed: bytes) -> bytes:
        """Take the next part of the sealed form; return the content of the complete segments.

        Raises:
            SealBrokenError: a segment is not the one that was sealed at its place.
        """
        self._waiting += sealed
        if self._segments is None:
            if len(self._waiting) < _HEADER:
                return b""
            self._segments = self._read_header()
        ready = []
        while len(self._waiting) > self._wanted:
            ready.append(self._open(self._segments, bytes(self._waiting[: self._wanted]), last=False))
            del self._waiting[: self._wanted]
            self._wanted = self._size
        return b"".join(ready)

    def finish(self) -> bytes:
        """The end of the content.

        Raises:
            SealBrokenError: the sealed form ends too early, or its end was changed.
        """
        if self._segments is None:
            raise self._broken()
        return self._open(self._segments, bytes(self._waiting), last=True)

    def _read_header(self) -> "_Segments":
        header = bytes(self._waiting[:_HEADER])
        del self._waiting[:_HEADER]
        if header[0] != _HEADER:
            raise self._broken()
        salt, prefix = header[1 : 1 + _SALT], header[1 + _SALT :]
        return _Segments(_content_key(self._key, salt, self._context), prefix)

    def _open(self, segments: "_Segments", sealed: bytes, *, last: bool) -> bytes:
        try:
            return segments.open(sealed, last=last)
        except (InvalidTag, ValueError) as error:
            raise self._broken() from error

    def _broken(self) -> SealBrokenError:
        return SealBrokenError(
            "seal_broken", f"A content sealed by data key {self._key.key_id} does not open."
        )


class _Segments:
    """Seals or opens the segments of one content, each under its number."""

    def __init__(self, content_key: bytes, prefix: bytes) -> None:
        self._cipher = AESGCM(content_key)
        self._prefix = prefix
        self._number = 0

    def seal(self, segment: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last), segment, None)

    def open(self, segment: bytes, *, last: bool) -> bytes:
        return self._cipher.decrypt(self._nonce(last), segment, None)

    def _nonce(self, last: bool) -> bytes:
        number, self._number = self._number, self._number + 1
        return self._prefix + number.to_bytes(4, "big") + bytes([last])


def _content_key(key: DataKey, salt: bytes, context: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=context.encode()).derive(key.secret)
