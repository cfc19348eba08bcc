"""Submitting a version: only one without errors of lint, whose test cases pass, is frozen."""

from acktrail.app.access import permit
from acktrail.app.governing import Move, Moves
from acktrail.app.linting import problems_of
from acktrail.app.profile_tests import results_of, run_cases
from acktrail.app.tools import Tools
from acktrail.errors import ProfileError
from acktrail.ports import Entry


def submit(tools: Tools, move: Move) -> Entry:
    """Freeze a version and let it be tested; what lint and its cases say goes with it as evidence.

    Raises:
        ProfileError: Lint finds errors, or cases fail; one argument each.
        PolicyError: The role is missing, or the reason.
        ConflictError: The version was submitted or approved already.
    """
    permit(tools, "profile.submit", move.actor, move.partner)
    found = problems_of(tools.home, tools.home.profile(move.partner, move.version).profile)
    errors = [f"{one.path}: {one.text}" for one in found if one.severity == "error"]
    if errors:
        raise ProfileError(*errors)
    tests = list(run_cases(tools.home, move.partner, move.version))
    failed = sorted({one.case for one in tests if one.failed})
    if failed:
        raise ProfileError(*(f"the case {case} fails: acktrail partner test" for case in failed))
    checks = {"lint": {"errors": 0, "warnings": len(found)}, "tests": results_of(tests)}
    return Moves(tools).submit(move._replace(evidence=checks))
