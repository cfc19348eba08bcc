import io
from typing import TypeVar

import pytest

from acktrail.ports import Seen
from acktrail.transports import sftp_tasks as tasks
from acktrail.transports.sftp_pipe import Pipe, RemoteError, Task, TransferError
from tests.unit.transports.hostile import ESCAPE, HostileServer, page, string

T = TypeVar("T")
BODY = bytes(range(256)) * 800
PATH = b"in/a.edi"
SEEN = Seen(PATH, len(BODY), 0)


def run(server: HostileServer, task: Task[T]) -> T:
    pipe: Pipe[None, T] = Pipe(server)
    [(_, outcome)] = pipe.run([(None, task)])
    if isinstance(outcome, RemoteError | TransferError):
        raise outcome
    return outcome


def fetched(server: HostileServer) -> bytes:
    sink = io.BytesIO()
    run(server, tasks.fetch(server, PATH, SEEN, sink, 10**7))
    return sink.getvalue()


@pytest.mark.parametrize("cap", [1 << 20, 16384, 777])
@pytest.mark.parametrize("order", ["first first", "last first"])
def test_server_that_caps_or_reorders_reads_still_gives_the_file(cap: int, order: str) -> None:
    server = HostileServer({PATH: BODY}, read_cap=cap)
    server.out_of_order = order == "last first"

    assert fetched(server) == BODY
    assert server.closed == 1


@pytest.mark.parametrize("trick", ["too long", "empty"])
def test_hostile_server_read_of_wrong_length_is_refused(trick: str) -> None:
    spoil = (lambda data: data + b"x") if trick == "too long" else (lambda _: b"")
    server = HostileServer({PATH: BODY}, spoil=spoil)

    with pytest.raises(TransferError, match="bad_reply"):
        fetched(server)


@pytest.mark.parametrize("sizes", [[len(BODY) - 1], [len(BODY), len(BODY) + 1]])
def test_file_whose_size_moves_is_refused(sizes: list[int]) -> None:
    server = HostileServer({PATH: BODY})
    server.sizes = sizes

    with pytest.raises(TransferError, match="changed"):
        fetched(server)


def test_file_that_shrinks_while_it_is_read_is_refused() -> None:
    server = HostileServer({PATH: BODY[:-40000]})
    server.sizes = [len(BODY)]

    with pytest.raises(TransferError, match="changed"):
        fetched(server)


def test_file_over_the_limit_is_refused_unread() -> None:
    server = HostileServer({PATH: BODY})
    sink = io.BytesIO()

    with pytest.raises(TransferError, match="too_large"):
        run(server, tasks.fetch(server, PATH, SEEN, sink, len(BODY) - 1))
    assert sink.getvalue() == b""


def test_server_text_never_gets_into_an_error() -> None:
    server = HostileServer({})

    with pytest.raises(RemoteError) as caught:
        fetched(server)

    assert caught.value.code == tasks.MISSING
    assert ESCAPE not in str(caught.value) + repr(caught.value)


def test_stall_in_the_middle_is_a_time_out() -> None:
    server = HostileServer({PATH: BODY})
    server.stalls_after = 4

    with pytest.raises(TimeoutError):
        fetched(server)


def test_clock_past_the_deadline_is_a_time_out() -> None:
    server = HostileServer({PATH: BODY})
    now = iter(range(100))
    pipe: Pipe[str, tuple[int, str]] = Pipe(server, clock=lambda: next(now))

    with pytest.raises(TimeoutError):
        list(pipe.run([("a", tasks.fetch(server, PATH, SEEN, io.BytesIO(), 10**7))], until=5))


def test_one_failing_task_leaves_the_others_alone() -> None:
    server = HostileServer({b"1": b"one", b"3": b"three"})
    sinks = {name: io.BytesIO() for name in (b"1", b"2", b"3")}
    sizes = {b"1": 3, b"2": 3, b"3": 5}
    work = [
        (name, tasks.fetch(server, name, Seen(name, sizes[name], 0), sink, 10))
        for name, sink in sinks.items()
    ]
    pipe: Pipe[bytes, tuple[int, str]] = Pipe(server)

    done = dict(pipe.run(work, width=2))

    assert isinstance(done[b"2"], RemoteError)
    assert (sinks[b"1"].getvalue(), sinks[b"3"].getvalue()) == (b"one", b"three")


def test_no_more_tasks_are_in_flight_than_asked_for() -> None:
    files = {b"%d" % n: b"x" for n in range(20)}
    server = HostileServer(files)
    work = [(n, tasks.fetch(server, n, Seen(n, 1, 0), io.BytesIO(), 10)) for n in files]
    pipe: Pipe[bytes, tuple[int, str]] = Pipe(server)

    assert len(list(pipe.run(work, width=4))) == 20
    assert server.most_open <= 4


def test_listing_keeps_regular_plain_names_only() -> None:
    server = HostileServer({})
    server.pages = [
        page(b".", b"..", b"a", b"b/c", b"x\0y", b"\xff\n", b".part", b"up.tmp", b"z" * 256),
        page(b"link", mode=0o120777),
        page(b"folder", mode=0o040755),
        page(b"b"),
    ]

    found = run(server, tasks.listing(server, b"in", 100))

    assert [seen.path for seen in found] == [b"a", b"\xff\n", b"b"]


def test_listing_without_modes_goes_by_the_long_name() -> None:
    server = HostileServer({})
    bare = (1).to_bytes(4, "big") + (5).to_bytes(8, "big")  # size only
    rows = (
        string(b"a") + string(b"-rw-r--r--") + bare,
        string(b"b") + string(b"drwxr-xr-x") + bare,
    )
    server.pages = [(2).to_bytes(4, "big") + b"".join(rows)]

    assert run(server, tasks.listing(server, b"in", 100)) == [Seen(b"a", 5, 0)]


def test_hostile_server_with_too_many_names_is_refused() -> None:
    server = HostileServer({})
    server.pages = [page(*(b"%d" % n for n in range(60))) for _ in range(4)]

    with pytest.raises(TransferError, match="too_many_names"):
        run(server, tasks.listing(server, b"in", 200))


@pytest.mark.parametrize(
    "body",
    [
        (0xFFFFFFFF).to_bytes(4, "big") + page(b"a")[4:],  # four thousand million names
        (1).to_bytes(4, "big")
        + string(b"a")
        + string(b"")
        + (1 << 31).to_bytes(4, "big")
        + b"\xff" * 4,
    ],
    ids=["count of names", "count of extensions"],
)
def test_hostile_server_count_cannot_keep_us_busy(body: bytes) -> None:
    server = HostileServer({})
    server.pages = [body]

    with pytest.raises(TransferError, match="bad_reply"):
        run(server, tasks.listing(server, b"in", 1 << 33))


def test_upload_whose_size_differs_is_refused() -> None:
    server = HostileServer({b"a": b""})
    server.sizes = [len(BODY) - 1]

    with pytest.raises(TransferError, match="size_differs"):
        run(server, tasks.write(server, b"a", BODY, verify=True))
    assert bytes(server.written) == BODY


def test_peek_of_a_changed_file_is_refused() -> None:
    server = HostileServer({PATH: BODY + b"x"})

    with pytest.raises(TransferError, match="changed"):
        run(server, tasks.peek(server, PATH, SEEN, 10))
