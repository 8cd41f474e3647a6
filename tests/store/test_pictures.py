import errno
import os
import threading
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock

from scuff.core.errors import StoreError
from scuff.store import pictures as module
from scuff.store.pictures import LOCK, UNFINISHED, Pictures

CONTENT = b"pixels"
CHECKSUM = sha256(CONTENT).hexdigest()


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def age(path: Path, seconds: float = 2 * module.RECENT_S) -> None:
    """Make a file as old as if it had been written so long ago."""
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


def test_a_picture_is_found_by_its_checksum(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path / "pictures")
    assert pictures.put(CONTENT, ".png") == CHECKSUM
    path = pictures.get(CHECKSUM)
    assert path == tmp_path / "pictures" / CHECKSUM[:2] / CHECKSUM[2:4] / f"{CHECKSUM}.png"
    assert path.read_bytes() == CONTENT
    pictures.verify(CHECKSUM)


def test_the_same_content_is_there_once(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path)
    assert pictures.put(CONTENT, ".png") == pictures.put(CONTENT, ".raw") == CHECKSUM
    assert [name for name in files(tmp_path) if CHECKSUM in name] == [f"{CHECKSUM[:2]}/{CHECKSUM[2:4]}/{CHECKSUM}.png"]


def test_a_picture_is_on_the_disk_before_it_has_its_name(tmp_path: Path, disk: list[str]) -> None:
    """The file, then the folders that were made for it, then the name, and the folder that holds it."""
    Pictures(tmp_path).put(CONTENT, ".png")
    folder = f"{CHECKSUM[:2]}/{CHECKSUM[2:4]}"
    assert disk[0].startswith(f"on disk unfinished/{CHECKSUM}.png.")
    assert disk[1:] == [
        f"on disk {CHECKSUM[:2]}",
        "on disk .",
        f"now {folder}/{CHECKSUM}.png",
        f"on disk {folder}",
    ]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    pictures = Pictures(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(StoreError, match=rf"{CHECKSUM}\.png: No space left on device; make room"):
            pictures.put(CONTENT, ".png")
    assert [name for name in files(tmp_path) if name != LOCK] == []
    assert pictures.put(CONTENT, ".png") == CHECKSUM
    pictures.verify(CHECKSUM)


def test_what_killed_runs_have_left_goes_when_it_is_old(tmp_path: Path) -> None:
    Pictures(tmp_path)
    old, new = tmp_path / UNFINISHED / "old.png.1", tmp_path / UNFINISHED / "new.png.2"
    for path in (old, new):
        path.write_bytes(b"half")
    age(old)
    Pictures(tmp_path)
    assert files(tmp_path / UNFINISHED) == ["new.png.2"]


def test_a_picture_that_is_gone_or_altered_is_told(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path)
    with pytest.raises(StoreError, match=f"no picture {CHECKSUM}; it was removed by the rules of retention"):
        pictures.get(CHECKSUM)
    pictures.put(CONTENT, ".png")
    pictures.get(CHECKSUM).write_bytes(b"pixelz")
    with pytest.raises(StoreError, match=r"\.png: its content is no longer what was stored"):
        pictures.verify(CHECKSUM)


def test_a_picture_that_comes_again_is_in_use_again(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path)
    pictures.put(CONTENT, ".png")
    age(pictures.get(CHECKSUM))
    assert not pictures.is_in_use(CHECKSUM)
    pictures.put(CONTENT, ".png")
    assert pictures.is_in_use(CHECKSUM)


def test_a_folder_that_is_locked_for_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_S", 0.01)
    pictures = Pictures(tmp_path)
    with FileLock(tmp_path / LOCK), pytest.raises(StoreError, match="another process has held its lock"):
        pictures.put(CONTENT, ".png")
    assert pictures.put(CONTENT, ".png") == CHECKSUM


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="file/pictures: Not a directory"):
        Pictures(tmp_path / "file" / "pictures")


def test_a_folder_that_is_gone_is_told_and_used_when_it_is_back(tmp_path: Path) -> None:
    """As a disk that is unmounted: nothing is written where it was."""
    pictures = Pictures(tmp_path / "pictures")
    (tmp_path / "pictures").rename(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="No such file or directory"):
        pictures.put(CONTENT, ".png")
    with pytest.raises(StoreError, match="No such file or directory"):
        pictures.free_bytes()
    (tmp_path / "elsewhere").rename(tmp_path / "pictures")
    pictures.verify(pictures.put(CONTENT, ".png"))
    assert pictures.free_bytes() > 0


def test_threads_store_the_same_and_other_pictures(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path)
    contents = [bytes([number % 3]) * 1000 for number in range(24)]
    threads = [threading.Thread(target=pictures.put, args=(content, ".raw")) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for content in contents:
        pictures.verify(sha256(content).hexdigest())
    assert len([name for name in files(tmp_path) if name != LOCK]) == 3
