"""`vahid bench` on real servers: a suite that starts workers of its own still measures."""

from benchmarks.suites import Size, measure

MOST_BYTES_A_BATCH = 8_000


def test_the_suite_of_cases_answers_cases_of_each_design() -> None:
    found = measure(["cases"], Size(rounds=1, count=10, open_cases=20, rows=1_000), lambda _: None)["cases"]
    assert found["designs"].keys() == {"ours", "bare", "naive"}
    assert found["bytes_a_batch"] <= MOST_BYTES_A_BATCH
