import json
from pathlib import Path

from simulators.journal import Journal


def test_a_journal_continues_after_a_cut_line(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    journal = Journal(path)
    journal.append({"text": "salam"})
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"id": 2, "te')
    reopened = Journal(path)
    assert reopened.append({"text": "sağ ol"}) == {"id": 2, "text": "sağ ol"}
    reopened.close()
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == [1, 2]
    assert reopened.since(1) == [{"id": 2, "text": "sağ ol"}]
