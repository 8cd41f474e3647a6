import pytest

from scuff.bench import mlflow_address
from scuff.bench.mlflow_address import knock_at, without_password


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlflow_address, "getproxies", dict)


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where it is knocked; nobody answers."""
    knocked: list[tuple[str, int]] = []

    def refuse(host: str, port: int) -> None:
        knocked.append((host, port))
        raise ConnectionError("nobody answers")

    monkeypatch.setattr(mlflow_address, "knock", refuse)
    return knocked


@pytest.mark.parametrize(
    ("uri", "door"),
    [
        ("http://server", ("server", 80)),
        ("https://alice:s3cret@server/mlflow", ("server", 443)),
        ("http://server:5000", ("server", 5000)),
        ("postgresql+psycopg://alice:s3/cret@server/runs", ("server", 5432)),
        ("mysql+pymysql://alice@server/runs", ("server", 3306)),
        ("mssql+pyodbc://server/runs", ("server", 1433)),
        ("postgresql://server:5433/runs", ("server", 5433)),
    ],
)
def test_the_door_of_an_address(uri: str, door: tuple[str, int], doors: list[tuple[str, int]]) -> None:
    pytest.importorskip("sqlalchemy", reason="SQLAlchemy is missing: pip install scuff[mlflow]")
    with pytest.raises(ConnectionError):
        knock_at(uri)
    assert doors == [door]


@pytest.mark.parametrize("uri", ["sqlite:///runs.db", "sqlite:////data/runs.db", "runs", "databricks", "file:///runs"])
def test_an_address_of_no_other_machine(uri: str, doors: list[tuple[str, int]]) -> None:
    knock_at(uri)
    assert doors == []


def test_a_server_behind_a_proxy_is_not_knocked_at(
    doors: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlflow_address, "getproxies", lambda: {"https": "http://proxy:3128"})
    monkeypatch.setattr(mlflow_address, "proxy_bypass", lambda host: host == "near")
    knock_at("https://far")
    assert doors == []
    with pytest.raises(ConnectionError):
        knock_at("https://near")


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("mysql://alice:s3cret@server/runs", "mysql://alice:***@server/runs"),
        ("http://alice:s%2Fcret@server", "http://alice:***@server"),
        ("postgresql://alice:s/c@ret@server/runs", "postgresql://alice:***@server/runs"),
        ("http://:s3cret@server", "http://:***@server"),
        ("http://server:5000/a:b", "http://server:5000/a:b"),
        ("http://alice:@server", "http://alice:@server"),
        ("sqlite:///runs.db", "sqlite:///runs.db"),
    ],
)
def test_an_address_without_its_password(uri: str, shown: str) -> None:
    assert without_password(f"{uri}: refused ({uri})", uri) == f"{shown}: refused ({shown})"


def test_a_password_is_hidden_as_it_is_meant_too() -> None:
    assert without_password("'s/cret' is wrong", "mysql://alice:s%2Fcret@server") == "'***' is wrong"
