"""Texts that a program damaged are known; no text of a person is taken for one."""

import pytest

from kit.damaged_text import has_holes, has_lost_letters, is_error_value, is_no_value, means_none

ERRORS = (
    "#N/A #REF! ######## #DIV/0! #NAME? #VALUE! #NUM! #NULL! #SPILL! #CALC! #GETTING_DATA #FIELD! "
    "#BLOCKED! Err:502 "
    "#Н/Д #ССЫЛКА! #ДЕЛ/0! #ИМЯ? #ЗНАЧ! #ЧИСЛО! #ПУСТО! #YOK #BAŞV! #SAYI/0! #AD? #DEĞER! #SAYI! #BOŞ! "
    "#TAŞMA! "
    "#NV #BEZUG! #WERT! #ZAHL! #ÜBERLAUF! #n/a ＃N/A"
).split()
LETTERS = "əƏıİöÖüÜçÇşŞğĞ"


@pytest.mark.parametrize("value", ERRORS)
def test_an_error_value_is_known_whatever_stands_around_it(value: str) -> None:
    assert is_error_value(value) and is_error_value(f"\u00a0{value} ")


@pytest.mark.parametrize("text", ["# 5", "#5", "#", "N1", "Nə üçün?", "#mənzil", "C# bilirəm!"])
def test_a_text_is_no_error_value(text: str) -> None:
    assert not is_error_value(text)


@pytest.mark.parametrize("word", ["NULL", "null", "N/A", "n/a", "None", "nan", "NaN", "(null)", "ＮＵＬＬ"])
def test_a_programs_word_for_no_value_is_known(word: str) -> None:
    assert is_no_value(f" {word}") and means_none(word)


@pytest.mark.parametrize("words", ["yoxdur", "YOXDUR", "нет", "məlum deyil", "-", "—", "...", "/", ""])
def test_what_a_person_writes_for_none_is_known_and_is_no_word_of_a_program(words: str) -> None:
    assert means_none(words) and not is_no_value(words)


@pytest.mark.parametrize("text", ["Nanə", "Yoxdurova", "0", "Bakı", "Нетребко", "Nonna"])
def test_a_name_is_no_word_for_none(text: str) -> None:
    assert not means_none(text) and not is_no_value(text)


@pytest.mark.parametrize("encoding", ["cp1251", "cp1250", "cp1252", "cp1254", "latin-1", "cp866"])
@pytest.mark.parametrize("letter", LETTERS)
def test_letters_read_in_another_encoding_are_known(letter: str, encoding: str) -> None:
    read = "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in letter.encode())
    assert has_lost_letters(f"a{read}b")


@pytest.mark.parametrize(
    "text",
    [
        "Привет всем".encode().decode("cp1251", "replace"),
        "Привет всем".encode().decode("cp1252", "ignore"),
        "Рустамов".encode().decode("latin-1"),
        "Рустамов".encode("cp1251").decode("cp1252"),
        "Ağdam şəhəri".replace("ə", "e").encode("cp1254").decode("cp1252"),
        "Nümun\ufffd",
    ],
)
def test_other_wrong_readings_are_known(text: str) -> None:
    assert has_lost_letters(text)


@pytest.mark.parametrize(
    "text",
    ["Mən bunu xahiş edirəm", "Üçü də ölüb", "ÖÇÜ", "Рёбра, ещё", "Блок Г–Д", "С Р С Р С Р", "Öz evi – “yox”",
     "Səəd™", "naïve élève", "Ýagmyr"],
)  # fmt: skip
def test_a_text_in_its_own_letters_has_lost_none(text: str) -> None:
    assert not has_lost_letters(text)


@pytest.mark.parametrize(
    "text",
    ["N?simi m?nzil", "M?n? m?nzil verilm?sini xahi? edir?m", "??????? ????", "h?r ş?y", "?liyev ?li ?hm?d",
     "verilm?sini g?lm?yib"],
)  # fmt: skip
def test_question_marks_for_letters_are_known(text: str) -> None:
    assert has_holes(text)


@pytest.mark.parametrize(
    "text",
    ["Mənzil nə vaxt?", "Var?Mənzil", "Kim? Harada?", "https://example.az/a?b=c", "Когда?", "Рёбра, ещё",
     "Əlilliyin qiymətləndirilməsi", "Why?", "5?6", "Nece?niye", "Harada?Kim? Ne?", "Niyə ???",
     "example.az/a?b=c", "Когда?Почему?Где?", "ne?vaxt olacaq"],
)  # fmt: skip
def test_a_question_is_no_lost_letter(text: str) -> None:
    assert not has_holes(text)
