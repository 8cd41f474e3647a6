import socket

import pytest

from scuff.core.knock import knock


def test_where_somebody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        knock("127.0.0.1", server.getsockname()[1])


def test_where_nobody_listens() -> None:
    with socket.socket() as taken:  # bound, so that nobody else listens there
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ConnectionError, match=f"nobody answers at 127.0.0.1:{port}: Connection refused"):
            knock("127.0.0.1", port)
