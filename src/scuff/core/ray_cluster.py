"""A connection to a Ray cluster, which tells Ray's makers nothing and gives up soon where nobody answers."""

import importlib
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scuff.core.errors import ScuffError
from scuff.core.knock import knock

ADDRESS = re.compile(r"auto|local|[^\s:/]+:[0-9]+")
"""The cluster that this machine belongs to, this machine alone, or the head of a cluster."""

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal", "RAY_DATA_DISABLE_PROGRESS_BARS": "1"}
"""Ray tells its makers nothing, and leaves the terminal to whoever calls it."""


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Connect to a cluster, and give Ray; the cluster on this machine alone is started first, without Ray's web page.

    Args:
        address: As ``ADDRESS`` describes.

    Raises:
        ScuffError: Ray is not installed, or no cluster answers.
    """
    os.environ.update(QUIET)
    ray = import_part("ray")
    options = {"include_dashboard": False} if address == "local" else {}
    host, _, port = address.partition(":")
    try:
        if port:  # Ray itself gives up only after minutes
            knock(host, int(port))
        ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **options)
    except (OSError, OverflowError, RuntimeError, ValueError) as error:
        problem = "Ray cannot start here" if address == "local" else "no Ray cluster can be reached there"
        raise ScuffError(f"--ray-address {address}: {problem} ({error}); docs/inspection.md has more") from error
    try:
        yield ray
    finally:
        ray.shutdown()


def living_nodes(ray: Any) -> list[dict[str, float]]:
    """What each machine that can work now has, as Ray calls it: ``CPU``, ``GPU``, ``memory`` in bytes."""
    return [node["Resources"] for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]


def import_part(name: str) -> Any:
    """Import Ray, or what comes with it.

    Raises:
        ScuffError: It is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ScuffError(
            f"working through Ray needs the package {error.name!r}; install it with: pip install 'scuff[cluster]'"
        ) from error
