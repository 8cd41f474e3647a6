import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scuff.core.errors import ScuffError
from scuff.dataset.formats.folder import annotation_files, files_under, may_belong
from scuff.dataset.formats.region import Broken

Touch = Callable[..., None]


@pytest.fixture
def touch(tmp_path: Path) -> Touch:
    def make(*names: str) -> None:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()

    return make


def names(folder: Path) -> list[str]:
    files, broken = files_under(folder)
    assert not broken
    return [path.relative_to(folder).as_posix() for path in files]


def test_hidden_files_are_passed_over(tmp_path: Path, touch: Touch) -> None:
    touch("b.jpg", "a/c.jpg", "._b.jpg", ".cache/d.jpg")
    assert names(tmp_path) == ["a/c.jpg", "b.jpg"]


def test_a_catalogue_hides_itself_and_nothing_beside_it(tmp_path: Path, touch: Touch) -> None:
    touch("catalogue.csv", "import.json", "masks/a.png", "images/a.png", "a.jpg", "deep/masks/b.png", "a.json")
    assert names(tmp_path) == ["a.jpg", "a.json", "deep/masks/b.png"]
    (tmp_path / "import.json").unlink()  # no catalogue any more
    assert names(tmp_path) == ["a.jpg", "a.json", "catalogue.csv", "deep/masks/b.png", "images/a.png", "masks/a.png"]


def test_links_to_folders_are_followed_once(tmp_path: Path, touch: Touch) -> None:
    touch("elsewhere/a.jpg", "source/z/b.jpg")
    source = tmp_path / "source"
    (source / "linked").symlink_to(tmp_path / "elsewhere")
    (source / "again").symlink_to(source / "z")
    (source / "z" / "loop").symlink_to(source)
    assert names(source) == ["linked/a.jpg", "z/b.jpg"]


@pytest.fixture
def scandir_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to list folders called ``locked``, as the system does to a user without the right to."""
    scandir = os.scandir

    def refused(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)


@pytest.mark.usefixtures("scandir_refused")
def test_a_folder_that_cannot_be_read_is_broken(tmp_path: Path, touch: Touch) -> None:
    touch("a.jpg", "locked/b.jpg")
    files, broken = files_under(tmp_path)
    assert files == [tmp_path / "a.jpg"]
    assert broken == [Broken(tmp_path / "locked", "a folder that cannot be read (Permission denied)")]


def test_annotation_files_are_found_by_their_suffix(tmp_path: Path, touch: Touch) -> None:
    touch("a.json", "b.JSON", "c.xml")
    assert annotation_files(tmp_path, ".json") == ([tmp_path / "a.json", tmp_path / "b.JSON"], [])
    assert annotation_files(tmp_path / "odd.txt", ".json") == ([tmp_path / "odd.txt"], [])
    with pytest.raises(ScuffError, match=r"holds no \.yml file, and so no annotations of this format"):
        annotation_files(tmp_path, ".yml")


@pytest.mark.parametrize(
    ("annotation", "picture", "expected"),
    [("b_labels", "b", True), ("GT-B", "b", True), ("b", "b", True), ("12", "1", False), ("b", "c", False)],
)
def test_an_annotation_may_belong_to_a_picture(annotation: str, picture: str, expected: bool) -> None:
    assert may_belong(annotation, picture) is expected
