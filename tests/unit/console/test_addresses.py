"""What comes in an address: where a sign-in leads, and the filter of a list."""

import pytest

from casework.computed_on_read import Moment
from services.console.pages.cases import ListAddress
from services.console.pages.sign_in import local
from tests.builders import RULES, later

NOW = Moment.of(RULES.calendar, later(1))


@pytest.mark.parametrize("address", ["/", "/cases?late=1", "/cases/c-1#actions"])
def test_a_sign_in_leads_back_to_where_the_person_wanted_to_go(address: str) -> None:
    assert local(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "///elsewhere.example",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "cases",
        "",
        "/\r\nSet-Cookie: a=b",
        "/\t/elsewhere.example",
    ],
)
def test_a_sign_in_never_leads_elsewhere(address: str) -> None:
    assert local(address) == "/"


def test_a_filter_is_what_its_address_says() -> None:
    address = ListAddress.model_validate(
        {"agency": "moh", "late": "1", "stuck": "0", "service": "", "page": "3"}
    )
    wanted = address.filter(NOW)
    assert (wanted.agency, wanted.late, wanted.stuck, wanted.service) == ("moh", True, False, None)
    assert address.query() == "agency=moh&late=1&page=3"
    assert address.query(page=None) == "agency=moh&late=1"


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "1e9", "", "99999999999"])
def test_a_page_that_is_none_is_the_first(page: str) -> None:
    assert ListAddress.model_validate({"page": page}).page == 1


def test_today_begins_at_midnight() -> None:
    assert ListAddress(today="received").filter(NOW).opened_since == NOW.midnight
    assert ListAddress(today="answered").filter(NOW).closed_since == NOW.midnight
    assert ListAddress(today="other").filter(NOW).opened_since is None
