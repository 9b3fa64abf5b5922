"""Who is one person: spelling is allowed for, another name or date of birth is not."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.person_names import person_key, same_person


@dataclass(frozen=True)
class Person:
    surname: str = "Əliyeva"
    name: str = "Günay"
    patronymic: str | None = "Rəşid qızı"
    birth_date: str | None = "1990-02-14"


AYAN = Person()

SAME = {
    "as it is": AYAN,
    "without Azerbaijani characters": Person("Eliyeva", "Gunay", "Resid qizi"),
    "in capitals": Person("ƏLİYEVA", "GÜNAY", "RƏŞİD QIZI"),
    "with the dot of i lost": Person("Əlıyeva", "Günay", "Rəşıd qizi"),
    "surname and name exchanged": Person("Günay", "Əliyeva"),
    "no patronymic": Person(patronymic=None),
    "an empty patronymic": Person(patronymic=" "),
    "the patronymic without qızı": Person(patronymic="Rəşid"),
    "the patronymic with a hyphen": Person(patronymic="Rəşid-qızı"),
    "a character wrong": Person(surname="Əliyevə"),
    "a character missing": Person(surname="Əlyeva"),
    "the last character missing": Person(surname="Əliyev"),
    "a character too many": Person(name="Günaay"),
    "a character more at the end": Person(name="Günayy"),
    "two characters exchanged": Person(name="Gnüay"),
    "a character wrong in the patronymic": Person(patronymic="Rəşit qızı"),
    "blanks and hyphens": Person(surname=" Əli-yeva ", name="Gün ay"),
    "marks apart from their characters": Person(name="Gu\u0308nay"),
    "exchanged and a character wrong": Person("Günai", "Əliyeva", None),
}
OTHER = {
    "another name": Person(name="Aysel"),
    "another surname": Person(surname="Məmmədova"),
    "another patronymic": Person(patronymic="Kamal qızı"),
    "another date of birth": Person(birth_date="1990-02-15"),
    "no date of birth": Person(birth_date=None),
    "two characters wrong": Person(surname="Ələyevə"),
    "a character wrong in each name": Person("Əliyevə", "Günai"),
    "a character wrong in a name and in the patronymic": Person(surname="Əliyevə", patronymic="Rəşit qızı"),
    "exchanged, and two characters wrong": Person("Güna", "Əliyev"),
    "two characters too many": Person(surname="Əliyevaaa"),
    "characters exchanged far apart": Person(name="Gyüna"),
}


@pytest.mark.parametrize("other", SAME.values(), ids=SAME)
def test_one_person_in_another_spelling(other: Person) -> None:
    assert same_person(AYAN, other) and same_person(other, AYAN)


@pytest.mark.parametrize("other", OTHER.values(), ids=OTHER)
def test_another_person(other: Person) -> None:
    assert not same_person(AYAN, other) and not same_person(other, AYAN)


def test_two_who_both_give_no_date_of_birth_agree() -> None:
    assert same_person(replace(AYAN, birth_date=None), replace(AYAN, birth_date=None))


@pytest.mark.parametrize(
    "name",
    ["without Azerbaijani characters", "in capitals", "surname and name exchanged", "blanks and hyphens"],
)
def test_spellings_that_need_no_opening_have_one_key(name: str) -> None:
    assert person_key(SAME[name]) == person_key(AYAN)


PERSONS = st.builds(
    Person,
    st.text("ƏəİIıiaby -'", max_size=5),
    st.text("ƏəİIıiaby -'", max_size=5),
    st.none() | st.text("əıay ", max_size=4),
    st.sampled_from([None, "1990-02-14", "1991-02-14"]),
)


@given(PERSONS, PERSONS)
def test_who_has_one_key_is_one_person_and_order_says_nothing(first: Person, second: Person) -> None:
    assert same_person(first, first)
    assert same_person(first, second) == same_person(second, first)
    if person_key(first) == person_key(second):
        assert same_person(first, second)
