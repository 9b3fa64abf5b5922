"""Terms beside the holidays of 2021 to 2027, each with the count that leads to its date."""

from datetime import datetime

import pytest

from tests.packaged import packaged

AZ = packaged().calendar


@pytest.mark.parametrize(
    ("received", "term", "due"),
    [
        ("2021-07-16", 2, "2021-07-22"),  # Sat 17 worked; Sun 18, Mon 19 to Wed 21 off; Thu 22
        ("2022-12-30", 1, "2023-01-05"),  # weekend, 2 January, days off for 31 December and 1 January
        ("2023-06-23", 3, "2023-07-03"),  # Sat 24 and Sun 25 worked; 26 to 30 off, a weekend; Mon 3 July
        ("2023-12-28", 2, "2023-12-30"),  # Fri 29, and Sat 30 worked for 4 January
        ("2023-12-29", 2, "2024-01-07"),  # Sat 30 worked; 31 to 6 off; Sun 7 worked for 5 January
        ("2024-01-19", 1, "2024-01-22"),  # 20 January is a Saturday: mourning gives no other day off
        ("2024-02-06", 1, "2024-02-08"),  # Wed 7 February: presidential elections
        (
            "2024-06-14",
            1,
            "2024-06-20",
        ),  # 15 and 16 a weekend with two feasts, 17 Gurban, their days off 18, 19
        ("2024-11-07", 1, "2024-11-14"),  # 8 off, a weekend, 11 for Flag Day, 12 and 13 exchanged
        ("2024-12-27", 3, "2025-01-06"),  # Sat 28 and Sun 29 worked; 30 to 3 off, a weekend; Mon 6
        ("2025-01-28", 1, "2025-01-30"),  # Wed 29 January: municipal elections
        ("2025-03-19", 1, "2025-04-01"),  # Novruz 20 to 26, 27 and 28 exchanged, Ramazan 30 and 31
        ("2025-06-05", 1, "2025-06-10"),  # Gurban 6 and 7, a Saturday, whose day off is Mon 9
        ("2026-01-19", 1, "2026-01-21"),  # Tue 20 January: mourning
        ("2026-03-19", 1, "2026-03-31"),  # Novruz beside Ramazan: 20 to 30 March
        ("2026-05-26", 1, "2026-06-01"),  # Gurban 27 and 28 meets 28 May, its day off is 29; a weekend
        ("2026-11-06", 1, "2026-11-11"),  # Victory Day is a Sunday, 9 off already: its day off is 10
        ("2026-12-30", 1, "2027-01-05"),  # 31 and 1 off; 2 January is a Saturday: its day off is Mon 4
        ("2027-01-19", 1, "2027-01-21"),  # Wed 20 January: mourning
    ],
)
def test_a_term_beside_holidays(received: str, term: int, due: str) -> None:
    start = datetime.fromisoformat(f"{received}T10:00").replace(tzinfo=AZ.zone)
    assert AZ.due_at(start, term) == datetime.fromisoformat(f"{due}T18:00").replace(tzinfo=AZ.zone)
