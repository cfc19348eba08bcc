"""Answers of ``/jsonrpc`` as Odoo 14.0 gave them, over HTTP from a stage of our own."""

import json
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from acktrail.app.home import parser_files
from acktrail.errors import DeniedError, HaltedError
from acktrail.odoo.client import Done, Doubt, Fault, Lost
from acktrail.odoo.connect import Address, connect, version
from acktrail.odoo.dialect import Dialects
from acktrail.odoo.json2 import Json2
from acktrail.odoo.jsonrpc import JsonRpc, version_of

VERSION_14 = {"server_version": "14.0", "server_version_info": [14, 0, 0, "final", 0, ""]}
DIALECTS = Dialects.read(parser_files())


class Stage(HTTPServer):
    """Answers calls of ``execute_kw`` with what is next in ``plays``; notes the arguments."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.plays: list[Mapping[str, Any]] = []
        self.asked: list[list[Any]] = []
        self.user: object = 6
        self.version: Mapping[str, Any] = VERSION_14

    @property
    def address(self) -> Address:
        return Address(f"http://127.0.0.1:{self.server_port}", "db", "key", "bot", "jsonrpc", 5.0)

    def client(self) -> JsonRpc:
        found = connect(self.address, DIALECTS, confirm=(0.0, 0.0))
        assert isinstance(found, JsonRpc)
        return found


class Handler(BaseHTTPRequestHandler):
    server: Stage

    def do_GET(self) -> None:
        self.send_error(404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["params"]
        said: Mapping[str, Any] = {"result": self.server.version}
        if body["method"] == "login":
            said = {"result": self.server.user}
        elif body["service"] == "object":
            self.server.asked.append(body["args"])
            said = self.server.plays.pop(0)
        answer = json.dumps({"jsonrpc": "2.0", "id": 1, **said}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stage() -> Iterator[Stage]:
    server = Stage()
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def error(name: str, message: str = "") -> dict[str, Any]:
    return {"error": {"code": 200, "message": "Odoo Server Error", "data": _data(name, message)}}


def _data(name: str, message: str) -> dict[str, str]:
    return {"name": name, "message": message, "debug": "Traceback CANARY"}


def test_call_names_its_arguments_and_lists_the_ids(stage: Stage) -> None:
    stage.plays = [{"result": "account.move(4,)"}]

    with stage.client() as client:
        answer = client.call("account.move", "action_post", {"ids": [4], "context": {}})

    assert answer == Done("account.move(4,)")
    assert stage.asked == [["db", 6, "key", "account.move", "action_post", [[4]], {"context": {}}]]


def test_answer_without_a_result_is_done(stage: Stage) -> None:
    stage.plays = [{}]

    assert stage.client().call("account.move.line", "reconcile", {"ids": [1]}) == Done(None)


def test_right_is_asked_for_by_the_name_that_every_version_knows(stage: Stage) -> None:
    stage.plays = [{"result": False}]

    stage.client().call("account.move", "has_access", {"operation": "create"})

    named = {"operation": "create", "raise_exception": False}
    assert stage.asked[0][4:] == ["check_access_rights", [], named]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("odoo.exceptions.AccessError", "You are not allowed to access 'Journal Entry'"),
        ("builtins.AttributeError", "type object 'account.move' has no attribute 'no_method'"),
        ("odoo.exceptions.UserError", "Object no.model doesn't exist"),
    ],
)
def test_model_that_is_refused_three_times_is_denied(stage: Stage, name: str, message: str) -> None:
    stage.plays = [error(name, message)] * 3

    with pytest.raises(DeniedError):
        stage.client().call("account.move", "load", {})

    assert len(stage.asked) == 3


def test_key_that_is_refused_three_times_halts_everything(stage: Stage) -> None:
    stage.plays = [error("odoo.exceptions.AccessDenied", "Access Denied")] * 3

    with pytest.raises(HaltedError) as caught:
        stage.client().call("res.users", "context_get", {})

    assert not isinstance(caught.value, DeniedError)


def test_login_that_is_refused_halts_before_any_call(stage: Stage) -> None:
    stage.user = False

    with pytest.raises(HaltedError, match="login"):
        stage.client().call("res.users", "context_get", {})

    assert stage.asked == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("psycopg2.OperationalError", 'FATAL:  database "nodb" does not exist'),
        ("builtins.Exception", "could not serialize access due to concurrent update"),
    ],
)
def test_error_that_passes_by_itself_is_unknown(stage: Stage, name: str, message: str) -> None:
    stage.plays = [error(name, message)]

    assert stage.client().call("res.partner", "load", {}) == Lost(name)


def test_refusal_of_a_document_is_a_doubt_without_its_text(stage: Stage) -> None:
    stage.plays = [error("odoo.exceptions.UserError", "CANARY must be in draft")]

    answer = stage.client().call("account.move", "action_post", {"ids": [1]})

    assert isinstance(answer, Doubt)
    assert "CANARY" not in repr(answer)


def test_answer_of_something_else_is_unknown(stage: Stage) -> None:
    stage.plays = [{"jsonrpc": "2.0", "error": {"message": "no data"}}]

    assert isinstance(stage.client().call("res.partner", "load", {}), Lost)


def test_load_of_a_model_that_the_version_takes_otherwise_is_never_sent(stage: Stage) -> None:
    with stage.client() as client:
        answer = client.call("stock.quant", "load", {"fields": ["id"], "data": [["x"]]})

    assert answer == Doubt(Fault("odoo.version"))
    assert stage.asked == []


def test_api_is_chosen_by_the_version_when_there_is_a_login(stage: Stage) -> None:
    found = stage.address
    auto = Address(found.url, "db", "key", "bot", "auto", 5.0)
    no_login = Address(found.url, "db", "key", "", "auto", 5.0)

    assert version(auto) == (14, 0)
    assert isinstance(connect(auto, DIALECTS), JsonRpc)
    assert isinstance(connect(no_login, DIALECTS), Json2)
    stage.version = {"server_version_info": [19, 0, 0, "final", 0, ""]}
    assert isinstance(connect(auto, DIALECTS), Json2)


def test_api_of_a_server_that_is_away_is_the_newest() -> None:
    nobody = Address("http://127.0.0.1:9", "db", "key", "bot", "auto", 1.0)

    assert version(nobody) == (0, 0)
    assert isinstance(connect(nobody, DIALECTS), Json2)


def test_version_of_an_answer_that_says_none_is_unknown() -> None:
    assert version_of("nonsense") == version_of({"version_info": ["x"]}) == (0, 0)
    assert version_of({"version_info": [19, 0, 0, "final", 0, ""]}) == (19, 0)


def test_client_when_shown_hides_its_key(stage: Stage) -> None:
    assert "'key'" not in repr(stage.client())
    assert "'key'" not in repr(stage.address)
