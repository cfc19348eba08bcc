"""Takes the values of an entry in one walk over its elements.

Entries of one bank are alike: which element is which value is worked out once for each sequence of
tags and numbers of children, and kept; the next entry of that shape is read by position.
Spec: ISO 20022 camt.052, .053, .054: ``Ntry`` and ``TxDtls``, versions 02 to 08; where versions
differ (``Sts`` or ``Sts/Cd``, ``Dbtr/Nm`` or ``Dbtr/Pty/Nm``) both are looked at.
"""

from collections.abc import Sequence
from typing import NamedTuple

from acktrail.errors import UnreadableFileError
from acktrail.formats.xml.camt_values import path_of, text_at
from acktrail.formats.xml.hardened import Element

LONGEST_TEXT = 1000
MOST_SHAPES = 512
LARGEST_SHAPE = 300  # elements; what is larger is worked out each time
ABOVE = 3  # elements around an entry

# Values of an entry and of its one detail: the first path that has a text is taken. ``+``: all.
DETAIL = "NtryDtls/TxDtls/"
ENTRY_PATHS: dict[str, tuple[str, ...]] = {
    "amount": ("Amt",),
    "sign": ("CdtDbtInd",),
    "status": ("Sts/Cd", "Sts"),
    "reversal": ("RvslInd",),
    "booked": ("BookgDt/Dt", "BookgDt/DtTm"),
    "value": ("ValDt/Dt", "ValDt/DtTm"),
    "bank_ref": ("AcctSvcrRef", "NtryRef"),
    "unique_ref": ("AcctSvcrRef",),
    "domain": ("BkTxCd/Domn/Cd",),
    "family": ("BkTxCd/Domn/Fmly/Cd",),
    "subfamily": ("BkTxCd/Domn/Fmly/SubFmlyCd",),
    "proprietary": ("BkTxCd/Prtry/Cd",),
    "information": ("AddtlNtryInf",),
}
DETAIL_PATHS: dict[str, tuple[str, ...]] = {
    "end_to_end": ("Refs/EndToEndId",),
    "uetr": ("Refs/UETR",),
    "mandate": ("Refs/MndtId",),
    "transaction_id": ("Refs/TxId",),
    "debtor": ("RltdPties/Dbtr/Pty/Nm", "RltdPties/Dbtr/Nm", "RltdPties/UltmtDbtr/Nm"),
    "creditor": ("RltdPties/Cdtr/Pty/Nm", "RltdPties/Cdtr/Nm", "RltdPties/UltmtCdtr/Nm"),
    "debtor_account": ("RltdPties/DbtrAcct/Id/IBAN", "RltdPties/DbtrAcct/Id/Othr/Id"),
    "creditor_account": ("RltdPties/CdtrAcct/Id/IBAN", "RltdPties/CdtrAcct/Id/Othr/Id"),
    "detail_information": ("AddtlTxInf",),
}
REPEATED: dict[str, tuple[str, ...]] = {
    "unstructured": ("RmtInf/Ustrd",),
    "structured": ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb"),
    "additional": ("RmtInf/Strd/AddtlRmtInf",),
}
SINGLE = {**ENTRY_PATHS, **{n: tuple(DETAIL + p for p in ps) for n, ps in DETAIL_PATHS.items()}}
SEVERAL = {name: tuple(DETAIL + path for path in paths) for name, paths in REPEATED.items()}


class Shape(NamedTuple):
    """Where the values of entries of one shape are: positions in document order."""

    single: tuple[tuple[str, tuple[int, ...]], ...]
    several: tuple[tuple[str, tuple[int, ...]], ...]
    amount: int  # of ``Amt``; -1: none
    batch: bool  # says or holds more than one detail


class EntryValues(NamedTuple):
    """What an entry says, as text; what is not sent is left out."""

    texts: dict[str, str]
    several: dict[str, tuple[str, ...]]
    currency: str
    batch: bool


def read_detail(space: str, detail: Element) -> EntryValues:
    """Return the values of one ``TxDtls`` of several, looked up by path."""
    texts = {
        name: found
        for name, paths in DETAIL_PATHS.items()
        if (found := next(filter(None, (text_at(space, detail, path) for path in paths)), ""))
    }
    several = {
        name: tuple(
            filter(
                None,
                (
                    text_at(space, one)
                    for path in paths
                    for one in detail.findall(path_of(space, path))
                ),
            )
        )
        for name, paths in REPEATED.items()
    }
    return EntryValues(texts, several, "", batch=False)


class Shapes:
    """Reads entries; keeps what it knows of their shapes."""

    def __init__(self, space: str, depth: int) -> None:
        """``space`` is the namespace in braces, ``depth`` the most elements in each other."""
        self._space, self._depth = space, depth
        self._known: dict[tuple[tuple[str, ...], tuple[int, ...]], Shape] = {}

    def read(self, entry: Element) -> EntryValues:
        """Return the values of a complete ``Ntry``.

        Raises:
            UnreadableFileError: It is deeper than allowed.
        """
        nodes = list(entry.iter())
        shape = self._shape(entry, nodes)
        texts: dict[str, str] = {}
        for name, places in shape.single:
            for at in places:
                text = nodes[at].text
                text = text.strip()[:LONGEST_TEXT] if text else ""
                if text:
                    texts[name] = text
                    break
        several = {
            name: tuple(filter(None, ((nodes[at].text or "").strip() for at in places)))
            for name, places in shape.several
        }
        currency = nodes[shape.amount].get("Ccy", "") if shape.amount >= 0 else ""
        return EntryValues(texts, several, currency, shape.batch)

    def _shape(self, entry: Element, nodes: Sequence[Element]) -> Shape:
        if len(nodes) > LARGEST_SHAPE:
            return self._work_out(entry)
        key = (tuple([one.tag for one in nodes]), tuple(map(len, nodes)))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST_SHAPES:
                self._known.clear()
            found = self._known[key] = self._work_out(entry)
        return found

    def _work_out(self, entry: Element) -> Shape:
        places: dict[str, list[int]] = {}
        for at, path in enumerate(self._paths(entry, "", 0)):
            places.setdefault(path, []).append(at)
        single = {
            name: tuple(places[path][0] for path in paths if path in places)
            for name, paths in SINGLE.items()
        }
        several = {
            name: tuple(at for path in paths for at in places.get(path, ()))
            for name, paths in SEVERAL.items()
        }
        details = len(places.get("NtryDtls", ())), len(places.get("NtryDtls/TxDtls", ()))
        return Shape(
            tuple((name, found) for name, found in single.items() if found),
            tuple((name, found) for name, found in several.items() if found),
            places["Amt"][0] if "Amt" in places else -1,
            max(details) > 1 or "NtryDtls/Btch" in places,
        )

    def _paths(self, element: Element, path: str, depth: int) -> list[str]:
        """Return the paths below an entry in document order; the entry's own is empty."""
        if depth + ABOVE > self._depth:
            msg = f"XML deeper than {self._depth} elements"
            raise UnreadableFileError(msg, code="xml.depth")
        found = [path]
        for child in element:
            name = child.tag
            name = name.removeprefix(self._space) if name.startswith(self._space) else "?"
            found += self._paths(child, f"{path}/{name}" if path else name, depth + 1)
        return found
