from pathlib import Path

import pytest

from scuff.core.errors import StationError
from scuff.serving.secret import secret_of


def test_the_first_line(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("open sesame\nnote\n", encoding="utf-8")
    assert secret_of(str(tmp_path / "secret"), "mqtt.password_file") == "open sesame"


@pytest.mark.parametrize(("octets", "message"), [(b"\n", "is empty"), (b"\xff", "cannot be read")])
def test_no_password(tmp_path: Path, octets: bytes, message: str) -> None:
    (tmp_path / "secret").write_bytes(octets)
    with pytest.raises(StationError, match=message):
        secret_of(str(tmp_path / "secret"), "mqtt.password_file")


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(StationError, match=r"mqtt\.password_file: .* cannot be read"):
        secret_of(str(tmp_path / "none"), "mqtt.password_file")
    with pytest.raises(StationError, match=r"mqtt\.password_file is not set"):
        secret_of("", "mqtt.password_file")
