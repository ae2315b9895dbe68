"""From the settings to how a server is reached."""

import pytest

from rampart.delivery.s3_store import S3Store
from rampart.delivery.store import S3Options
from rampart.settings import Settings
from tasks.workspace import drop_at, store_at

STORE = {
    "RAMPART_S3_ENDPOINT_URL": "http://127.0.0.1:9",
    "RAMPART_S3_REGION": "eu-west-1",
    "RAMPART_S3_PATH_STYLE": "true",
    "RAMPART_S3_ENCRYPTION": "aws:kms",
    "RAMPART_S3_KMS_KEY_ID": "key",
    "RAMPART_S3_LOCK_DAYS": "30",
    "RAMPART_S3_LOCK_MODE": "COMPLIANCE",
    "RAMPART_S3_CHECKSUMS": "when_required",
}


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in STORE.items():
        monkeypatch.setenv(name, value)
    return Settings()


def _options(store: object) -> S3Options:
    assert isinstance(store, S3Store)
    return store._options


def test_every_setting_of_s3_reaches_the_store(settings: Settings) -> None:
    assert _options(store_at("s3://store", settings)) == S3Options(
        "http://127.0.0.1:9", "eu-west-1", True, None, "when_required", "aws:kms", "key", 30, "COMPLIANCE"
    )


def test_the_drop_is_reached_like_the_store_where_nothing_else_is_said(settings: Settings) -> None:
    assert _options(drop_at("s3://drop", settings)) == _options(store_at("s3://store", settings))


def test_the_drop_may_have_a_server_and_a_style_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAMPART_DROP_S3_ENDPOINT_URL", "http://127.0.0.1:8")
    monkeypatch.setenv("RAMPART_DROP_S3_PATH_STYLE", "false")
    drop, store = _options(drop_at("s3://drop", Settings())), _options(store_at("s3://store", Settings()))
    assert (drop.endpoint_url, drop.region, drop.path_style) == ("http://127.0.0.1:8", "eu-west-1", False)
    assert drop.reach != store.reach
