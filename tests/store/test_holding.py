from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.stores import Open, begin

from scuff.core.errors import StoreError
from scuff.store.database import Database
from scuff.store.store import Store

REFUSED = "another `scuff station run` works as station 'A' .*; stop it, or give this one a line.station"


def test_one_line_at_a_time_works_with_a_station(url: str, open_at: Open, tmp_path: Path) -> None:
    first = open_at(url, "A")
    second = open_at(url, "A", pictures=str(tmp_path / "others"))
    with first.hold():
        for _ in range(2):
            with pytest.raises(StoreError, match=REFUSED), second.hold():
                pass
            first.check()
    with second.hold():
        begin(second)


def test_another_station_shares_the_database(url: str, open_at: Open) -> None:
    with open_at(url, "A").hold(), open_at(url, "B").hold():
        pass


def test_a_station_of_the_same_name_is_another_one_in_another_database(open_at: Open, tmp_path: Path) -> None:
    first = open_at(f"sqlite:///{tmp_path}/1.db", "A")
    second = open_at(f"sqlite:///{tmp_path}/2.db", "A", pictures=str(tmp_path / "others"))
    with first.hold(), second.hold():
        pass


def test_two_databases_do_not_share_a_folder_of_pictures(open_at: Open, tmp_path: Path) -> None:
    first, second = (open_at(f"sqlite:///{tmp_path}/{name}.db", "A") for name in "12")
    message = "pictures-A: another `scuff station run` works with these pictures; stop it, or give this one a store.pic"
    with first.hold():
        for _ in range(2):
            with pytest.raises(StoreError, match=message), second.hold():
                pass


def test_a_file_by_another_name_is_the_same_database(open_at: Open, tmp_path: Path) -> None:
    first = open_at(f"sqlite:///{tmp_path}/scuff.db", "A")
    (tmp_path / "link").symlink_to(tmp_path)
    second = open_at(f"sqlite:///{tmp_path}/link/scuff.db", "A", pictures=str(tmp_path / "others"))
    with first.hold(), pytest.raises(StoreError, match=REFUSED), second.hold():
        pass


def test_a_lock_that_somebody_deletes_is_taken_again(open_at: Open, tmp_path: Path) -> None:
    first = open_at(f"sqlite:///{tmp_path}/scuff.db", "A")
    second = open_at(f"sqlite:///{tmp_path}/scuff.db", "A", pictures=str(tmp_path / "others"))
    with first.hold():
        (lock,) = tmp_path.glob(".scuff.db.line-*")
        lock.unlink()
        first.check()
        with pytest.raises(StoreError, match=REFUSED), second.hold():
            pass
        lock.unlink()
        with second.hold(), pytest.raises(StoreError, match=REFUSED):
            first.check()
        first.check()


def test_a_folder_that_may_not_be_written_is_told(open_at: Open, tmp_path: Path) -> None:
    store = open_at(f"sqlite:///{tmp_path}/scuff.db", "A")
    (tmp_path / "pictures-A" / ".line.lock").mkdir()
    with pytest.raises(StoreError, match=r"\.line\.lock: .*; give scuff's user the right to write there"), store.hold():
        pass


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_comes_back_is_held_again(
    open_at: Open, postgres: PostgresServer, tmp_path: Path, mode: str
) -> None:
    url = postgres.make_database()
    first = open_at(url, "A")
    second = open_at(url, "A", pictures=str(tmp_path / "others"))
    with first.hold():
        postgres.stop(mode)
        try:
            with pytest.raises(StoreError, match="start the database"):
                first.check()
        finally:
            postgres.start()
        first.check()
        with pytest.raises(StoreError, match=REFUSED), second.hold():
            pass


def test_a_server_that_hung_is_held_again(open_at: Open, postgres: PostgresServer) -> None:
    store = open_at(postgres.make_database(), "A")
    with store.hold():
        with postgres.frozen(), pytest.raises(StoreError, match="start the database"):
            store.check()
        said: list[str] = []
        while not said or said[-1]:  # until the server has noticed that the old connection is gone
            said.append(refusal_of(store))
    assert all("has not noticed yet that the connection to it broke" in each for each in said[:-1])


def test_a_line_that_lost_its_station_to_another_says_so(
    open_at: Open, postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.make_database()
    first = open_at(url, "A")
    second = open_at(url, "A", pictures=str(tmp_path / "others"))
    with first.hold():
        end_holders(url)
        with second.hold():
            for work in (first.check, lambda: begin(first)):
                with pytest.raises(StoreError, match=REFUSED):
                    work()
            begin(second)
        first.check()
        begin(first, "T2")


def end_holders(url: str) -> None:
    """End the connections that hold locks, as a server does whose network was cut, and wait for it."""
    locks = "FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE locktype = 'advisory'"
    with closing(Database(url)) as database, database.reading() as session:
        assert session.scalars(
            text(f"SELECT pg_terminate_backend(pid, 5000) {locks} AND datname = current_database()")
        ).all() == [True]


def refusal_of(store: Store) -> str:
    """Why a store is not well; empty: it is."""
    try:
        store.check()
    except StoreError as error:
        return str(error)
    return ""
