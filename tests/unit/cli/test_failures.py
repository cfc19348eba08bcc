"""Exit codes are a contract: scripts branch on them (docs/operator.md)."""

import click
import pytest
from click.testing import CliRunner

from acktrail import errors
from acktrail.cli import main
from acktrail.cli.failures import CODES
from acktrail.cli.main import COMMANDS, Lazy, LazyGroup

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.AcktrailError)
]
RAISED: list[BaseException] = []


@click.command()
def failing() -> None:
    """Raise what the test put there."""
    raise RAISED.pop()


def group() -> LazyGroup:
    return LazyGroup("acktrail", lazy={"failing": Lazy(f"{__name__}:failing", "Fails.")})


def code_of(error: BaseException) -> tuple[int, str]:
    RAISED.append(error)
    result = CliRunner().invoke(group(), ["failing"])
    return result.exit_code, result.stderr


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.AcktrailError, 1),
        (errors.SetupError, 1),
        (errors.SecretError, 1),
        (errors.PartnerError, 1),
        (errors.ProfileError, 3),
        (errors.NotFoundError, 4),
        (errors.ConflictError, 6),
        (errors.UnavailableError, 7),
        (errors.LedgerError, 8),
        (errors.NodeLockedError, 75),
    ],
)
def test_error_has_its_exit_code(kind: type[errors.AcktrailError], code: int) -> None:
    assert code_of(kind("what is wrong"))[0] == code


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_error_is_a_line_on_stderr_with_its_code(kind: type[errors.AcktrailError]) -> None:
    code, said = code_of(kind("what is wrong"))

    assert said == f"{kind.code}: what is wrong\n"
    assert code in {number for _, number in CODES}


def test_every_problem_of_a_profile_is_a_line() -> None:
    code, said = code_of(errors.ProfileError("id: is required", "name: is required"))

    assert code == 3
    assert said == "setup.profile: id: is required\nsetup.profile: name: is required\n"


def test_interrupt_and_an_aborted_prompt_are_130() -> None:
    assert code_of(KeyboardInterrupt())[0] == 130
    assert code_of(click.Abort())[0] == 130


def test_defect_is_not_explained_away() -> None:
    RAISED.append(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        CliRunner().invoke(group(), ["failing"], catch_exceptions=False)


def test_wrong_usage_is_2() -> None:
    assert CliRunner().invoke(main.cli, ["inspect"]).exit_code == 2
    assert CliRunner().invoke(main.cli, ["nothing"]).exit_code == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_command_that_is_listed_exists_and_has_help(name: str) -> None:
    result = CliRunner().invoke(main.cli, [name, "--help"])

    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")


def test_list_of_commands_imports_none_of_them() -> None:
    lazy = {"gone": Lazy("acktrail.no_such_module:x", "Not there.")}

    result = CliRunner().invoke(LazyGroup("acktrail", lazy=lazy), ["--help"])

    assert result.exit_code == 0
    assert "Not there." in result.output
