"""Mixed files of several partners, and what each of them must come to. Same seed, same bytes."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.endtoend.house import House
from tests.generators import edifact, hl7, tabular, x12

Answer = tuple[str, str, str]  # partner, kind, control number or name that it is for


class File(NamedTuple):
    """One file, the record of ours that it makes in Odoo and its answers."""

    partner: str
    name: str
    body: bytes
    record: str  # start of the record's external id; empty: none
    answers: tuple[Answer, ...]


def order(number: int) -> File:
    """Return a purchase order in EDIFACT."""
    partner, control = "supplier-eurobandage", f"IC{number:06d}"
    knobs = edifact.Knobs(control=control, sender="4000001000005:14", receiver="4000001000012:14")
    body = edifact.interchange([edifact.orders(f"R{number:06d}")], knobs)
    answers = ((partner, "CONTRL", control),)
    return File(partner, f"order-{number:06d}.edi", body, f"{partner}.order", answers)


def person(number: int) -> File:
    """Return a patient's contact data in HL7, on the real-time lane."""
    partner = "lab-clearwater"
    body = hl7.written(hl7.adt(number)).replace(b"|BILL^2.999.2^ISO|HOSP|", b"|LIS|CLEARWATER|")
    body = body.replace(b"^^^HOSP^MR", b"^^^CLEARWATER^MR")
    answers = ((partner, "ACK", f"ADT{number:06d}"),)
    return File(partner, f"person-{number:06d}.hl7", body, f"{partner}.person", answers)


def charge(number: int) -> File:
    """Return a visit's charges in HL7."""
    partner = "hospital-oldbill"
    body = hl7.written(hl7.dft(number)).replace(b"|BILL^2.999.2^ISO|HOSP|", b"|OLDBILL|SAMPLEHOSP|")
    body = body.replace(b"|PAY001|", b"|NORTHWIND|")  # whom the profile knows
    answers = ((partner, "ACK", f"DFT{number:06d}"),)
    return File(partner, f"charge-{number:06d}.hl7", body, f"{partner}.charge", answers)


def invoice(number: int) -> File:
    """Return an invoice as rows."""
    partner, name = "supplier-csvmart", f"invoice-{number:06d}.csv"
    rows = tabular.invoice_rows(f"INV{number:06d}")
    for row in rows:  # without tax, which takes a set-up at the Odoo side
        net = row[-3]
        row[-5:] = ["0", "E", net, "0.00", net]
    body = tabular.csv_file(tabular.INVOICE, rows).replace(b"EUR", b"USD")
    return File(partner, name, body, f"{partner}.invoice", ((partner, "RECEIPT", name),))


def remittance(number: int) -> File:
    """Return a payer's remittance in X12, answered by TA1 and 999."""
    partner, control = "clearing-relay", f"{number:09d}"
    envelope = x12.Envelope(control, "RELAY", "SAMPLECLINIC", usage="P", request="1")
    payment = x12.remittance(f"{number:04d}", trace=f"TRACE{number:06d}")
    body = x12.interchange(x12.payments(payment, control=str(number)), envelope=envelope)
    answers = ((partner, "TA1", control), (partner, "999", str(number)))
    return File(partner, f"remit-{number:06d}.edi", body, f"{partner}.remittance", answers)


def purchase(number: int) -> File:
    """Return a purchase order in X12, posted in order on the real-time lane, answered by 997."""
    partner, control = "distributor-medico", f"{number:09d}"
    envelope = x12.Envelope(control, "060000000", "060000001", "01", "P", release="00401")
    wanted = x12.order(f"{number:04d}", number=f"PO{number:06d}")
    body = x12.interchange(x12.orders(wanted, control=str(number)), envelope=envelope)
    answers = ((partner, "997", str(number)),)
    return File(partner, f"purchase-{number:06d}.edi", body, f"{partner}.order", answers)


KINDS: tuple[Callable[[int], File], ...] = (order, person, charge, invoice, remittance, purchase)


def mixed(count: int, first: int = 1) -> list[File]:
    """Return ``count`` files, the kinds in turn."""
    return [KINDS[number % len(KINDS)](number) for number in range(first, first + count)]


SUBJECTS = {
    "CONTRL": re.compile(rb"UCI\+([A-Z0-9]+)\+"),
    "ACK": re.compile(rb"MSA\|A[A-Z]\|([A-Z0-9]+)"),
    "RECEIPT": re.compile(rb"H;([^;]+);"),
    "TA1": re.compile(rb"TA1\*([0-9]+)\*"),
    "999": re.compile(rb"AK1\*[A-Z]+\*([0-9]+)"),
    "997": re.compile(rb"AK1\*[A-Z]+\*([0-9]+)"),
}


def answered(house: House, partners: Iterable[str]) -> Counter[Answer]:
    """Read every answer that lies in the pick-up folders: for what it is, and how often."""
    return Counter(
        (partner, *answer)
        for partner in partners
        for answer in read_answers(house.answers(partner)).elements()
    )


def read_answers(files: Mapping[str, bytes]) -> Counter[tuple[str, str]]:
    """Return of each answer its kind and the control number or name that it is for."""
    return Counter(found for name, body in files.items() for found in _read_answer(name, body))


def _read_answer(name: str, body: bytes) -> Iterator[tuple[str, str]]:
    kind = "RECEIPT" if name.endswith(".ack.csv") else name.partition("_")[0]
    found = SUBJECTS[kind].findall(body)
    assert found, f"{name} names nothing that it is for"
    for subject in found:
        yield kind, subject.decode()


def expected_answers(files: Iterable[File]) -> Counter[Answer]:
    """Return each answer that is due, once."""
    return Counter({answer for file in files for answer in file.answers})


def posted(records: Iterable[dict[str, Any]]) -> Counter[str]:
    """Count an Odoo's records of documents by partner and kind of document."""
    kinds = (re.match(r"acktrail_(.+)\.([a-z_]+)_[0-9a-f]{32}$", one["xid"]) for one in records)
    known = {"order", "invoice", "charge", "person", "remittance"}
    return Counter(
        f"{found[1].replace('_', '-')}.{found[2]}" for found in kinds if found and found[2] in known
    )


def expected_records(files: Iterable[File]) -> Counter[str]:
    """Count the records that the files must make."""
    return Counter(file.record for file in files if file.record)
