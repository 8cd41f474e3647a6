"""What a service tells systemd: that it is ready, alive, or stopping (see sd_notify(3))."""

import os
import socket

SOCKET, PERIOD = "NOTIFY_SOCKET", "WATCHDOG_USEC"
"""Variables of the environment in which systemd says where to, and how often."""

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def notify(*words: str) -> bool:
    """Tell systemd something; whoever started the service otherwise hears nothing.

    Args:
        words: Such as ``READY``, or ``STATUS=`` and a sentence.

    Returns:
        Whether somebody listens.
    """
    address = os.environ.get(SOCKET, "")
    if not address:
        return False
    if address.startswith("@"):  # an abstract socket of Linux, which has no file
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.settimeout(1)
            to.sendto("\n".join(words).encode(), address)
    except OSError:
        return False
    return True


def period_s() -> float | None:
    """How often systemd wants to hear that the service is alive, in seconds; ``None``: it does not watch.

    Half of the time after which it gives up, as its manual advises.
    """
    try:
        return int(os.environ[PERIOD]) / 2e6
    except (KeyError, ValueError):
        return None
