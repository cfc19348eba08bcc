"""Wakes the lister when something happens in a folder. A hint only: the scan decides.

Events are lost under load and say little about what is there, so none is ever read: the handler's
whole work is to set one threading event.
"""

from collections.abc import Iterable
from pathlib import Path
from threading import Event
from typing import NamedTuple

from watchdog.events import (
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, EventEmitter, ObservedWatch
from watchdog.observers.inotify_move_event_grouper import InotifyMoveEventGrouper
from watchdog.observers.polling import PollingObserver

# Opening and closing for reading are left out: our own scans would wake us for ever.
KINDS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileClosedEvent,
    FileMovedEvent,
]
POLL_SECONDS = 1.0
GONE = (0, 0)  # no folder has this inode
# Watchdog holds every event back for half a second while it looks for the other half of a move: our
# own archiving is a move out of the folder, so that files came late. No event is read here.
InotifyMoveEventGrouper.delay = 0.0


class Watched(NamedTuple):
    """One folder under watch."""

    watch: ObservedWatch
    emitter: EventEmitter
    inode: tuple[int, int]


class FolderWatch:
    """Watches folders and sets ``wake``. ``polling`` is for network shares, where events fail."""

    def __init__(self, folders: Iterable[Path], *, polling: bool = False, wake: Event) -> None:
        self.wake = wake
        self._folders = tuple(folders)
        self._observer: BaseObserver = (
            PollingObserver(timeout=POLL_SECONDS) if polling else Observer()
        )
        self._watched: dict[Path, Watched] = {}

    def start(self) -> None:
        """Begin to watch; a folder that is not there yet is watched by a later :meth:`renew`."""
        self._observer.start()
        self.renew()

    def stop(self) -> None:
        """Stop watching and wait for the threads to end."""
        self._observer.stop()
        self._observer.join()

    def healthy(self) -> bool:
        """Tell whether every folder is really watched.

        A folder that was deleted and made again has a dead emitter or another inode, while the
        observer's thread lives on.
        """
        return all(self._is_watched(folder) for folder in self._folders)

    def renew(self) -> bool:
        """Watch anew what is not watched, wake the lister if so, and return :meth:`healthy`."""
        for folder in self._folders:
            if not self._is_watched(folder):
                self._schedule(folder)
                self.wake.set()  # what came in between gave no event
        return self.healthy()

    def _is_watched(self, folder: Path) -> bool:
        watched = self._watched.get(folder)
        if watched is None:
            return False
        if watched.inode != _inode(folder):
            # made again it may get its old number back before the old emitter has ended
            self._watched[folder] = watched._replace(inode=GONE)
            return False
        return watched.emitter.is_alive()

    def _schedule(self, folder: Path) -> None:
        if old := self._watched.pop(folder, None):
            self._observer.unschedule(old.watch)
        inode = _inode(folder)
        before = set(self._observer.emitters)
        try:
            watch = self._observer.schedule(_Waker(self.wake), str(folder), event_filter=KINDS)
        except OSError:  # not there, or no more inotify watches: stays unhealthy
            return
        emitter = next(iter(set(self._observer.emitters) - before))
        if inode is not None:
            self._watched[folder] = Watched(watch, emitter, inode)


class _Waker(FileSystemEventHandler):
    def __init__(self, wake: Event) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002 - never read
        self._wake.set()


def _inode(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
