"""HL7: read, check and answer, against taking the text apart, and against four libraries.

``python -m bench.hl7`` prints one table; with ``--memory`` it also takes batches of 10 and 100 MiB,
with ``--hostile`` the files that are made to hurt (``bench/hl7_files.py``).
"""

import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import hl7 as python_hl7  # type: ignore[import-untyped]
import hl7kit
import hl7types
from hl7apy.parser import parse_message  # type: ignore[import-untyped]

from acktrail.model import Answering, ReadResult
from acktrail.ports import Event, MessageStart
from bench.hl7_files import hostile, large
from bench.measure import Row, ratio, table
from bench.reading import charges_of
from tests.generators import hl7

Lines = list[str]
SAMPLES: dict[str, tuple[Callable[[int], Lines], int]] = {  # and how many of them make a batch
    "ADT^A01": (hl7.admission, 400),
    "DFT, 5 FT1": (lambda number: hl7.dft(number, lines=5), 300),
    "ORU, 500 OBX": (lambda number: hl7.oru(number, lines=500), 10),
}
SMALL = ("DFT, 5 FT1",)  # for the libraries that take seconds for the others


def rows() -> Iterator[Row]:
    """Yield every comparison."""
    for name, (make, count) in SAMPLES.items():
        messages = [make(number) for number in range(count)]
        texts = ["\r".join(lines) + "\r" for lines in messages]
        work = _answered(hl7.batch(messages))
        yield ratio(f"{name}: read, check, answer", work, "str.split", _split(texts), bar=10)
        yield from _against(name, texts, work)
    yield _invalid()
    yield _mapped()


def _against(name: str, texts: list[str], work: Callable[[], object]) -> Iterator[Row]:
    what = f"{name}: read, check, answer"
    few = texts[: max(1, len(texts) // 20)]
    share = _answered(hl7.batch([text.rstrip("\r").split("\r") for text in few]))
    if name in SMALL:
        yield ratio(what, share, "hl7apy: parse, validate", _hl7apy(few), bar=1 / 300, rounds=3)
    yield ratio(what, share, "hl7types: decode", _each(few, hl7types.decode_er7), rounds=3)
    yield ratio(what, work, "python-hl7: parse, ack", _each(texts, _python_hl7), bar=1 / 15)
    yield ratio(what, work, "hl7kit (Rust): parse", _each(texts, hl7kit.parse), bar=1.5)


def _answered(body: bytes) -> Callable[[], object]:
    """Return the work, after a look that all of it is accepted."""

    def work() -> object:
        result = _read(body)
        numbers = hl7.FORMAT.numbers_needed(result, Answering(hl7.AT))
        answers = hl7.FORMAT.acknowledge(result, Answering(hl7.AT, tuple(range(1, numbers + 1))))
        return result, answers

    verdicts = {message.verdict.value for message in hl7.messages(hl7.read(body))}
    if verdicts != {"accepted"}:
        msg = "the messages of this measurement are not accepted"
        raise RuntimeError(msg)
    return work


def _read(body: bytes) -> ReadResult:
    """Read a file as the pipeline reads what no map is for."""
    reader, ends = hl7.FORMAT.reader({}), list[Event]()
    for event in chain(reader.feed(body), reader.close()):
        if isinstance(event, MessageStart):
            reader.listen(_deaf)
        else:
            ends.append(event)
    return hl7.fold(iter(ends))


def _deaf(_loop: str, _tag: str) -> None:
    """Take no segment."""


def _invalid() -> Row:
    """Compare a line with a date that is none with a right one."""
    right = [hl7.dft(number, lines=40) for number in range(30)]
    wrong = [[_spoilt(line) for line in lines] for lines in right]
    bodies = hl7.batch(wrong), hl7.batch(right)
    return ratio(
        "DFT, a fault in every FT1: read and check",
        lambda: _read(bodies[0]),
        "the same without",
        lambda: _read(bodies[1]),
        bar=5,
    )


def _spoilt(line: str) -> str:
    return line.replace("|20260102|", "|2026-01-02|")


def _mapped() -> Row:
    """Compare the whole way of a charge with a split."""
    way, texts = charges_of(300, lines=5)
    return ratio("DFT, 5 FT1: to documents", way.walk, "str.split", _split(texts), bar=25)


def _split(texts: Sequence[str]) -> Callable[[], object]:
    """Split each message as whole lists of fields, and let go of them."""

    def work() -> None:
        for text in texts:
            _ = [line.split("|") for line in text.split("\r")]

    return work


def _each(texts: Sequence[str], parse: Callable[[str], object]) -> Callable[[], object]:
    def work() -> None:
        for text in texts:
            parse(text)

    return work


def _python_hl7(text: str) -> object:
    return python_hl7.parse(text).create_ack()


def _hl7apy(texts: Sequence[str]) -> Callable[[], object]:
    def work() -> None:
        for text in texts:
            parse_message(text, find_groups=True).validate()

    return work


def main() -> int:
    """Print the table."""
    warnings.simplefilter("ignore")
    logging.getLogger("hl7").setLevel(logging.CRITICAL + 1)  # it would log values
    found = list(rows())
    print(table(found))
    kept = all(row.kept for row in found)
    if "--memory" in sys.argv:
        print("\n".join(large()))
    if "--hostile" in sys.argv:
        for line, linear in hostile():
            print(line)
            kept &= linear
    return 0 if kept else 3


if __name__ == "__main__":
    sys.exit(main())
