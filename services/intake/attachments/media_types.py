"""The kinds of file that an attachment may be, recognised by content, never by a header or a name.

The signatures are those of the formats' own standards: PDF (ISO 32000-2, 7.5.2), JPEG (ITU-T T.81, B.1.1.3),
PNG (ISO/IEC 15948, 5.2), TIFF 6.0 (section 2), DOCX (ISO/IEC 29500-2), ODT (OpenDocument 1.3, part 2, 3.3).
"""

from kit.problem import Problem

PDF, JPEG, PNG, TIFF = "application/pdf", "image/jpeg", "image/png", "image/tiff"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
MEDIA_TYPES = (PDF, JPEG, PNG, TIFF, DOCX, ODT)

HEAD = 80
"""Bytes from the beginning that identify every type but DOCX and a PDF with something before it."""

PDF_WITHIN = 1024
"""Bytes in which the header of a PDF file begins: see PDF Reference 1.7, appendix H, note 13."""
_PDF_HEADER = b"%PDF-"
_BEFORE_PDF = b"\xef\xbb\xbf \t\r\n\f\0"
"""What programs put before the header: a byte order mark, blanks and line ends. Nothing else."""
_KEPT = PDF_WITHIN + len(_PDF_HEADER)

_SIGNATURES = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)
_ZIP = b"PK\x03\x04"
_ODT_NAME, _ODT_TYPE = slice(30, 38), slice(38, 38 + len(ODT) + 2)
_WORD_PARTS = (b"[Content_Types].xml", b"word/document")  # names stand in a ZIP archive as they are


class Recognition:
    """Recognises a document by its parts, of which it keeps the head only."""

    def __init__(self) -> None:
        self._head = b""
        self._tail = b""
        self._wanted = set(_WORD_PARTS)

    def take(self, part: bytes) -> None:
        """Take the next part of the content.

        Raises:
            Problem: 415 `attachment.type_not_allowed`: it can be none of `MEDIA_TYPES` any more.
        """
        self._head += part[: _KEPT - len(self._head)]
        if self._head.startswith(_ZIP) and self._wanted:
            seen = self._tail + part
            self._wanted = {name for name in self._wanted if name not in seen}
            self._tail = seen[-max(map(len, _WORD_PARTS)) :]
        if self._head.startswith(_ZIP) or len(self._head) < HEAD or _may_become_pdf(self._head):
            return
        if _known(self._head) is None:
            raise _not_allowed()

    def media_type(self) -> str:
        """The type of the content, which has ended.

        Raises:
            Problem: 415 `attachment.type_not_allowed`.
        """
        known = _known(self._head)
        if known is None and self._head.startswith(_ZIP) and not self._wanted:
            known = DOCX
        if known is None:
            raise _not_allowed()
        return known


def _may_become_pdf(head: bytes) -> bool:
    """Whether only what may stand before the header of a PDF file has come, or a part of the header."""
    return len(head) < _KEPT and len(head.lstrip(_BEFORE_PDF)) < len(_PDF_HEADER)


def _is_pdf(head: bytes) -> bool:
    begun = head.lstrip(_BEFORE_PDF)
    return begun.startswith(_PDF_HEADER) and len(head) - len(begun) < PDF_WITHIN


def _known(head: bytes) -> str | None:
    if _is_pdf(head):
        return PDF
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head.startswith(_ZIP) and head[_ODT_NAME] == b"mimetype" and head[_ODT_TYPE] == ODT.encode() + b"PK":
        return ODT
    return None


def _not_allowed() -> Problem:
    return Problem(
        415,
        "attachment.type_not_allowed",
        "By its content this is no PDF, JPEG, PNG, TIFF, DOCX or ODT file.",
        remedy="Send the document in one of these formats.",
        headers={"Accept": ", ".join(MEDIA_TYPES)},
    )
