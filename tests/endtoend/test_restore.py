"""The restore drill: a home is destroyed and made again from its backup; nothing goes out twice."""

import shutil

import psycopg

from tests.endtoend.house import House
from tests.endtoend.traffic import (
    answered,
    expected_answers,
    expected_records,
    mixed,
    posted,
)
from tests.fakes.odoo import Running

pytest_plugins = ["tests.service.postgres"]

FILES = 12
SECONDS = 120
LOST = slice(8, None)  # files that came after the backup: the partners send them again


def destroy(house: House) -> None:
    """Lose the folder and what is in the database."""
    shutil.rmtree(house.root)
    if house.database:
        with psycopg.connect(house.database, autocommit=True) as connection:
            connection.execute("DROP SCHEMA acktrail CASCADE")
            connection.execute("DROP SCHEMA dbos CASCADE")


def test_home_that_is_lost_and_restored_goes_on_and_nothing_is_posted_twice(
    house: House, fake_odoo: Running
) -> None:
    house.configure(odoo=fake_odoo.url)
    files = mixed(FILES)
    house.up()
    for file in files[: LOST.start]:
        house.drop(file.partner, file.name, file.body)
    house.settle(LOST.start, SECONDS)
    copies, keys = house.root.parent / "copies", house.root.parent / "keys"
    made = house.run("backup", str(copies), "--keys", str(keys))
    assert made.returncode == 0, made.stderr
    for file in files[LOST]:
        house.drop(file.partner, file.name, file.body)
    house.settle(FILES, SECONDS)
    house.kill()
    partners = {file.partner for file in files}
    before = answered(house, partners)

    destroy(house)
    (copy,) = (path for path in copies.iterdir() if path.name != "blobs")
    again = house.run(
        "restore", str(copy), "--keys", str(keys), "--to", str(house.root), "--reason", "drill"
    )
    assert again.returncode == 0, again.stderr
    house.up()
    for file in files[LOST]:
        house.drop(file.partner, file.name, file.body)
    house.settle(FILES, SECONDS)

    assert house.stop() == 0
    assert posted(fake_odoo.records()) == expected_records(files)
    assert answered(house, partners) == expected_answers(files[LOST])
    assert before == expected_answers(files)
    assert house.faults() == []
