"""The service lines of an 837 (loops 2400 to 2430), the same for all three kinds but SV1 to SV3."""

from itertools import pairwise
from typing import cast

from acktrail import ports
from acktrail.documents.parts import Code, Party, Quantity, Reference
from acktrail.ports import Segment
from acktrail.translate.building import MAX_EXT
from acktrail.translate.claim_codes import LINE_CONTROL, PROVIDERS, REFERENCES, SERVICE, TYPES
from acktrail.translate.claim_parts import OpenAdjudication, OpenClaim, OpenLine
from acktrail.translate.health import FRAMING, PADDING, QUALIFIED, HealthTranslator, Hide, Raw, Take

LINE_PROVIDER_LOOPS = ("2420A", "2420B", "2420C", "2420D", "2420E", "2420F")
LINE = "LX"
OPENERS = frozenset({"HL", "CLM"})  # what stands behind one of these is read in one go
SERVICES = {"SV1": 1, "SV2": 2}  # element of the procedure
SV_SENT, REF_SENT, DTP_SENT = 6, 3, 4  # tag and elements that are read
DRUG_LISTS = {"N4": "NDC"}


class LineTranslator(HealthTranslator):
    """What a claim is told about its lines."""

    _claim: OpenClaim | None
    _line: OpenLine | None
    _type: str

    def __init__(self, hide: Hide | None) -> None:
        """Start with nothing; see ``HealthTranslator``."""
        self._held: list[Raw] = []
        self._hold = self._held.append
        super().__init__(hide)

    def _begin_lines(self) -> None:
        self._type = ""
        self._claim = None
        self._line = None
        self._held.clear()

    def _line_takes(self) -> dict[str, Take]:
        return {
            "2400SV1": self._service,
            "2400SV2": self._service,
            "2400SV3": self._sv3,
            "2400DTP": self._line_dtp,
            "2400REF": self._line_ref,
            "2400AMT": self._line_amt,
            "2410LIN": self._lin,
            "2410CTP": self._ctp,
            **{f"{loop}NM1": self._line_party for loop in LINE_PROVIDER_LOOPS},
            "2430SVD": self._svd,
            "2430CAS": self._line_cas,
            "2430DTP": self._svd_dtp,
            "2430AMT": self._svd_amt,
        }

    def _of_role(self, role: str, segment: Segment, sent: list[str]) -> list[Party]:
        """Return the party that an NM1 names by number; who has none is named in ``ext``."""
        ids = self._named(segment, sent)
        if not ids:
            self._pass_over(segment, sent)
        return [Party(role, ids)] if ids else []

    def taker(self, loop: str, tag: str) -> ports.Take | None:
        """Return what takes the segments of one place: they are held up to the next opener."""
        if not loop or tag in OPENERS or tag in FRAMING:
            return super().taker(loop, tag)
        return cast("ports.Take", self._hold)

    def _settle(self) -> None:
        """Read what is held: what stands in front of the first line, then each line."""
        if not self._held:
            return
        held = self._held[:]
        self._held.clear()
        starts = [at for at, one in enumerate(held) if one.elements[0] == LINE]
        self._read(held[: starts[0]] if starts else held)
        for start, stop in pairwise((*starts, len(held))):
            self._read_line(held[start], held[start + 1 : stop])

    def _read(self, segments: list[Raw]) -> None:
        """Do what the rules say, by loop and segment id."""
        rule = self._take.get
        for segment in segments:
            sent = segment.elements
            take = rule(segment.loop + sent[0])
            if take is not None:
                take(segment, sent + PADDING)
            elif sent[0] in QUALIFIED or len(self._ext) >= MAX_EXT:
                self._pass_over(segment, sent)
            else:
                self._ext[f"{segment.loop}/{sent[0]}"] = ""

    def _read_line(self, first: Raw, others: list[Raw]) -> None:
        """Read a line; what nearly all lines hold is not handed on."""
        line = self._line = OpenLine((first.elements + PADDING)[1])
        for segment in others:
            sent = segment.elements
            tag, count = sent[0], len(sent)
            if tag in SERVICES and count >= SV_SENT:
                self._sv(line, segment, sent)
            elif tag == "REF" and count == REF_SENT and sent[1] == LINE_CONTROL:
                line.control = sent[2].strip()
            elif tag == "DTP" and count == DTP_SENT and sent[1] == SERVICE:
                line.on = self._periods.get(sent[3]) or self._dtp(segment, sent)
            else:
                self._read([segment])
        self._line = None
        if self._claim is not None:
            if line.charge is None:
                self._required(None, "LX01")
            else:
                self._claim.lines.append(line.close(line.charge))

    def _service(self, segment: Segment, sent: list[str]) -> None:
        if self._line is not None:
            self._sv(self._line, segment, sent)

    def _sv(self, line: OpenLine, segment: Segment, sent: list[str]) -> None:
        """Take SV1 or, one element further on, SV2: procedure, charge, unit, quantity."""
        tag = sent[0]
        element, self._type = SERVICES[tag], TYPES[tag]
        code, charge, unit, units = sent[element : element + 4]
        line.procedure = self._procedures.get(code) or self._procedure(segment, element, sent)
        line.charge = self._amounts.get(charge) or self._money(segment, element + 1, charge)
        line.unit = unit
        line.units = self._numbers.get(units) or self._number(segment, element + 3, units)
        if element == 1:
            line.place = sent[5]
        else:
            line.revenue = sent[1].strip()

    def _sv3(self, segment: Segment, sent: list[str]) -> None:
        line, self._type = self._line, TYPES["SV3"]
        if line is not None:
            line.procedure = self._procedure(segment, 1, sent)
            line.charge = self._money(segment, 2, sent[2])
            line.place = sent[3]
            line.unit = "UN"  # SV306 counts procedures
            line.units = self._number(segment, 6, sent[6])

    def _line_dtp(self, segment: Segment, sent: list[str]) -> None:
        if sent[1] == SERVICE and self._line is not None:
            self._line.on = self._dtp(segment, sent)
        else:
            self._pass_over(segment, sent)

    def _line_ref(self, segment: Segment, sent: list[str]) -> None:
        if self._line is None:
            return
        if sent[1] == LINE_CONTROL:
            self._line.control = sent[2].strip()
        elif sent[1] in REFERENCES:
            self._line.references.append(Reference(REFERENCES[sent[1]], sent[2].strip()))
        else:
            self._pass_over(segment, sent)

    def _line_amt(self, segment: Segment, sent: list[str]) -> None:
        if self._line is not None:
            self._line.amounts[sent[1]] = self._money(segment, 2, sent[2])

    def _lin(self, _segment: Segment, sent: list[str]) -> None:
        if self._line is not None and sent[3]:
            self._line.drug = Code(DRUG_LISTS.get(sent[2], sent[2]), sent[3].strip())

    def _ctp(self, segment: Segment, sent: list[str]) -> None:
        number, unit = self._number(segment, 4, sent[4]), segment.get(5, 1)
        if self._line is not None and number is not None:
            self._line.drug_quantity = Quantity(number, unit, unit)

    def _line_party(self, segment: Segment, sent: list[str]) -> None:
        role = PROVIDERS.get(sent[1])
        if self._line is None or role is None:
            self._pass_over(segment, sent)
        else:
            self._line.parties += self._of_role(role, segment, sent)

    def _svd(self, segment: Segment, sent: list[str]) -> None:
        if self._line is None:
            return
        one = OpenAdjudication(sent[1].strip(), self._money(segment, 2, sent[2]))
        one.procedure = self._procedure(segment, 3, sent)
        one.revenue, one.bundled = sent[4].strip(), sent[6].strip()
        one.units = self._number(segment, 5, sent[5])
        self._line.adjudications.append(one)

    @property
    def _adjudication(self) -> OpenAdjudication | None:
        line = self._line
        return line.adjudications[-1] if line is not None and line.adjudications else None

    def _line_cas(self, segment: Segment, sent: list[str]) -> None:
        if self._adjudication is not None:
            self._adjudication.adjustments += self._adjustments(segment, sent)

    def _svd_dtp(self, segment: Segment, sent: list[str]) -> None:
        if self._adjudication is not None:
            self._adjudication.on = self._day(segment, 3, sent[3])

    def _svd_amt(self, segment: Segment, sent: list[str]) -> None:
        if self._adjudication is not None:
            self._adjudication.remaining = self._money(segment, 2, sent[2])
