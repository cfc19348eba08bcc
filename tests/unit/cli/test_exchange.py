import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SAMPLES
from tests.unit.cli.conftest import Run


def rows_of(look: Run, *arguments: str) -> list[dict[str, object]]:
    result = look(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def listed(look: Run) -> list[dict[str, object]]:
    return rows_of(look, "exchange", "list")


def one(listed: list[dict[str, object]], status: str) -> str:
    return str(next(row["id"] for row in listed if row["status"] == status))


def test_list_is_tsv_with_a_header_on_a_pipe(look: Run) -> None:
    header, *lines = look("exchange", "list").stdout.splitlines()

    assert header.split("\t") == ["id", "opened", "partner", "file", "size", "status", "outcome"]
    assert {len(line.split("\t")) for line in lines} == {7}


def test_list_is_newest_first_and_pages_by_id(listed: list[dict[str, object]], look: Run) -> None:
    ids = [str(row["id"]) for row in listed]

    paged = [row["id"] for row in rows_of(look, "exchange", "list", "--limit", "1")]
    rest = [row["id"] for row in rows_of(look, "exchange", "list", "--before", ids[0])]

    assert ids == sorted(ids, reverse=True)
    assert [*paged, *rest] == ids


def test_list_by_status_and_partner(look: Run) -> None:
    assert len(rows_of(look, "exchange", "list", "--status", "held")) == 1
    assert rows_of(look, "exchange", "list", "--partner", "nobody") == []


def test_show_finds_by_id_prefix_name_and_digest(
    listed: list[dict[str, object]], look: Run
) -> None:
    key = str(listed[-1]["id"])
    (shown,) = rows_of(look, "exchange", "show", key)

    for other in (str(shown["file"]), str(shown["sha256"])):
        assert rows_of(look, "exchange", "show", other)[0]["id"] == key
    assert set(shown) >= {"id", "partner", "file", "sha256", "status", "answers", "postings"}
    assert isinstance(shown["entries"], list)
    assert shown["entries"][0]["kind"] == "received"


def test_show_of_what_is_not_there_is_not_found(look: Run) -> None:
    assert look("exchange", "show", "ex_nothing").exit_code == 4


def test_why_names_rule_place_and_who_acts(listed: list[dict[str, object]], look: Run) -> None:
    reasons = [
        reason for row in listed for reason in rows_of(look, "exchange", "why", str(row["id"]))
    ]

    assert {str(reason["owner"]) for reason in reasons} >= {"partner", "us"}
    assert all(reason["rule"] and reason["message"] for reason in reasons)


def test_trace_leads_from_the_file_to_its_documents_and_answers(
    listed: list[dict[str, object]], look: Run
) -> None:
    lines = rows_of(look, "exchange", "trace", str(listed[-1]["id"]))

    words = [str(line["what"]).split()[0] for line in lines]
    assert words[:2] == ["file", "interchange"]
    assert "order" in words
    assert words[-1] == "answer"


def test_status_counts_and_names_what_needs_a_person(
    listed: list[dict[str, object]], look: Run
) -> None:
    (found,) = rows_of(look, "status")

    counts = found["counts"]
    assert isinstance(counts, dict)
    assert counts["exchange.held"] == 1
    assert one(listed, "held") in json.dumps(found)


def test_find_finds_by_control_number_and_document(look: Run) -> None:
    hits = rows_of(look, "find", "orders-0120.edi")

    assert len(hits) == 1
    assert look("find", "no-such-thing").exit_code == 4


def test_verify_says_how_much_was_verified(look: Run) -> None:
    (found,) = rows_of(look, "ledger", "verify")

    assert found["ok"] is True
    assert isinstance(found["entries"], int)
    assert found["entries"] > 10


def test_entries_of_a_stream_are_shown_with_their_chain(
    listed: list[dict[str, object]], look: Run
) -> None:
    entries = rows_of(look, "ledger", "show", str(listed[-1]["id"]))

    assert [entry["n"] for entry in entries] == list(range(len(entries)))
    assert [entry["prev"] for entry in entries[1:]] == [entry["hash"] for entry in entries[:-1]]


def test_reader_that_has_seen_enough_is_no_error(worked: Path) -> None:
    """``acktrail exchange list | head``: the pipe is closed while lines are still to come."""
    command = [sys.executable, "-c", "from acktrail.cli.main import cli; cli()"]
    arguments = ["--home", str(worked), "exchange", "list"]
    with subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read()

    assert (process.returncode, said) == (0, b"")


@pytest.fixture
def waiting(run: Run, tmp_path: Path) -> tuple[str, str]:
    """A home whose service took a file in and holds it; the exchange and its document."""
    home = tmp_path / "home"
    run("init", str(home))
    shutil.copytree(ROOT / "partners" / "hospital-oldbill", home / "partners" / "hospital-oldbill")
    inbound = home / "inbound" / "hospital-oldbill"
    inbound.mkdir()
    body = (SAMPLES / "csv-charges/inbound/charges-lab.csv").read_text()
    (inbound / "charges-lab.csv").write_text(body.replace("NORTHWIND", "UNLISTED"))
    run("run", "--once", "--patience", "60")
    rows = [json.loads(one) for one in run("exception", "list", "--json").stdout.splitlines()]
    return rows[0]["exchange"], str(rows[0]["id"])


def test_exception_is_shown_dismissed_and_its_exchange_released(
    run: Run, waiting: tuple[str, str]
) -> None:
    exchange, document = waiting
    shown = run("exception", "show", document)
    assert "error: ref.party_unknown" in shown.stdout
    assert "UNLISTED" not in shown.output

    for one in run("exception", "list").stdout.splitlines()[1:]:
        ended = run("exception", "resolve", one.split("\t")[0], "--dismiss", "--reason", "a test")
        assert ended.exit_code == 0, ended.output
    released = run("exchange", "release", exchange, "--reason", "nothing left to decide")
    run("run", "--once", "--patience", "60")

    assert (released.exit_code, released.stdout) == (0, "released\tpost\n")
    assert run("exception", "list").stdout.count("\n") == 1
    assert "status: closed" in run("exchange", "show", exchange).stdout
    assert run("ledger", "verify").exit_code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("exchange", "release", "ex_none", "--reason", "x"), 4),
        (("exchange", "release", "{0}", "--reason", " "), 5),
        (("exchange", "release", "{0}"), 2),
        (("exchange", "park", "{0}", "--reason", "x"), 6),
        (("exception", "show", "0"), 4),
        (("exception", "resolve", "{1}", "--reason", "x"), 2),
        (("exception", "resolve", "{1}", "--record", "7", "--reason", "x"), 4),
        (("exception", "resolve", "{1}", "--dismiss", "--reason", " "), 5),
    ],
)
def test_order_that_cannot_be_carried_out_has_its_exit_code(
    run: Run, waiting: tuple[str, str], words: tuple[str, ...], code: int
) -> None:
    result = run(*(word.format(*waiting) for word in words))

    assert result.exit_code == code, result.output


def test_dry_run_says_what_an_act_would_do_and_does_nothing(
    listed: list[dict[str, object]], look: Run
) -> None:
    held, closed = one(listed, "held"), one(listed, "closed")
    why = ("--reason", "because", "--dry-run")

    release = look("exchange", "release", held, *why)
    replay = look("exchange", "replay", closed, *why)
    park = look("exchange", "park", closed, *why)

    assert release.stdout.startswith("The file is read again under supplier-eurobandage@1")
    assert "answers went out and are not sent twice" in replay.stdout
    assert (park.exit_code, park.stdout) == (6, "nothing to park: the exchange is closed\n")
    assert {one(rows_of(look, "exchange", "list"), word) for word in ("held", "closed")} == {
        held,
        closed,
    }
