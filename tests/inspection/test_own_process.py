import math
import multiprocessing
import os
from pathlib import Path

import pytest

from scuff.core.errors import RecipeError, ScuffError
from scuff.core.recipe_file import load_recipe
from scuff.inspection.own_process import call_alone


def test_function_is_called_in_another_process() -> None:
    assert call_alone(os.getpid) != os.getpid()
    assert call_alone(int, "ff", base=16) == 255
    assert multiprocessing.active_children() == []


def test_what_the_function_raises_comes_out(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="math domain error"):
        call_alone(math.sqrt, -1)
    with pytest.raises(RecipeError, match=r"none\.toml: there is no such file"):
        call_alone(load_recipe, tmp_path / "none.toml")


def test_process_that_ends_by_itself_is_an_error() -> None:
    with pytest.raises(ScuffError, match=r"ended by itself \(exit code 3\); often, memory has run out"):
        call_alone(os._exit, 3)
