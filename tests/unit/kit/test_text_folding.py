"""Azerbaijani letters are one with their plain spellings."""

import pytest

from kit.text_folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Əlilliyin dərəcəsi", "elilliyin derecesi"),
        ("İŞ", "is"),  # the capital of i
        ("IŞIQ", "isiq"),  # the capital of ı
        ("çağırış üçün ölçü", "cagiris ucun olcu"),
        ("s\u0327ikay\u0259t", "sikayet"),  # the mark follows its letter
    ],
)
def test_azerbaijani_letters_fold_with_their_plain_spellings(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(text.upper()) == fold(text.lower()) == folded
