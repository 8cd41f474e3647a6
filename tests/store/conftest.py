"""Stores to test: each test of a `url` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.stores import Open

from scuff.core.station_recipe import StoreSettings
from scuff.store.opening import open_store
from scuff.store.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'scuff.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.make_database()


@pytest.fixture
def open_at(tmp_path: Path) -> Iterator[Open]:
    """Opens stores, and closes them at the end."""
    opened: list[Store] = []

    def opening(url: str, station: str = "station", **settings: object) -> Store:
        values = {"url": url, "pictures": str(tmp_path / f"pictures-{station}"), "least_free_gb": 0.0, **settings}
        opened.append(open_store(StoreSettings.model_validate(values), station))
        return opened[-1]

    yield opening
    for store in opened:
        store.close()


@pytest.fixture
def store(url: str, open_at: Open) -> Store:
    """An empty store."""
    return open_at(url)
