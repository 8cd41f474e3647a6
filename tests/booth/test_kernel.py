import shutil
from pathlib import Path

import pytest

from scuff.booth import kernel
from scuff.booth.form import form_of
from scuff.booth.height import smooth, surface
from scuff.booth.kernel import fingerprint
from scuff.booth.shape import Sink

ROOM = Path(kernel.__file__).parent


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A folder with two kernels, a constant that one of them has from elsewhere, and what uses that one."""
    sources = {
        "kernel": "def kernel(function): ...",
        "noise": "from scuff.booth.kernel import kernel",
        "steel": "from scuff.booth.kernel import kernel\nfrom scuff.booth.form import A",
        "form": "A = 1",
        "part": "from scuff.booth.steel import steel",
    }
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source)
    return tmp_path


@pytest.mark.parametrize("name", ["kernel", "noise", "steel", "form"])
def test_kernels_are_compiled_again_where_their_files_or_what_these_import_changed(room: Path, name: str) -> None:
    before = fingerprint(room)
    assert fingerprint(room) == before
    with (room / f"{name}.py").open("a") as file:
        file.write("\n")
    assert fingerprint(room) != before


def test_other_files_do_not_matter(room: Path) -> None:
    before = fingerprint(room)
    (room / "part.py").write_text("B = 2")
    (room / "new.py").write_text("C = 3")
    assert fingerprint(room) == before


def test_the_folder_is_that_of_the_kernels_of_this_room(tmp_path: Path) -> None:
    assert Path(kernel.FOLDER).name == f"booth-{fingerprint(ROOM)}"
    for name in ("form", "shading", "geometry", "steel"):  # constants, luminaires, marching, texture
        shutil.copytree(ROOM, tmp_path / name)
        with (tmp_path / name / f"{name}.py").open("a") as file:
            file.write("\n")
        assert fingerprint(tmp_path / name) != fingerprint(ROOM)


def test_a_compiled_function_does_what_the_function_does() -> None:
    form = form_of(Sink())
    for x, y in [(245.0, 3.0), (-120.0, 80.0), (70.0, 30.0), (285.0, 0.0)]:
        assert surface(x, y, form) == pytest.approx(vars(surface)["py_func"](x, y, form))
    assert smooth(0.3) == pytest.approx(vars(smooth)["py_func"](0.3))
