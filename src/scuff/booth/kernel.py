"""Compile kernels with numba, and keep them compiled.

numba looks only at the file of a kernel to see whether it is still the one that was compiled, not at the kernels that
it calls from other files. So what is kept lies in a folder named by the content of all files that have kernels.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def _folder() -> str:
    """The user's cache folder for these very kernels; NUMBA_CACHE_DIR, where it is set, holds it instead."""
    content = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        source = path.read_bytes()
        if b"scuff.booth.kernel" in source:
            content.update(source)
    base = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return str(Path(base) / "scuff" / f"booth-{content.hexdigest()[:16]}")


FOLDER = _folder()


def kernel(function: Function) -> Function:
    """Compile a function when it is first called: without the interpreter's lock, and with fast arithmetic."""
    return _compiled(function, inline="never")


def inlined(function: Function) -> Function:
    """Like ``kernel``, for a function that becomes part of those that call it: faster, but slower to compile."""
    return _compiled(function, inline="always")


def _compiled(function: Function, inline: Literal["never", "always"]) -> Function:
    settings = vars(numba.config)
    before = settings["CACHE_DIR"]
    settings["CACHE_DIR"] = FOLDER
    try:
        compile_it = numba.njit(cache=True, fastmath=True, nogil=True, error_model="numpy", inline=inline)
        return cast(Function, compile_it(function))
    finally:
        settings["CACHE_DIR"] = before
