from pathlib import Path

import pytest

from scuff.core.errors import PictureError
from scuff.inspection.sources import find_sources, unique_names


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with b.png, a.jpg, sub/c.TIF, and what is no picture of the user's."""
    folder = tmp_path / "in"
    for name in ("b.png", "a.jpg", "sub/c.TIF", "notes.txt", ".hidden.png", ".cache/d.png"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def files(*arguments: object, out: Path = Path("out")) -> list[str]:
    return [source.file for source in find_sources([str(argument) for argument in arguments], out)]


def test_folder_stands_for_the_pictures_below_it(pictures: Path) -> None:
    found = find_sources([str(pictures)], Path("out"))
    assert [(source.file, source.frame) for source in found] == [
        ("a.jpg", "a"),
        ("b.png", "b"),
        ("sub/c.TIF", "c"),
    ]
    assert found[2].path == pictures / "sub" / "c.TIF"


def test_raw_frames_are_pictures(pictures: Path) -> None:
    (pictures / "d.raw").touch()
    assert files(pictures) == ["a.jpg", "b.png", "d.raw", "sub/c.TIF"]


def test_patterns_and_doubles(pictures: Path) -> None:
    assert files(pictures / "*.*g") == ["a.jpg", "b.png"]
    assert files(f"{pictures}/**/c.*", pictures / "b.png", pictures / "b.png", pictures / "sub" / ".." / "b.png") == [
        "b.png",
        "sub/c.TIF",
    ]


def test_link_to_a_picture_is_no_second_picture(pictures: Path) -> None:
    (pictures / "z.png").symlink_to(pictures / "b.png")
    assert files(pictures) == ["a.jpg", "b.png", "sub/c.TIF"]


def test_named_file_is_taken_whatever_its_suffix(pictures: Path) -> None:
    assert files(pictures / "notes.txt") == ["notes.txt"]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("in/none.png", "in/none.png: there is no such file or folder"),
        ("in/*.bmp", r"in/\*\.bmp: no picture matches this pattern; scuff reads .*\.png"),
        ("empty", "empty: no picture in this folder or below it; scuff reads"),
    ],
)
def test_what_names_no_picture_is_refused(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, argument: str, message: str
) -> None:
    monkeypatch.chdir(pictures.parent)
    Path("empty").mkdir()
    with pytest.raises(PictureError, match=message):
        files(argument)


@pytest.mark.parametrize("argument", ["", "b.png", "*.png"])
def test_outputs_between_the_pictures_are_refused(pictures: Path, argument: str) -> None:
    with pytest.raises(PictureError, match="name another folder with --out than"):
        files(pictures / argument, out=pictures)


def test_outputs_below_the_pictures_are_left_out(pictures: Path) -> None:
    assert files(pictures, out=pictures / "sub") == ["a.jpg", "b.png"]
    assert files(f"{pictures}/**/*.*", out=pictures / "sub") == ["a.jpg", "b.png"]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (("a/x.png", "b/y.png"), ("x", "y")),
        (("a/x.png", "b/x.png"), ("a_x", "b_x")),
        (("x.jpg", "x.png"), ("x.jpg", "x.png")),
        (("a/X.png", "b/x.png"), ("a_X", "b_x")),
        (("a/x.png", "a_x.png", "x.png"), ("a_x.png", "a_x", "x")),
    ],
)
def test_equal_stems_get_names_of_their_own(paths: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert tuple(unique_names(paths).values()) == names


def test_long_names_leave_room_for_suffixes() -> None:
    (name,) = unique_names([f"{'ü' * 120}.png"]).values()
    assert len(name.encode()) < 200
    assert name.startswith("üüü")
