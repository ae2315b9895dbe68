"""A backup of SQLite and a folder, restored into PostgreSQL and S3, and back; with rounds after each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.weekly import weekly
from rampart.delivery.local_store import LocalStore
from rampart.ledger.backup.manifest import open_backup
from rampart.ledger.backup.restore import restore_backup
from rampart.ledger.backup.take import take_backup
from rampart.ledger.engine import open_ledger
from rampart.ledger.export import export_ledger
from rampart.ledger.verify_all import verify_all
from rampart.settings import Settings
from simulator.season import Season, due
from simulator.servers.postgresql import PostgreSql, postgresql, postgresql_programs
from simulator.servers.seaweedfs import SeaweedFs, seaweedfs
from simulator.without_prefect import without_prefect
from tasks.workspace import store_at
from tests.ledger.backup.test_backup import NOW

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database() -> Iterator[PostgreSql]:
    if postgresql_programs() is None:
        pytest.skip("PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    with postgresql() as running:
        yield running


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFs]:
    with seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


def test_a_season_moves_to_postgresql_and_s3_goes_on_there_and_comes_back(
    season: Season, database: PostgreSql, s3: SeaweedFs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, stored = season.export(), season.stored()
    first = LocalStore(tmp_path / "backup")
    engine = season.books()
    take_backup(engine, LocalStore(season.home / "store"), first, NOW)
    engine.dispose()

    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    bucket = s3.new_bucket()
    with monkeypatch.context() as servers:
        servers.setenv("RAMPART_DATABASE_URL", database.new_database())
        servers.setenv("RAMPART_STORE", f"s3://{bucket}/prod")
        settings = Settings()
        there = store_at(settings.store_uri, settings)
        restore_backup(first, open_backup(first), settings.ledger_url, there)
        restore_backup(first, open_backup(first), settings.ledger_url, there)  # again: nothing changes
        assert season.export() == before
        assert {info.key for info in there.list("")} == stored.keys()
        season.deliver(3)
        season.deliver(3, vendor="south")
        with without_prefect():  # ids and numbers go on past those restored
            assert [outcome.state for outcome in weekly(due(3))] == ["accepted", "accepted"]
        engine = season.books()
        assert verify_all(engine, there).violations == ()
        after = export_ledger(engine)
        backups = store_at(f"s3://{bucket}/backup", settings)
        taken = take_backup(engine, there, backups, NOW)
        engine.dispose()

    back = Season(tmp_path / "back")
    back.home.mkdir()
    monkeypatch.setenv("RAMPART_HOME", str(back.home))
    restore_backup(backups, open_backup(backups), Settings().ledger_url, LocalStore(back.home / "store"))
    assert back.export() == after
    assert back.stored() == {one.key: one.sha256 for one in taken.manifest.objects}
    engine = open_ledger(Settings().ledger_url)
    assert verify_all(engine, LocalStore(back.home / "store")).violations == ()
    engine.dispose()
