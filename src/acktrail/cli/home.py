"""``acktrail init``."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Make a new home in FOLDER."""
    from acktrail.app.home import make_home  # noqa: PLC0415 - start-up time

    home = make_home(folder)
    click.echo(str(home.root))
    click.echo(
        f"Next: acktrail --home {home.root} partner new ID, then: acktrail --home {home.root} run",
        err=True,
    )
