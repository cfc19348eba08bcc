"""The way from bytes to documents and answers, against something that only takes bytes apart."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from pydifact.segmentcollection import Interchange

from acktrail.app.home import CHECKOUT, parser_files
from acktrail.app.registry import built_in
from acktrail.model import Answering, ReadResult
from acktrail.pipeline.read import read_and_translate
from acktrail.profiles.partner import Flow, PartnerProfile, read_profile
from acktrail.translate.choose import Translators
from bench.measure import Row, ratio
from tests.generators import edifact, hl7, tabular, x12

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CHUNK_BYTES = 256 * 1024
CLAIMS = 2000
MESSAGES = 1000
INVOICES = 2500
FILES = parser_files()
FORMATS = built_in(FILES)
TRANSLATORS = Translators(FILES)


class Way(NamedTuple):
    """A partner's flow and a file of it."""

    profile: PartnerProfile
    flow: Flow
    body: bytes

    def read(self) -> int:
        """Read and check the file; return the number of events."""
        reader = FORMATS.get(self.flow.format).reader(self.profile.options(self.flow))
        taken = sum(1 for chunk in _chunks(self.body) for _ in reader.feed(chunk))
        return taken + sum(1 for _ in reader.close())

    def walk(self) -> ReadResult:
        """Read, check and translate the file, and build its answers."""
        format_ = FORMATS.get(self.flow.format)
        options = self.profile.options(self.flow)
        translate = self.profile.translate.model_dump(exclude_none=True, exclude_unset=True)
        kept: list[bytes] = []

        def keep(document: bytes) -> int:
            kept.append(document)
            return len(kept)

        done = read_and_translate(
            format_.name,
            format_.reader(options),
            _chunks(self.body),
            lambda head: TRANSLATORS.find(head, translate | options),
            keep,
        )
        answering = Answering(AT, options=self.profile.acknowledge.plain())
        numbers = tuple(range(1, format_.numbers_needed(done.result, answering) + 1))
        format_.acknowledge(done.result, Answering(AT, numbers, answering.options))
        return done.result


def rows() -> Iterator[Row]:
    """Yield the comparisons of all families: reading alone, then the whole way."""
    remittance, orders, invoices = _remittance(), orders_way(), invoices_way()
    charges, _texts = charges_of(MESSAGES, lines=4)
    yield from _pair(
        "X12 835", remittance, "bytes.split", split_plainly(remittance.body, b"~", b"*"), 12
    )
    yield from _pair(
        "HL7 DFT", charges, "bytes.split", split_plainly(charges.body, b"\r", b"|"), 10
    )
    text = orders.body.decode("latin-1")
    yield from _pair(
        "EDIFACT ORDERS", orders, "pydifact's parse", lambda: parse_pydifact(text), 1 / 5
    )
    lines = invoices.body.decode()
    read, documents = "CSV invoices: read and check", "CSV invoices: to documents and answers"
    yield ratio(read, invoices.read, "csv.reader", lambda: read_csv(lines), bar=4)
    yield ratio(documents, checked(invoices), "csv.reader", lambda: read_csv(lines))


def _pair(name: str, way: Way, against: str, plain: Callable[[], object], bar: float) -> list[Row]:
    return [
        ratio(f"{name}: read and check", way.read, against, plain),
        ratio(f"{name}: to documents and answers", checked(way), against, plain, bar=bar),
    ]


def checked(way: Way) -> Callable[[], object]:
    """Return the work, after a look that the file is accepted: a refusal would be quick."""
    result = way.walk()
    if not result.usable or result.verdict != "accepted" or not sum(result.documents.values()):
        msg = f"{way.profile.id}: the file of this measurement is not accepted"
        raise RuntimeError(msg)
    return way.walk


def _way(partner: str, flow: str, body: bytes) -> Way:
    path = CHECKOUT / "partners" / partner / "1.toml"
    profile = read_profile(path.read_bytes())
    return Way(profile, next(one for one in profile.flow if one.name == flow), body)


def _remittance() -> Way:
    claims = [x12.Claim(f"PCN{n:06d}", "1", x12.TWO_CLAIMS[0].lines) for n in range(CLAIMS)]
    envelope = x12.Envelope(sender="RELAY", receiver="SAMPLECLINIC", usage="P")
    body = x12.interchange(x12.payments(x12.remittance("0001", claims)), envelope=envelope)
    return _way("clearing-relay", "interchanges", body)


def charges_of(count: int, lines: int) -> tuple[Way, list[str]]:
    """Return a batch of charges of the hospital, and the texts of its messages."""
    messages = [hl7.dft(number, lines=lines) for number in range(count)]
    body = hl7.batch(messages)
    for name in (b"|BILL^2.999.2^ISO|HOSP|", b"|BILL|HOSP|"):
        body = body.replace(name, b"|OLDBILL|SAMPLEHOSP|")
    texts = ["\r".join(message) + "\r" for message in messages]
    return _way("hospital-oldbill", "batches", body), texts


def orders_way() -> Way:
    """Return the supplier's EDIFACT orders: 200 messages of 20 lines."""
    knobs = edifact.Knobs(sender="4000001000005:14", receiver="4000001000012:14")
    messages = [edifact.orders(f"M{n:06d}", 20) for n in range(200)]
    return _way("supplier-eurobandage", "messages", edifact.interchange(messages, knobs))


def invoices_way() -> Way:
    """Return the supplier's CSV invoices, four lines each."""
    return _way("supplier-csvmart", "invoices", tabular.invoices(INVOICES, lines=4))


def split_plainly(body: bytes, segment: bytes, element: bytes) -> Callable[[], object]:
    """Split everything and keep nothing, as a streaming reader does."""
    return lambda: sum(len(one.split(element)) for one in body.split(segment))


def parse_pydifact(text: str) -> int:
    """Parse with pydifact and count the segments."""
    return sum(len(message.segments) for message in Interchange.from_str(text).get_messages())


def read_csv(text: str) -> int:
    """Read the rows with the standard library and count them."""
    return sum(1 for _ in csv.reader(io.StringIO(text), delimiter=";"))


def _chunks(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), CHUNK_BYTES):
        yield body[at : at + CHUNK_BYTES]
