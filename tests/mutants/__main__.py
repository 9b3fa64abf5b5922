"""Draws mutants, runs the unit layer on each, and says which were not noticed.

Exit codes: 0 when enough were noticed, 1 when not, 2 when the tests fail without a change, 130 after Ctrl-C.
"""

import argparse
import queue
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.mutants import report
from tests.mutants.choosing import Covering
from tests.mutants.places import Mutant
from tests.mutants.running import BaselineError, Result, Tree
from tests.mutants.sample import equivalents, reason_of, sample

CHECKOUT = Path(__file__).parents[2]


def main() -> int:
    """Run the command and return its exit code."""
    options = _options()
    drawn = sample(CHECKOUT, options.count, options.seed, options.within)
    if options.again:
        drawn = report.survivors_of(options.again.read_text(), drawn)
    known = equivalents()
    reasons = [(mutant, reason_of(mutant, known)) for mutant in drawn]
    equivalent = [(mutant, reason) for mutant, reason in reasons if reason is not None]
    tried = [mutant for mutant, reason in reasons if reason is None]
    if options.list:
        print("\n".join(map(report.named, drawn)))  # noqa: T201
        return 0
    trees: list[Tree] = []
    try:
        results = _results(tried, options.workers, trees)
    except BaselineError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except KeyboardInterrupt:
        return 130
    finally:
        for tree in trees:
            tree.close()
    text = (
        report.as_json(options.seed, results, equivalent)
        if options.json
        else report.table(results, equivalent)
    )
    print(text)  # noqa: T201
    return 0 if report.share(results) >= report.WANTED else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="how many mutants to draw (200)")
    parser.add_argument("--seed", type=int, default=1, help="the seed that they are drawn with (1)")
    parser.add_argument("--within", default="", help="only modules whose path begins so")
    parser.add_argument("--workers", type=int, default=2, help="how many to try at once (2)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--again", type=Path, help="only what survived in this JSON of an earlier run")
    parser.add_argument("--list", action="store_true", help="only print what would be tried")
    return parser.parse_args()


def _results(mutants: Sequence[Mutant], workers: int, trees: list[Tree]) -> list[Result]:
    """Try `mutants` in `workers` copies of the tree, added to `trees`; the results are in their order."""
    trees += [Tree(CHECKOUT) for _ in range(workers)]
    _say("running tests/unit without a change")
    covering = trees[0].covering()
    waiting: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
    for mutant in mutants:
        waiting.put(mutant)
    done: queue.SimpleQueue[Result | Exception] = queue.SimpleQueue()
    for tree in trees:
        threading.Thread(target=_work, args=(tree, covering, waiting, done), daemon=True).start()
    results: list[Result] = []
    while len(results) < len(mutants):
        found = done.get()
        if isinstance(found, Exception):
            raise found
        results.append(found)
        _say(f"{len(results)}/{len(mutants)} {found.outcome}: {report.named(found.mutant)}")
    return sorted(results, key=lambda result: (result.mutant.path, result.mutant.begin))


def _work(
    tree: Tree,
    covering: Covering,
    waiting: "queue.SimpleQueue[Mutant]",
    done: "queue.SimpleQueue[Result | Exception]",
) -> None:
    """Try mutants until none is left; what goes wrong is told as a result."""
    try:
        while True:
            done.put(tree.try_out(waiting.get_nowait(), covering))
    except queue.Empty:
        return
    except (BaselineError, OSError) as error:
        done.put(error)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
