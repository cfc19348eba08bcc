"""``acktrail-verify``: exit 0 when everything holds, 8 with a line for each fault, 2 for usage."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from acktrail_verify.ledger import verify_tiles
from acktrail_verify.pack import verify_pack
from acktrail_verify.tree import Fault

BROKEN = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names."""
    parser = argparse.ArgumentParser(prog="acktrail-verify", description=__doc__)
    parser.add_argument("place", type=Path, help="an evidence pack, or a folder of tiles")
    parser.add_argument(
        "--key", type=Path, required=True, help="file with the public keys, one a line"
    )
    parser.add_argument("--anchors", type=Path, help="a checkpoint you kept, or a folder of them")
    parser.add_argument("--database", type=Path, help="the SQLite file, compared with the tiles")
    options = parser.parse_args(arguments)
    faults = 0
    for fault in _faults(options):
        faults += 1
        print(fault, file=sys.stderr)  # noqa: T201 - a program of its own, with nothing else
    kept = "" if options.anchors else " (with itself and its own signature: no anchor was given)"
    print(f"{'BROKEN' if faults else 'verified'}: {faults} faults{kept}")  # noqa: T201
    return BROKEN if faults else 0


def _faults(options: argparse.Namespace) -> Iterator[str]:
    keys = options.key.read_text("utf-8").split()
    anchors = [(one.name, one.read_text("utf-8", "replace")) for one in _files(options.anchors)]
    try:
        if (options.place / "checkpoint").is_file() and (options.place / "tile").is_dir():
            yield from verify_tiles(options.place, keys, anchors, options.database)
        else:
            yield from verify_pack(options.place, keys, anchors)
    except Fault as fault:
        yield str(fault)
    except (OSError, KeyError, ValueError, TypeError):
        yield "a file is missing or cannot be read"


def _files(place: Path | None) -> list[Path]:
    if place is None:
        return []
    return sorted(one for one in place.iterdir() if one.is_file()) if place.is_dir() else [place]


if __name__ == "__main__":
    sys.exit(main())
