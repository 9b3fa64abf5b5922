from simulators.faults import draw


def test_a_draw_depends_on_its_subject_alone() -> None:
    assert draw("1", "request", "k").random() == draw("1", "request", "k").random()
    assert draw("1", "request", "k").random() != draw("1", "request", "l").random()
