"""Planted faults are found, all of them and nothing else; at 1,000,000 rows: bench.million."""

import pytest

from acktrail.formats.tabular import Tabular
from acktrail.formats.tabular.rows import Row
from acktrail.model import Answering
from tests.generators import planted
from tests.generators import tabular as make

FORMAT = Tabular(make.Layouts())
ROWS, FAULTS = 20_000, 1049


@pytest.mark.parametrize("size", [4099, 1 << 18])
def test_exactly_the_planted_faults_are_found_and_told(size: int) -> None:
    reader = FORMAT.reader({"layout": planted.LAYOUT, "max_errors": 5000})

    events = make.read(reader, b"".join(planted.catalogue(ROWS, FAULTS)), size)

    found = [
        planted.Planted(one.place.position, one.place.address, one.rule)
        for one in make.all_findings(events)
    ]
    wanted = planted.expected(ROWS, FAULTS)
    assert len(found) == len(wanted) == FAULTS
    assert set(found) == wanted
    kept = {one.number for one in events if isinstance(one, Row)}
    assert kept == set(range(2, ROWS + 2)) - {one.record for one in wanted}
    (answer,) = FORMAT.acknowledge(make.result_of("tabular", events), Answering(make.AT))
    head, *errors = answer.body.decode().split("\r\n")[:-1]
    assert head.endswith(f";PARTIAL;{ROWS};{ROWS - FAULTS};{FAULTS}")
    assert [int(line.split(";")[1]) for line in errors] == sorted(one.record for one in wanted)
