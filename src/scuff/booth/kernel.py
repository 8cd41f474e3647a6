"""Compile kernels with numba, and keep them compiled.

numba looks only at the file of a kernel to see whether it is still the one that was compiled, not at the kernels,
constants and tuples that it has from other files. So what is kept lies in a folder named by the content of all files
that have kernels and of those that they import.
"""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def fingerprint(room: Path) -> str:
    """Tell the kernels of a folder from others: by the content of their files and of those that they import."""
    sources = {path.stem: path.read_bytes() for path in room.glob("*.py")}
    imports = {name: {found.decode() for found in IMPORT.findall(source)} for name, source in sources.items()}
    with_kernels = {name for name in sources if "kernel" in imports[name]}
    content = hashlib.sha256()
    for name in sorted(with_kernels.union(*(imports[name] for name in with_kernels)) & set(sources)):
        content.update(sources[name])
    return content.hexdigest()[:16]


IMPORT = re.compile(rb"^from scuff\.booth\.(\w+) import", re.MULTILINE)


def _folder() -> str:
    """The user's cache folder for these very kernels; NUMBA_CACHE_DIR, where it is set, holds it instead."""
    base = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return str(Path(base) / "scuff" / f"booth-{fingerprint(Path(__file__).parent)}")


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
