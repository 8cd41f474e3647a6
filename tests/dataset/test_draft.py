from pathlib import Path

import pytest

from scuff.core.errors import CatalogueError
from scuff.dataset.catalogue import RECORD, TABLE, Record
from scuff.dataset.draft import DRAFT, check_out, draft_in, publish

MADE = Record(source="", annotation_format="masks", classes=(), parts_from="unknown")


def test_a_catalogue_may_live_beside_other_things_but_not_on_them(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").touch()
    check_out(tmp_path, [], overwrite=False)
    (tmp_path / "images").mkdir()
    for overwrite in (False, True):
        with pytest.raises(CatalogueError, match="holds 'images' that no import made; name an empty folder"):
            check_out(tmp_path, [], overwrite)
    with pytest.raises(CatalogueError, match=r"recipe\.toml: is a file; name a folder for the catalogue"):
        check_out(tmp_path / "recipe.toml", [], overwrite=False)


def test_a_catalogue_is_only_replaced_when_told(tmp_path: Path) -> None:
    (tmp_path / TABLE).touch()
    with pytest.raises(CatalogueError, match="holds a catalogue already; name another folder, or give --overwrite"):
        check_out(tmp_path, [], overwrite=False)
    check_out(tmp_path, [], overwrite=True)


def test_pictures_of_the_old_catalogue_are_never_lost(tmp_path: Path) -> None:
    for name in (TABLE, "images"):
        (tmp_path / name).mkdir()
    with pytest.raises(CatalogueError, match=r"a\.png: would be lost"):
        check_out(tmp_path, [tmp_path / "images" / "a.png"], overwrite=True)


def interrupt(out: Path) -> None:
    """Begin a catalogue and press Ctrl-C."""

    def begin() -> None:
        with draft_in(out) as draft:
            (draft / "masks").mkdir()  # fails if a killed process left one there
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        begin()


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "new" / "catalogue"
    interrupt(out)
    assert not out.exists()


def test_an_interruption_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").touch()
    (tmp_path / DRAFT / "masks").mkdir(parents=True)  # of a process that was killed
    interrupt(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["recipe.toml"]


def test_publishing_replaces_all_of_the_old_catalogue(tmp_path: Path) -> None:
    for name in (TABLE, RECORD, "masks/old.png", "images/old.png", "split.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    with draft_in(tmp_path) as draft:
        (draft / "masks").mkdir()
        (draft / "masks" / "new.png").touch()
        publish(draft, tmp_path, MADE, [])
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert files == [TABLE, RECORD, "masks/new.png", "split.csv"]


def test_without_the_last_step_there_is_no_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scuff.dataset.draft.save_catalogue", interrupted)
    (tmp_path / TABLE).touch()
    with pytest.raises(KeyboardInterrupt), draft_in(tmp_path) as draft:
        publish(draft, tmp_path, MADE, [])
    assert not (tmp_path / TABLE).exists()
