"""What is checked of profiles without a server: schema, contradictions, files they name."""

from collections.abc import Mapping

from acktrail.app.home import SETTINGS, Home, parser_files
from acktrail.app.registry import Formats, built_in
from acktrail.errors import ProfileError, SetupError
from acktrail.profiles.lint import Problem, lint
from acktrail.profiles.literals import literal_secrets
from acktrail.profiles.partner import PartnerProfile


class Checks:
    """What is checked of a profile without any server."""

    def __init__(self, home: Home, profiles: Mapping[str, PartnerProfile]) -> None:
        self._home = home
        files = parser_files(home)
        self._layouts = {name.removesuffix(".toml") for name in files.names("tabular")}
        self._formats = built_in(files)
        self._profiles = profiles

    def problems(self, profile: PartnerProfile) -> list[Problem]:
        """Return everything questionable about a profile."""
        found = [*self._written(profile), *lint(profile, self._profiles.values(), self._layouts)]
        faulty = any(problem.severity == "error" for problem in found)
        return found if faulty else found + unreadable(profile, self._formats)

    def _written(self, profile: PartnerProfile) -> list[Problem]:
        """Name the secrets that stand in the file itself, comments included."""
        body = self._home.profile(profile.id, profile.version).path.read_bytes()
        return [Problem(where, "error", text) for where, text in literal_secrets(body)]


def settings_problems(home: Home) -> list[Problem]:
    """Name the secrets that stand in ``acktrail.toml``."""
    body = (home.root / SETTINGS).read_bytes()
    return [Problem(where, "error", text) for where, text in literal_secrets(body)]


def problems_of(home: Home, profile: PartnerProfile) -> list[Problem]:
    """Return everything questionable about one version, beside the other partners' newest."""
    return Checks(home, read_newest(home)[0]).problems(profile)


def unreadable(profile: PartnerProfile, formats: Formats) -> list[Problem]:
    """Name what keeps a flow's files from being read: a data file that is missing or wrong."""
    found = []
    for at, flow in enumerate(profile.flow):
        try:
            formats.get(flow.format).reader(profile.options(flow))
        except SetupError as error:
            found.append(Problem(f"flow[{at}]", "error", "; ".join(map(str, error.args))))
    return found


def read_newest(home: Home) -> tuple[dict[str, PartnerProfile], dict[str, list[Problem]]]:
    """Read every partner's newest profile; those that break the schema give problems."""
    profiles: dict[str, PartnerProfile] = {}
    broken: dict[str, list[Problem]] = {}
    for one in home.partners():
        try:
            profiles[one] = home.profile(one).profile
        except ProfileError as error:
            broken[one] = [
                Problem(path, "error", text.strip())
                for path, _, text in (str(arg).partition(":") for arg in error.args)
            ]
    return profiles, broken
