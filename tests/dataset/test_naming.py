from pathlib import Path, PurePosixPath

from scuff.dataset.formats.region import Item
from scuff.dataset.naming import frame_names, name_frames


def names(*paths: str) -> list[str]:
    return frame_names([PurePosixPath(path) for path in paths])


def item(name: str, image: str | None = None, origin: str = "") -> Item:
    picture = Path(image or name)
    return Item(PurePosixPath(name), picture, picture.name, Path(origin or picture))


def test_a_frame_has_the_stem_of_its_picture() -> None:
    assert names("deep/a.jpg", "b.c.png") == ["a", "b.c"]


def test_names_are_safe_as_file_names() -> None:
    assert names("part 7 (übel)/x y:1.jpg") == ["x_y_1"]


def test_letters_of_any_script_are_kept() -> None:
    assert names("划痕.jpg", "凹坑.jpg", "übel.jpg", "हिन्दी.jpg") == ["划痕", "凹坑", "übel", "हिन्दी"]
    assert names("u\u0308bel.jpg") == ["übel"]  # as a Mac writes it
    assert names("a\udcff.jpg") == ["a_"]  # a byte that is no UTF-8


def test_a_name_too_long_for_a_file_is_shortened_and_stays_different() -> None:
    long = [f"{'ü' * 100}{ending}" for ending in "ab"]
    one, other = names(*(f"{stem}.jpg" for stem in long))
    assert one != other
    assert one.startswith("ü" * 70 + "-")
    assert len(one.encode()) <= 150
    assert names(f"{'x' * 150}.jpg") == ["x" * 150]


def test_stems_that_are_alike_get_their_folders_and_so_do_the_others() -> None:
    paths = ["set/training/000001.jpg", "set/test/000001.jpg", "set/test/000002.jpg"]
    assert names(*paths) == ["training-000001", "test-000001", "test-000002"]
    assert names("../far/a/1.jpg", "../far/b/1.jpg") == ["a-1", "b-1"]
    assert names("x/A.jpg", "y/a.jpg") == ["x-A", "y-a"]  # one file on some disks


def test_frames_are_sorted_and_a_shared_name_is_broken() -> None:
    named, broken = name_frames([item("b.jpg"), item("a.jpg"), item("c d.jpg"), item("c_d.jpg")])
    assert list(named) == ["a", "b"]
    assert [entry.file.name for entry in broken] == ["c d.jpg", "c_d.jpg"]
    assert broken[0].reason == "duplicate name: another picture would be the frame 'c_d' too; rename one"


def test_a_picture_that_is_annotated_twice_is_broken() -> None:
    first, second = item("one.json", "a.jpg", "one.json"), item("two.json", "a.jpg", "two.json")
    named, broken = name_frames([first, second, item("b.jpg")])
    assert list(named) == ["b"]
    assert [(entry.file.name, entry.reason) for entry in broken] == [
        ("one.json", "duplicate name: a.jpg is listed 2 times; keep one"),
        ("two.json", "duplicate name: a.jpg is listed 2 times; keep one"),
    ]
