"""The ``[x12]`` table of a profile as one frozen value; what is left out gets our default."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from acktrail.formats.x12.guide.overlay import Overlay, Spot, read_overlay, read_spot
from acktrail.formats.x12.rules import BALANCE_PREFIX, SITUATION_PREFIX
from acktrail.model import Finding, Owner, Place, Rule, Severity

MIB = 1 << 20
SWITCHES = {"reject": Severity.ERROR, "warn": Severity.WARNING, "off": None}
NOTE_SEVERITIES = {"R": Severity.ERROR, "E": Severity.WARNING}
# sums (type 3) have a default each
SNIP_DEFAULTS = {"1": "reject", "2": "reject", "4": "warn", "5": "warn", "6": "off", "7": "warn"}
TA1_PREFIX = "TA1 "
# accepted with errors: the contents are read all the same (BizTalk's table of TA1 notes)
MILD_NOTES = frozenset({"001", "002", "003", "006", "008", "009", "019", "020", "021"})


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps against hostile files; none is near what honest files hold."""

    segment_bytes: int = MIB
    binary_bytes: int = 64 * MIB  # of the data of one BIN or BDS segment
    segments: int = 10_000_000  # of one transaction set
    levels: int = 100  # HL that stand in each other
    sets: int = 100_000  # of one group
    file_sets: int = 250_000  # of one file
    groups: int = 10_000  # of one interchange
    interchanges: int = 10_000
    findings: int = 1_000  # kept of one set, group or interchange; all are counted
    file_findings: int = (
        20_000  # kept of one file; beyond it what refuses a set, group, interchange
    )


@dataclass(frozen=True, slots=True)
class Options:
    """How one partner's files are judged."""

    snip: Mapping[str, str] = field(default_factory=dict)  # "1".."7" -> reject | warn | off
    checks: Mapping[str, str] = field(default_factory=dict)  # named check -> same, goes first
    notes: Mapping[str, str] = field(default_factory=dict)  # TA1 note -> E | R
    agreed: tuple[tuple[str, str], ...] = ()  # (ST01, GS08 or ""); empty: all we have guides for
    overlays: Mapping[str, Overlay] = field(default_factory=dict)  # by guide id
    codes: tuple[tuple[Spot, str], ...] = ()  # place and the external list that its codes are of
    by_claim: frozenset[str] = frozenset()  # snip3, ...: what refuses single claims of an 837
    unwrap: bool = False
    limits: Limits = Limits()

    @property
    def judges_situations(self) -> bool:
        """False when all checks of type 4 are switched off."""
        return bool(self.checks) or self.snip.get("4") != "off"

    def finding(
        self, rule: Rule, place: Place, *, code: str = "", reference: str = "", ours: bool = False
    ) -> Finding | None:
        """Return what ``rule`` finds at ``place`` under these options; None when switched off.

        Args:
            rule: A row of the table.
            place: Where.
            code: In place of the rule's own, for rules that stand for several codes.
            reference: Data element number.
            ours: True when the gap is ours, not the partner's.
        """
        severity = self.severity(rule, code or rule.code)
        if severity is None:
            return None
        found = replace(rule.at(place, reference), severity=severity)
        if code:
            found = replace(found, code=code)
        # our own gap must never become a negative answer: it carries no code
        return replace(found, owner=Owner.US, code="") if ours else found

    def severity(self, rule: Rule, code: str) -> Severity | None:
        """Return how much a finding of ``rule`` under ``code`` weighs; None when switched off."""
        if code.startswith(TA1_PREFIX):
            note = code.removeprefix(TA1_PREFIX)
            default = "E" if note in MILD_NOTES else "R"
            return NOTE_SEVERITIES.get(self.notes.get(note, default), Severity.ERROR)
        if rule.category.startswith("snip"):
            kind = rule.category[4:]
            switch = self.checks.get(check_name(rule)) or self.snip.get(kind)
            return SWITCHES.get(switch or SNIP_DEFAULTS.get(kind, ""), rule.severity)
        return rule.severity


def check_name(rule: Rule) -> str:
    """Return the name of a check in a profile: that of its rule without the prefix."""
    return rule.name.removeprefix(BALANCE_PREFIX).removeprefix(SITUATION_PREFIX)


def read_options(table: Mapping[str, object]) -> Options:
    """Return the options that a profile's table stands for; unknown keys are not looked at."""
    agreed = table.get("agreed")
    pairs = [str(one).partition(":") for one in agreed] if isinstance(agreed, list | tuple) else []
    return Options(
        snip=_texts(table.get("snip")),
        checks=_texts(table.get("checks")),
        notes=_texts(table.get("notes")),
        agreed=tuple((set_id, version) for set_id, _colon, version in pairs),
        overlays=_overlays(table.get("overlay")),
        codes=tuple((read_spot(spot), name) for spot, name in _texts(table.get("codes")).items()),
        by_claim=_types(table.get("by_claim")),
        unwrap=table.get("unwrap") is True,
        limits=_limits(table),
    )


def _texts(value: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, Mapping) else {}


def _types(value: object) -> frozenset[str]:
    kinds = value if isinstance(value, list | tuple) else ()
    return frozenset(f"snip{kind}" for kind in kinds)


def _overlays(value: object) -> dict[str, Overlay]:
    tables = value.items() if isinstance(value, Mapping) else ()
    return {str(guide): read_overlay(one) for guide, one in tables if isinstance(one, Mapping)}


def _limits(table: Mapping[str, object]) -> Limits:
    given = {name: table.get(f"max_{name}") for name in Limits.__dataclass_fields__}
    return replace(Limits(), **{k: v for k, v in given.items() if isinstance(v, int) and v > 0})
