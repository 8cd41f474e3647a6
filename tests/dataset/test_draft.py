from contextlib import suppress
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from unittest.mock import Mock

import pytest

from scuff.core.errors import CatalogueError
from scuff.dataset.catalogue import RECORD, TABLE, Catalogue, Record, Row, load_catalogue, save_catalogue
from scuff.dataset.draft import DRAFT, check_out, draft_in, publish

MADE = Record(source="", annotation_format="masks", classes=(), parts_from="unknown")
NEW = Row("new", "", "", "../new.png", 1, 1, "masks/new.png", "dent:1", "")


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


def save_old(out: Path) -> None:
    """Save a catalogue of one frame, with a mask and an embedded picture."""
    for name in ("masks/old.png", "images/old.png"):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).touch()
    save_catalogue(out, MADE, [Row("old", "", "", "images/old.png", 1, 1, "masks/old.png", "dent:1", "")])


def put_new(out: Path) -> None:
    """Publish a catalogue of one frame with a mask."""
    with draft_in(out) as draft:
        (draft / "masks").mkdir()
        (draft / "masks" / "new.png").touch()
        publish(draft, out, MADE, [NEW])


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("needed", ["images/old.png", "masks/old.png", RECORD])
def test_what_the_new_catalogue_needs_of_the_old_is_never_lost(tmp_path: Path, needed: str) -> None:
    save_old(tmp_path)
    with pytest.raises(CatalogueError, match=f"{needed}: would be lost, it belongs to the catalogue there"):
        check_out(tmp_path, [tmp_path / needed], overwrite=True)


@pytest.mark.parametrize("foreign", ["masks/drawn.png", "images/photo.jpg", "masks/deep/drawn.png"])
def test_a_file_of_somebody_else_is_never_removed(tmp_path: Path, foreign: str) -> None:
    save_old(tmp_path)
    (tmp_path / foreign).parent.mkdir(exist_ok=True)
    (tmp_path / foreign).touch()
    with pytest.raises(CatalogueError, match="is not named by the catalogue there, and would be lost; move it"):
        check_out(tmp_path, [], overwrite=True)
    with pytest.raises(CatalogueError, match="is not named by the catalogue there"):
        put_new(tmp_path)
    assert files(tmp_path) == sorted([TABLE, RECORD, "images/old.png", "masks/old.png", foreign])


def test_a_damaged_table_owns_nothing(tmp_path: Path) -> None:
    save_old(tmp_path)
    (tmp_path / TABLE).write_text("frame\n")
    with pytest.raises(CatalogueError, match=r"images/old\.png: is not named by the catalogue there"):
        check_out(tmp_path, [], overwrite=True)


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
    save_old(tmp_path)
    (tmp_path / "split.csv").touch()
    put_new(tmp_path)
    assert files(tmp_path) == [TABLE, RECORD, "masks/new.png", "split.csv"]


STEPS = ["pathlib.Path.unlink", "pathlib.Path.rmdir", "pathlib.Path.replace", "scuff.dataset.draft.save_catalogue"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("times", range(4))
def test_an_interrupted_publishing_leaves_no_half_catalogue_and_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, times: int
) -> None:
    """The process is killed at some step; the next import needs no --overwrite where no catalogue is left."""
    save_old(tmp_path)
    old = load_catalogue(tmp_path)
    owner, _, name = step.rpartition(".")
    done = 0
    real = resolve_name(owner.replace(".Path", ":Path")).__dict__[name]

    def killed(*arguments: Any, **options: Any) -> Any:
        nonlocal done
        done += 1
        if done > times:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    with draft_in(tmp_path) as draft:
        (draft / "masks").mkdir()
        (draft / "masks" / "new.png").touch()
        with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
            patch.setattr(step, killed)
            publish(draft, tmp_path, MADE, [NEW])
    if (tmp_path / TABLE).exists():
        assert load_catalogue(tmp_path) in (old, Catalogue(tmp_path, MADE, (NEW,)))
    check_out(tmp_path, [], overwrite=(tmp_path / TABLE).exists())
    put_new(tmp_path)
    assert files(tmp_path) == [TABLE, RECORD, "masks/new.png"]


def test_without_the_last_step_there_is_no_catalogue_and_the_way_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_old(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("scuff.dataset.draft.save_catalogue", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            put_new(tmp_path)
    assert not (tmp_path / TABLE).exists()
    assert (tmp_path / "masks" / "new.png").exists()
    check_out(tmp_path, [], overwrite=False)
