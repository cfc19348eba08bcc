"""What independent readers say of an X12 file: pyx12 and x12sdk, in words that can be compared."""

import json
import logging
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pyx12.x12n_document  # type: ignore[import-untyped] # has no marker
from pyx12.errors import EngineError  # type: ignore[import-untyped]
from pyx12.params import params  # type: ignore[import-untyped]
from x12sdk.io import X12ModelReader  # type: ignore[import-untyped,unused-ignore]

# pyx12 logs every bad value; its child loggers ignore ``disabled``
logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
ACCEPTED, REJECTED = "accepted", "rejected"


class Judged(NamedTuple):
    """One transaction set as a reader judged it; codes are those of IK502, IK304 and IK403."""

    accepted: bool
    set_codes: frozenset[str] = frozenset()
    segments: frozenset[tuple[int, str]] = frozenset()  # position of the segment, code
    elements: frozenset[tuple[int, str, str]] = frozenset()  # position, address, code


def by_pyx12(data: bytes) -> list[Judged]:
    """Return what pyx12 says of each set.

    Raises:
        Exception: Whatever its crash is.
    """
    told = StringIO()
    text = StringIO(data.decode("latin-1"), newline="")
    pyx12.x12n_document.x12n_document(params(), text, None, None, None, told)
    return [
        _judged(one)
        for interchange in json.loads(told.getvalue())["interchanges"]
        for group in interchange["groups"]
        for one in group["transactions"]
    ]


def _judged(one: dict[str, object]) -> Judged:
    segments: set[tuple[int, str]] = set()
    elements: set[tuple[int, str, str]] = set()
    for segment in one["segments"]:  # type: ignore[attr-defined]
        at = segment["seg_count"]
        segments |= {(at, error["err_cde"]) for error in segment["errors"]}
        for element in segment["elements"]:
            part = f"-{element['subele_pos']}" if element["subele_pos"] else ""
            where = f"{segment['seg_id']}{element['ele_pos']:02}{part}"
            elements |= {(at, where, error["err_cde"]) for error in element["errors"]}
    codes = frozenset(error["err_cde"] for error in one["errors"])  # type: ignore[attr-defined]
    accepted = one["ack_code"] == "A"
    return Judged(accepted, codes, frozenset(segments), frozenset(elements))


def verdict_of_pyx12(data: bytes) -> str:
    """Return accepted, rejected, or the name of its exception."""
    try:
        told = StringIO()
        text = StringIO(data.decode("latin-1"), newline="")
        valid = pyx12.x12n_document.x12n_document(params(), text, None, None, None, told)
    except (EngineError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        return type(error).__name__
    return ACCEPTED if valid else REJECTED


def verdict_of_x12sdk(path: Path) -> str:
    """Return accepted, rejected (its models refuse it), or the name of its exception."""
    try:
        with X12ModelReader(str(path)) as reader:
            read = sum(1 for _ in reader.models())
    except (KeyError, UnboundLocalError, AttributeError, IndexError, TypeError) as error:
        return type(error).__name__
    except ValueError:  # pydantic's
        return REJECTED
    return ACCEPTED if read else REJECTED


ERRATA = ((b"005010X222A2", b"005010X222A1"), (b"005010X223A3", b"005010X223A2"))
RELEASE_AT, REPETITION_AT = slice(84, 89), 82


def as_pyx12_names_it(data: bytes) -> bytes:
    """Return a file under the names by which pyx12 finds its maps.

    It chooses them by ISA12 too, and knows one errata name of each guide.
    """
    for theirs, known in ERRATA:
        data = data.replace(theirs, known)
    if b"004010X" in data and data[RELEASE_AT] != b"00401":
        written = bytearray(data)
        written[RELEASE_AT] = b"00401"
        written[REPETITION_AT : REPETITION_AT + 1] = b"U"
        data = bytes(written)
    return data
