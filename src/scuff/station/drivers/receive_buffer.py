"""Room for packets that arrive while nobody reads them."""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

SO_RCVBUFFORCE = 33
"""Of Linux: like SO_RCVBUF, but beyond net.core.rmem_max; needs CAP_NET_ADMIN. Python has no name for it."""


def widen(udp_port: int, size: int) -> None:
    """Enlarge the receive buffer of a UDP socket of this process, as far as the system lets it.

    libaravis does it when a stream's first packet is there already, which costs the first frame after each start.

    Args:
        udp_port: That the socket is bound to.
        size: In bytes.
    """
    for number in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        # One may be closed meanwhile; and only an administrator may force it.
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                _widen(number, udp_port, size)


def _widen(number: int, udp_port: int, size: int) -> None:
    with socket.socket(fileno=os.dup(number)) as link:
        if link.type == socket.SOCK_DGRAM and link.getsockname()[1:] == (udp_port,):
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
            link.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, size)
