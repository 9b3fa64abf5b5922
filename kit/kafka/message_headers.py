"""Headers of a message in Kafka."""

CONTENT_TYPE = "content-type"

Headers = tuple[tuple[str, bytes], ...]


def with_content_type(headers: Headers, media_type: str) -> Headers:
    """`headers`, with this content type where they name none."""
    if any(name == CONTENT_TYPE for name, _ in headers):
        return headers
    return (*headers, (CONTENT_TYPE, media_type.encode()))
