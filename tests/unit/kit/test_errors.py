"""What may be said of an error in a log: its kind and its place, never its text."""

import pytest
from pydantic import TypeAdapter, ValidationError

from kit.errors import PermanentError, name_of, place_of


def test_the_name_of_an_error_omits_its_text() -> None:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(int).validate_python("secret name")
    assert "secret" not in name_of(raised.value)
    assert name_of(PermanentError("case_unknown", "secret")) == "PermanentError:case_unknown"


def test_the_place_of_an_error_is_where_it_was_raised() -> None:
    with pytest.raises(KeyError) as raised:
        {}["secret"]
    assert place_of(raised.value).endswith(f"{__file__}:{raised.tb.tb_lineno}")
    assert place_of(KeyError("secret")) == "?"
