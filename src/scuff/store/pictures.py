"""The folder of pictures: each is named by its checksum, is there whole or not at all, and only once."""

import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from scuff.core.errors import StoreError
from scuff.core.picture import sha256
from scuff.core.whole_file import names_to_disk, to_disk

UNFINISHED = "unfinished"
"""Folder of files that have no name yet."""

LOCK = ".lock"

LOCK_S = 2
"""How long to wait for another process that names or removes a picture."""

RECENT_S = 3600
"""A file that was written or asked for so shortly ago may be in use by a part that is being inspected."""


class Pictures:
    """Picture files by their checksum, two levels of folders deep: ``ab/cd/abcd….png``."""

    def __init__(self, folder: Path) -> None:
        """Make the folder, and remove what runs that were killed have left unfinished.

        Raises:
            StoreError: The folder cannot be made or written.
        """
        self.folder = folder.absolute()
        self._unfinished = self.folder / UNFINISHED
        with _told(self.folder):
            self._unfinished.mkdir(parents=True, exist_ok=True)
            for left in self._unfinished.iterdir():
                if not _is_recent(left):
                    left.unlink(missing_ok=True)

    def put(self, content: bytes, suffix: str) -> str:
        """Store a picture; it is on the disk when this returns.

        Args:
            content: Bytes of the file.
            suffix: What its name ends with, as in ``.png``.

        Returns:
            Its checksum, SHA-256 in hexadecimal: what it is found by. The same content is stored once.

        Raises:
            StoreError: The disk is full or refuses; nothing of the picture is left behind.
        """
        checksum = hashlib.sha256(content).hexdigest()
        place = self._folder_of(checksum)
        with _told(place / f"{checksum}{suffix}"):
            if not self._is_there_again(checksum):
                self._write(content, place / f"{checksum}{suffix}")
            names_to_disk(place)
        return checksum

    def get(self, checksum: str) -> Path:
        """Name the file of a picture.

        Raises:
            StoreError: It is not there.
        """
        found = self._found(checksum)
        if found is None:
            raise StoreError(
                f"{self._folder_of(checksum)}: no picture {checksum}; it was removed by the rules of retention, or is "
                "on another station's disk, or must be brought back from a backup"
            )
        return found

    def verify(self, checksum: str) -> None:
        """Make sure that a picture is what was stored.

        Raises:
            StoreError: It is not there, or its content has changed.
        """
        path = self.get(checksum)
        with _told(path):
            is_same = sha256(path) == checksum
        if not is_same:
            raise StoreError(f"{path}: its content is no longer what was stored; bring it back from a backup")

    def remove(self, checksum: str) -> int:
        """Remove a picture that no part needs; to be called with ``locked``.

        Returns:
            Its size in bytes; 0: it was not there.
        """
        path = self._found(checksum)
        if path is None:
            return 0
        with _told(path):
            size = path.stat().st_size
            path.unlink()
        return size

    def is_in_use(self, checksum: str) -> bool:
        """Tell whether a part that is being inspected may need a picture, also one that was there before."""
        path = self._found(checksum)
        with _told(self._folder_of(checksum)):
            return path is not None and _is_recent(path)

    def free_bytes(self) -> int:
        """Room on the disk.

        Raises:
            StoreError: The folder is gone, or nothing can be written into it.
        """
        with _told(self.folder):
            free = shutil.disk_usage(self._unfinished).free
            if not os.access(self._unfinished, os.W_OK | os.X_OK, effective_ids=True):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return free

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep everybody else from naming or removing pictures.

        Raises:
            StoreError: Another process does so for too long.
        """
        with _told(self.folder):
            try:
                lock = FileLock(self.folder / LOCK, timeout=LOCK_S).acquire(poll_interval=0.005)
            except Timeout as error:
                raise StoreError(
                    f"{self.folder}: another process has held its lock for {LOCK_S} s; end that process"
                ) from error
        with lock:
            yield

    def _write(self, content: bytes, path: Path) -> None:
        unfinished = self._unfinished / f"{path.name}.{secrets.token_hex(4)}"
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                to_disk(file)
            self._make_folder(path.parent)
            with self.locked():
                unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        folder.mkdir(parents=True, exist_ok=True)
        names_to_disk(folder.parent)
        names_to_disk(self.folder)

    def _is_there_again(self, checksum: str) -> bool:
        """Tell whether a picture is there; from now on it is in use."""
        if self._found(checksum) is None:
            return False
        with self.locked():
            path = self._found(checksum)
            if path is not None:
                os.utime(path)
            return path is not None

    def _folder_of(self, checksum: str) -> Path:
        return self.folder / checksum[:2] / checksum[2:4]

    def _found(self, checksum: str) -> Path | None:
        return next(self._folder_of(checksum).glob(f"{checksum}.*"), None)


def _is_recent(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime < RECENT_S
    except FileNotFoundError:  # another process was faster
        return True


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the system refuses into a message to act on."""
    try:
        yield
    except OSError as error:
        said = error.strerror or str(error)
        raise StoreError(
            f"{path}: {said}; make room on its disk or give scuff's user the right to write there, and scuff goes on "
            "by itself"
        ) from error
