"""A connection to a Ray cluster, which tells Ray's makers nothing and gives up soon where nobody answers."""

import importlib
import logging
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scuff.core.errors import ScuffError

ADDRESS = re.compile(r"auto|local|[^\s:/]+:[0-9]+")
"""The cluster that this machine belongs to, this machine alone, or the head of a cluster."""

CONNECT_S = 10
"""How long a cluster may take to answer, in seconds."""

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
    try:
        _knock(address)
        ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **options)
    except (OSError, OverflowError, RuntimeError, ValueError) as error:
        problem = "Ray cannot start here" if address == "local" else "no Ray cluster can be reached there"
        raise ScuffError(f"--ray-address {address}: {problem} ({error}); docs/inspection.md has more") from error
    try:
        yield ray
    finally:
        ray.shutdown()


def smallest_node(ray: Any) -> dict[str, float]:
    """What every machine that does the work has at least, as Ray calls it: ``CPU``, ``GPU``, ``memory`` in bytes.

    Where a machine has a GPU, those without do none of the work.
    """
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    with_gpu = [node for node in nodes if node.get("GPU")]
    working = with_gpu or nodes or [{"CPU": 1.0}]
    return {name: min(node.get(name, 0.0) for node in working) for name in ("CPU", "GPU", "memory")}


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


def _knock(address: str) -> None:
    """Raise OSError where nobody listens: Ray itself gives up only after minutes."""
    host, _, port = address.partition(":")
    if port:
        socket.create_connection((host, int(port)), CONNECT_S).close()
