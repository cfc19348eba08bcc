"""Taking a partner on from files that it sent: what they say, and whether the draft fits them."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from acktrail.app.capturing import Capturing, case_name, flow_of, write_case
from acktrail.app.home import Home, parser_files
from acktrail.app.inspection import make_inspector
from acktrail.app.registry import built_in
from acktrail.errors import CaptureError, NotFoundError
from acktrail.model import Verdict
from acktrail.pipeline.identity import stranger, wrong_usage
from acktrail.pipeline.read import all_findings
from acktrail.profiles.infer import Inferred, Sample, infer
from acktrail.security.masking import escape_name
from acktrail.translate.choose import Translators


class Copied(NamedTuple):
    """A sample that became a test case, or why it did not."""

    file: str  # its name, safe to show
    case: str
    why: str = ""


class Fit(NamedTuple):
    """How a sample fares under a profile."""

    file: str  # its name, safe to show
    verdict: str
    rule: str  # of the worst finding, or why it would be held

    @property
    def refused(self) -> bool:
        """Tell whether the file would not go through."""
        return bool(self.rule)


def inferred(samples: Sequence[Path]) -> list[Inferred]:
    """Read sample files without a profile and return what they say.

    Raises:
        NotFoundError: No format knows any of them.
    """
    inspector = make_inspector(None, "", "", keep_documents=False)
    found = infer([Sample(path.name, inspector.inspect(path).result) for path in samples])
    if not found:
        msg = "no format knows these files; give --format (and --layout) instead"
        raise NotFoundError(msg)
    return found


def read_under(home: Home, partner: str, samples: Sequence[Path]) -> Iterator[Fit]:
    """Read sample files as the partner's newest profile says."""
    if not samples:
        return
    inspector = make_inspector(home, partner, "", keep_documents=False)
    identity = home.profile(partner).profile.identity
    for path in samples:
        result = inspector.inspect(path).result
        side = stranger(result, identity.senders, identity.receivers)
        rule = f"setup.identity.{side}" if side else ""
        if not rule and wrong_usage(result, identity.usage):
            rule = "setup.usage"
        if not rule and result.verdict is Verdict.REJECTED:
            rule = next((one.rule for one in all_findings(result)), "rejected")
        yield Fit(escape_name(os.fsencode(path.name)), str(result.verdict), rule)


def copy_samples(home: Home, partner: str, samples: Sequence[Path]) -> Iterator[Copied]:
    """Write a test case for each sample: values replaced by synthetic ones of the same shape.

    What cannot be copied so that it fares alike becomes no case; nothing real is ever kept.
    """
    files = parser_files(home)
    profile = home.profile(partner).profile
    translators = Translators(files, None)
    capturing = Capturing(files, built_in(files), translators, profile)
    tests = home.root / "partners" / partner / "tests"
    for number, path in enumerate(samples, 1):
        name = escape_name(os.fsencode(path.name))
        flow = flow_of(profile, path.name)
        if flow is None:
            yield Copied(name, "", "no flow takes it")
            continue
        try:
            copied = capturing.copy(path.read_bytes(), flow)
        except CaptureError as error:
            yield Copied(name, "", str(error))
            continue
        case = f"{number:02}-{flow.name}"
        what = f"A {flow.format} file as they send it, with synthetic values"
        write_case(
            tests / case,
            case_name(path.name, flow),
            copied.body,
            {"partner": partner, "what": what},
        )
        yield Copied(name, case)
