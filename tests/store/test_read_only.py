"""Files and folders that scuff's user may not write."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.fixtures.stores import Open, begin, finish

from scuff.core.errors import StoreError

NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may look into, also where the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="scuff-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def read_only(*paths: Path) -> Iterator[None]:
    """Take the right to write from files and folders, and from root its right to write everything."""
    modes = [path.stat().st_mode for path in paths]
    for path in paths:
        path.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)
        for path, mode in zip(paths, modes, strict=True):
            path.chmod(mode)


def test_a_database_that_may_not_be_written_is_told_when_it_is_opened(open_at: Open, folder: Path) -> None:
    file = folder / "scuff.db"
    url, pictures = f"sqlite:///{file}", str(folder / "pictures")
    open_at(f"sqlite:///{folder}/another.db")  # what Python loads for it, nobody may not read everywhere
    with read_only(folder), pytest.raises(StoreError, match=r"scuff\.db: Permission denied; give scuff's user the"):
        open_at(url, pictures=pictures)
    store = open_at(url, pictures=pictures)
    number = begin(store)
    store.close()
    with read_only(file, folder), pytest.raises(StoreError, match=r"scuff\.db: Permission denied; give scuff's user"):
        open_at(url, pictures=pictures)
    with read_only(file, folder), pytest.raises(StoreError, match=r"scuff\.db: attempt to write a readonly database"):
        begin(store, "T2")
    finish(store, number)
    assert store.latest(9)[0].id == number


def test_a_folder_of_pictures_that_may_not_be_written_is_told(open_at: Open, folder: Path) -> None:
    pictures = folder / "pictures"
    store = open_at(f"sqlite:///{folder}/scuff.db", pictures=str(pictures))
    with read_only(pictures / "unfinished"):
        with pytest.raises(StoreError, match=r"\.raw: Permission denied; make room on its disk or give scuff's user"):
            store.pictures.put(b"pixels", ".raw")
        with pytest.raises(StoreError, match="pictures: Permission denied"):
            store.check()
    store.check()
    store.pictures.verify(store.pictures.put(b"pixels", ".raw"))
