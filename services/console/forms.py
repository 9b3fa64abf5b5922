"""The fields of a form (application/x-www-form-urlencoded), each given once."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from kit.problem import Problem

_MEDIA_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 50


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields by their names; blank ones are left out.

    Raises:
        Problem: 415 `unsupported_media_type`, 400 `form.malformed`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _MEDIA_TYPE:
        raise Problem(415, "unsupported_media_type", f"Send the form as {_MEDIA_TYPE}.")
    try:
        text = (await request.body()).decode("ascii")
        pairs = (
            parse_qsl(text, strict_parsing=True, errors="strict", max_num_fields=_MOST_FIELDS) if text else []
        )
    except ValueError as error:
        raise Problem(400, "form.malformed", "The form cannot be read.") from error
    return {name: value.strip() for name, value in pairs if value.strip()}
