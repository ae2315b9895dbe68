import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from rampart.settings import Settings

KEY = "a key of some length"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"RAMPART_{name.upper()}", raising=False)


def test_everything_is_kept_at_home_unless_told_otherwise(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert settings.ledger_url == f"sqlite:///{tmp_path}/ledger.db"
    assert (settings.store_uri, settings.drop_uri) == (str(tmp_path / "store"), str(tmp_path / "drop"))


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAMPART_STORE", "s3://bucket/prefix")
    monkeypatch.setenv("RAMPART_DROP", "s3://drop")
    monkeypatch.setenv("RAMPART_DATABASE_URL", "postgresql://ledger")
    monkeypatch.setenv("RAMPART_PORT", "9000")
    found = Settings()
    assert (found.store_uri, found.drop_uri, found.ledger_url) == (
        "s3://bucket/prefix",
        "s3://drop",
        "postgresql://ledger",
    )
    assert found.port == 9000


def test_a_variable_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAMPART_PSEUDONYM_KEY", "")
    monkeypatch.setenv("RAMPART_PORT", "")
    settings = Settings(home=tmp_path)
    assert settings.pseudonym_key is None
    assert settings.port == 8770
    assert len(settings.pseudonyms()) == 64


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "0"), ("PORT", "x"), ("LEASE_S", "0"), ("PSEUDONYM_KEY", "short")]
)
def test_a_setting_that_cannot_be_meant_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"RAMPART_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_a_given_pseudonym_key_is_used_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAMPART_PSEUDONYM_KEY", KEY)
    settings = Settings(home=tmp_path)
    assert settings.pseudonyms() == KEY.encode()
    assert KEY not in repr(settings)
    assert not (tmp_path / "pseudonym.key").exists()


def test_a_pseudonym_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    assert settings.pseudonyms() == settings.pseudonyms() == Settings(home=tmp_path / "home").pseudonyms()
    path = tmp_path / "home" / "pseudonym.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["pseudonym.key"]


def test_workers_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: settings.pseudonyms(), range(32)))
    assert len(keys) == 1


@pytest.mark.parametrize("content", ["", "\n", "short"])
def test_a_lost_key_is_told_and_not_replaced_by_an_empty_one(tmp_path: Path, content: str) -> None:
    (tmp_path / "pseudonym.key").write_text(content)
    with pytest.raises(
        ValueError, match=r"pseudonym\.key holds no pseudonym key .* restore it from a backup"
    ):
        Settings(home=tmp_path).pseudonyms()


def test_a_worker_that_comes_second_uses_the_first_ones_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Settings(home=tmp_path).pseudonyms()
    monkeypatch.setattr(Path, "exists", lambda _: False)  # it looked before the first one was done
    assert Settings(home=tmp_path).pseudonyms() == first
    assert [found.name for found in tmp_path.iterdir()] == ["pseudonym.key"]
