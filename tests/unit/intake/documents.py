"""Small files of each kind that may be attached, and some that may not."""

import io
import zipfile

from services.intake.attachments.media_types import DOCX, JPEG, ODT, PDF, PNG, TIFF


def archive(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file; an entry named `mimetype` is stored as it is."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as packed:
        for name, content in entries:
            packed.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else method)
    return file.getvalue()


def open_document(media_type: str) -> bytes:
    """An OpenDocument file of a kind."""
    return archive(("mimetype", media_type.encode()), ("content.xml", b"<office/>"))


SCAN = b"%PDF-1.7\n" + b"1 0 obj <<>> endobj\n" * 40 + b"%%EOF\n"

ALLOWED = {
    PDF: SCAN,
    JPEG: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 200 + b"\xff\xd9",
    PNG: b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 200,
    TIFF: b"II*\x00\x08\x00\x00\x00" + b"\x00" * 200,
    DOCX: archive(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>" * 90)),
    ODT: open_document(ODT),
}

REFUSED = {
    "HTML": b"<!DOCTYPE html><html><body>" + b"<p>not a document</p>" * 40,
    "short text": b"salam",
    "a program": b"\x7fELF\x02\x01\x01" + b"\x00" * 200,
    "a GIF": b"GIF89a" + b"\x00" * 200,
    "a PDF after something else": b"<script></script>" * 10 + SCAN,
    "a ZIP file": archive(("readme.txt", b"hello" * 50)),
    "a workbook": archive(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<x/>")),
    "a table": open_document("application/vnd.oasis.opendocument.spreadsheet"),
    "a text template": open_document(ODT + "-template"),
}
