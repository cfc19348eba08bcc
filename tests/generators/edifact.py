"""Synthetic EDIFACT: ORDERS and INVOIC D.96A, right unless a knob says otherwise. Deterministic."""

from collections.abc import Sequence
from dataclasses import dataclass

CHUNK = 256 * 1024


@dataclass(frozen=True)
class Knobs:
    """What an interchange looks like. Counts and references of ``None`` are right."""

    control: str = "IC77"
    sender: str = "SUPPLIER:14"
    receiver: str = "HOSP:14"
    syntax: str = "UNOC:3"
    una: str = ""
    request: str = ""  # 0031
    test: str = ""  # 0035
    group: str = ""  # 0048; empty: no UNG
    unz_count: str | None = None
    unz_reference: str | None = None
    une_count: str | None = None
    une_reference: str | None = None
    newline: str = ""  # behind each segment
    width: int = 0  # of lines; 0: not wrapped


def orders(reference: str = "1", lines: int = 2, text: str = "Sterile Gauze") -> list[str]:
    """Return the segments of a purchase order; ``text`` is put in as it is."""
    segments = [
        f"UNH+{reference}+ORDERS:D:96A:UN",
        f"BGM+220+PO{reference}+9",
        "DTM+137:20260315:102",
        f"FTX+AAI+++{text}",
        "NAD+BY+4000001000005::9",
        "NAD+SU+4000002000004::9",
        "CUX+2:EUR:9",
    ]
    for line in range(1, lines + 1):
        segments += [
            f"LIN+{line}++4000000{line:06d}:EN",
            f"IMD+F++:::{text}",
            f"QTY+21:{line * 10}:PCE",
            f"PRI+AAA:{line}.25",
        ]
    segments += ["UNS+S", f"CNT+2:{lines}"]
    return [*segments, f"UNT+{len(segments) + 1}+{reference}"]


def invoic(reference: str = "1", lines: int = 2, text: str = "Sterile Gauze") -> list[str]:
    """Return the segments of an invoice whose totals add up."""
    segments = [
        f"UNH+{reference}+INVOIC:D:96A:UN:EAN008",
        f"BGM+380+INV{reference}+9",
        "DTM+137:20260315:102",
        "RFF+ON:PO1",
        "NAD+SU+4000002000004::9",
        "NAD+BY+4000001000005::9",
        "CUX+2:EUR:4",
    ]
    for line in range(1, lines + 1):
        segments += [
            f"LIN+{line}++4000000{line:06d}:EN",
            f"IMD+F++:::{text}",
            "QTY+47:10:PCE",
            "MOA+203:25.00",
            "PRI+AAA:2.50",
        ]
    segments += ["UNS+S", f"MOA+79:{lines * 25}.00"]
    return [*segments, f"UNT+{len(segments) + 1}+{reference}"]


def interchange(messages: Sequence[Sequence[str]], knobs: Knobs | None = None) -> bytes:
    """Return one interchange; segments are written with ``+ : ? '`` and changed to the UNA's."""
    has = knobs or Knobs()
    day = "20260315" if has.syntax.split(":")[1] == "4" else "260315"
    unb = f"UNB+{has.syntax}+{has.sender}+{has.receiver}+{day}:1230+{has.control}"
    lines = [f"{unb}++++{has.request}++{has.test}".rstrip("+")]
    if has.group:
        parties = f"{has.sender}+{has.receiver}"
        lines.append(f"UNG+ORDERS+{parties}+{day}:1230+{has.group}+UN+D:96A")
    for message in messages:
        lines += message
    if has.group:
        count = len(messages) if has.une_count is None else has.une_count
        lines.append(f"UNE+{count}+{has.group if has.une_reference is None else has.une_reference}")
    count = (1 if has.group else len(messages)) if has.unz_count is None else has.unz_count
    lines.append(f"UNZ+{count}+{has.control if has.unz_reference is None else has.unz_reference}")
    text = "".join(f"{line}'{has.newline}" for line in lines)
    if has.una:
        new = (has.una[0], has.una[1], has.una[3], has.una[5])
        text = f"UNA{has.una}" + text.translate(str.maketrans(":+?'", "".join(new)))
    if has.width:
        pieces = [text[at : at + has.width] for at in range(0, len(text), has.width)]
        text = "\n".join(pieces) + "\n"
    return text.encode("latin-1")


def order_file(megabytes: float, lines: int = 40) -> bytes:
    """Return one interchange of orders of about that size."""
    messages: list[list[str]] = []
    size = 0
    while size < megabytes * 1_000_000:
        messages.append(orders(f"ME{len(messages):08d}", lines))
        size += sum(map(len, messages[-1])) + len(messages[-1])
    return interchange(messages)
