"""An import from its first row to its last: rows become batches, batches are settled in the file's order.

Memory holds two batches, whatever the length of the file. Where the run ends does not matter: another one of
the same file makes no second appeal, as the key of a row follows from its content.
"""

import asyncio
import hashlib
import hmac
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bulk.importing.batch_submitter import BatchSubmitter, KeyedAppeal
from bulk.importing.columns import REJECT_COLUMNS, Columns, columns
from bulk.importing.faults import FileFault, RowFault
from bulk.importing.progress import Checkpoint, Counts, Digest, read_checkpoint, write_checkpoint
from bulk.importing.records import Record, opened, records
from bulk.importing.rows import appeal_of, is_blank, problem_fault, reference_spent
from bulk.importing.written_file import WrittenFile
from bulk.intake_client import SubmissionResult, key_of
from bulk.spreadsheet import plain

BATCH_ROWS = 500
BATCH_CHARACTERS = 1024 * 1024
"""Six bytes each in JSON at worst: below what intake takes in one request."""
IN_FLIGHT = 2
CHECKPOINT_SECONDS = 1.0
ACCEPTED_COLUMNS = ("line", "reference", "tracking_number", "received_at", "appeal_id")
_SPENT = "idempotency_key.spent"

Watch = Callable[[Counts, int], None]
"""Called with what was counted, and how many bytes of the file were read."""


@dataclass(frozen=True)
class Paths:
    """The file that is imported, and those that are written beside it."""

    source: Path
    rejects: Path
    accepted: Path | None

    @property
    def checkpoint(self) -> Path:
        """Where another run may go on."""
        return self.rejects.with_name(f"{self.rejects.name}.progress")


@dataclass(frozen=True)
class _Row:
    """A row that is a fault already, or is submitted."""

    record: Record
    reference: str | None = None
    appeal: KeyedAppeal | None = None
    fault: RowFault | None = None


class Import:
    """One run over one file, whose columns mean what its header and `mapping` say.

    Raises:
        FileFault: the file cannot be taken at all.
    """

    def __init__(self, paths: Paths, mapping: dict[str, str], api_key: str) -> None:
        if paths.rejects.resolve() == paths.source.resolve():
            raise FileFault("rejects.same_file", "The rejects would overwrite the file itself.")
        if paths.accepted and paths.accepted.resolve() in (paths.source.resolve(), paths.rejects.resolve()):
            raise FileFault("accepted.same_file", "What was accepted would overwrite another of the files.")
        self._paths = paths
        self._api_key = api_key
        self._file, self._records, self._columns = _begun(paths.source, mapping)
        self._digest = Digest(self._columns.fields)
        self.counts = Counts()
        self.resumed_after = 0
        self._line = 0
        self._saved = 0.0
        resumed = self._resume(read_checkpoint(paths.checkpoint))
        if resumed is None:  # the records were read to compare them: from the beginning again
            self._file.close()
            self._file, self._records, self._columns = _begun(paths.source, mapping)
            self._digest = Digest(self._columns.fields)
        self._rejects, self._accepted = self._opened_files(resumed)

    def _resume(self, checkpoint: Checkpoint | None) -> Checkpoint | None:
        """Pass over what is settled, if it is the same as it was then."""
        if checkpoint is None or not self._files_are_there(checkpoint):
            return None
        for record in self._records if checkpoint.line else ():
            self._digest.add(record)
            if record.last_line >= checkpoint.line:
                break
        if self._digest.value != checkpoint.digest:
            return None
        self.counts, self.resumed_after = checkpoint.counts, checkpoint.line
        self._line = checkpoint.line
        return checkpoint

    def _files_are_there(self, checkpoint: Checkpoint) -> bool:
        written = [path for path in (self._paths.rejects, self._paths.accepted) if path]
        return {path.name for path in written} == checkpoint.sizes.keys() and all(
            path.exists() and path.stat().st_size >= checkpoint.sizes[path.name] for path in written
        )

    def _opened_files(self, resumed: Checkpoint | None) -> tuple[WrittenFile, WrittenFile | None]:
        sizes = resumed.sizes if resumed else {}
        rejects, accepted = self._paths.rejects, self._paths.accepted
        titles = (*REJECT_COLUMNS, *self._columns.titles[self._columns.reject_columns :])
        written = WrittenFile(rejects, titles, sizes.get(rejects.name))
        if accepted is None:
            return written, None
        return written, WrittenFile(accepted, ACCEPTED_COLUMNS, sizes.get(accepted.name))

    async def run(self, submitter: BatchSubmitter, watch: Watch) -> Counts:
        """Import the rows; return the counts over all runs of the file that this one continues.

        Raises:
            TransientError, PermanentError: see `BatchSubmitter.submit`; what is settled stays so.
        """
        under_way: deque[tuple[list[_Row], asyncio.Task[list[SubmissionResult]]]] = deque()
        try:
            for batch in self._batches():
                appeals = [row.appeal for row in batch if row.appeal]
                under_way.append((batch, asyncio.create_task(submitter.submit(appeals))))
                if len(under_way) >= IN_FLIGHT:
                    await self._settle_oldest(under_way, watch)
            while under_way:
                await self._settle_oldest(under_way, watch)
        except BaseException:
            self._save()
            raise
        finally:
            for _, task in under_way:
                task.cancel()
            await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)
            self._close()
        self._end()
        return self.counts

    async def _settle_oldest(
        self, under_way: deque[tuple[list[_Row], "asyncio.Task[list[SubmissionResult]]"]], watch: Watch
    ) -> None:
        batch, task = under_way[0]
        results = iter(await task)
        under_way.popleft()
        for row in batch:
            self._settle(row, next(results) if row.appeal else None)
        if time.monotonic() - self._saved > CHECKPOINT_SECONDS:
            self._save()
        watch(self.counts, self._file.tell())

    def _settle(self, row: _Row, result: SubmissionResult | None) -> None:
        self._digest.add(row.record)
        self._line = row.record.last_line
        problem = result.problem if result else None
        fault = row.fault if problem is None else self._fault_of(row, problem)
        if fault is not None:
            self.counts = self.counts.plus(rejected=1)
            self._reject(row.record, fault)
            return
        known = problem is not None or (result is not None and result.replayed)
        self.counts = self.counts.plus(before=1) if known else self.counts.plus(accepted=1)
        self._note_accepted(row, result)

    def _fault_of(self, row: _Row, problem: Mapping[str, Any]) -> RowFault | None:
        """What intake finds wrong with the row; None where it only says that the row was accepted before."""
        fault = problem_fault(self._columns, problem)
        if fault.code != _SPENT:
            return fault
        # Without a reference the key is the content: what was accepted under it was this row.
        return None if row.reference is None else reference_spent(self._columns)

    def _reject(self, record: Record, fault: RowFault) -> None:
        """Write the row to be corrected: the text of its cells, as the writer marks what needs a mark."""
        own = [plain(cell) for cell in record.cells[self._columns.reject_columns :]]
        cells = own or [record.text.rstrip("\r\n")]
        self._rejects.write((str(record.line), fault.code, fault.remedy, *cells))

    def _note_accepted(self, row: _Row, result: SubmissionResult | None) -> None:
        if self._accepted is not None and result is not None and result.response is not None:
            response = result.response
            cells = (response["tracking_number"], response["received_at"], response["appeal_id"])
            self._accepted.write((str(row.record.line), row.reference or "", *cells))

    def _batches(self) -> Iterator[list[_Row]]:
        batch: list[_Row] = []
        size = 0
        for record in self._records:
            batch.append(self._row(record))
            size += len(record.text)
            if len(batch) == BATCH_ROWS or size > BATCH_CHARACTERS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _row(self, record: Record) -> _Row:
        if record.fault:
            return _Row(record, fault=record.fault)
        try:
            reference, appeal = appeal_of(self._columns, record.cells)
        except RowFault as fault:
            return _Row(record, fault=fault)
        key = key_of(appeal, self._api_key) if reference is None else _key_of(reference, self._api_key)
        return _Row(record, reference, KeyedAppeal(key, appeal))

    def _save(self) -> None:
        written = [file for file in (self._rejects, self._accepted) if file]
        sizes = {file.path.name: file.size() for file in written}
        checkpoint = Checkpoint(self._line, self._digest.value, self.counts, sizes)
        write_checkpoint(self._paths.checkpoint, checkpoint)
        self._saved = time.monotonic()

    def _close(self) -> None:
        self._file.close()
        for file in (self._rejects, self._accepted):
            if file:
                file.close()

    def _end(self) -> None:
        self._paths.checkpoint.unlink(missing_ok=True)
        if not self.counts.rejected:
            self._paths.rejects.unlink()


def _begun(source: Path, mapping: dict[str, str]) -> tuple[BinaryIO, Iterator[Record], Columns]:
    file = opened(source)
    try:
        found = records(file)
        header = next(found, None)
        if header is None or header.fault:
            raise FileFault(
                "header.broken", "The header cannot be read: a quote is not closed, or it is missing."
            )
        rows = (record for record in found if record.fault or not is_blank(record.cells))
        return file, rows, columns(header.cells, mapping)
    except FileFault:
        file.close()
        raise


def _key_of(reference: str, api_key: str) -> str:
    """The idempotency key of a row that the file itself names; keyed, as a reference may be personal."""
    return "reference-" + hmac.new(api_key.encode(), reference.encode(), hashlib.sha256).hexdigest()
