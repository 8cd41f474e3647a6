import errno
import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from scuff.core.whole_file import is_part, names_to_disk, whole_file, whole_text


def test_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with whole_file(path) as file:
        file.write(b"whole")
        assert not path.exists()
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("a.bin", b"whole")]


def interrupted(path: Path) -> None:
    with whole_text(path) as file:
        file.write("half")
        raise KeyboardInterrupt


def test_what_fails_leaves_the_older_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("older")
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a.txt", "older")]


def test_two_writers_of_one_file_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with whole_file(path) as given_up, whole_file(path) as successor:
        given_up.write(b"same")
        successor.write(b"same")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("a.bin", b"same")]


def test_a_file_survives_a_loss_of_power(tmp_path: Path, disk: list[str]) -> None:
    with whole_text(tmp_path / "a.txt") as file:
        file.write("content")
    assert is_part(disk[0].removeprefix("on disk "), (".txt",))
    assert disk[1:] == ["now a.txt", "on disk ."]


def test_nobody_waits_for_what_need_not_last(tmp_path: Path, disk: list[str]) -> None:
    with whole_file(tmp_path / "a.bin", lasting=False) as file:
        file.write(b"content")
    assert disk == ["now a.bin"]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EIO])
def test_a_drive_that_cannot_keep_names_is_used_and_a_broken_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with nullcontext() if number == errno.EINVAL else pytest.raises(OSError, match="Input/output"):
        names_to_disk(tmp_path)


def test_a_system_that_opens_no_folders_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_DIRECTORY")
    names_to_disk(tmp_path / "opened by nobody")


def full(path: Path) -> None:
    with whole_file(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_told_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space") as caught:
        full(tmp_path / "a.bin")
    assert caught.value.filename == str(tmp_path / "a.bin")
    assert list(tmp_path.iterdir()) == []


def test_text_is_utf8_with_its_own_ends_of_lines(tmp_path: Path) -> None:
    with whole_text(tmp_path / "a.txt") as file:
        file.write("größer\r\n\n")
    assert (tmp_path / "a.txt").read_bytes() == "größer\r\n\n".encode()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (".a.json.0123abcd.part", True),
        (".a.b.json.0123abcd.part", True),
        (".a.txt.0123abcd.part", False),
        ("a.json.0123abcd.part", False),
        (".a.json", False),
        (".part", False),
        ("a.part", False),
    ],
)
def test_parts_of_our_files_are_known_by_their_names(name: str, expected: bool) -> None:
    assert is_part(name, (".json",)) == expected


def test_part_of_a_file_that_is_being_written_is_one(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a.json"):
        (part,) = tmp_path.iterdir()
        assert is_part(part.name, (".json",))
