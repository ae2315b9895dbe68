"""Every setting, in one place, from the environment (`RAMPART_*`); `docs/settings.md` is held to it."""

import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SHORTEST_KEY = 16  # characters; with fewer, pseudonyms could be undone by trying all keys


class Settings(BaseSettings):
    """Where Rampart keeps things and whom it talks to. The defaults need no server of any kind."""

    model_config = SettingsConfigDict(
        env_prefix="RAMPART_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    home: Path = Field(Path(".rampart"), description="Folder of everything kept on this machine.")
    database_url: str = Field("", description="The ledger; default: SQLite in the home folder.")
    store: str = Field(
        "", description="Object store: a folder or s3://bucket/prefix; default: `store` at home."
    )
    drop: str = Field("", description="Where vendors deliver: a folder or s3://…; default: `drop` at home.")
    evaluation_sets: str = Field(
        "", description="Where the evaluation sets of contracts lie: a folder or s3://…; default: nowhere."
    )
    s3_endpoint_url: str | None = Field(None, description="Endpoint of an S3-compatible store.")
    s3_region: str | None = Field(None, description="Region of the S3 store.")
    s3_path_style: bool = Field(False, description="Address buckets by path, as most own servers need.")
    s3_profile: str | None = Field(None, description="AWS profile that holds the credentials.")
    s3_checksums: Literal["when_supported", "when_required"] = Field(
        "when_supported",
        description="Send SHA-256 checksums; `when_required`: MD5 instead, for servers from before 2022.",
    )
    s3_encryption: Literal["none", "AES256", "aws:kms"] = Field(
        "none", description="Encryption the S3 store is asked for; `none`: as the bucket does it."
    )
    s3_kms_key_id: str | None = Field(
        None, description="Key for `aws:kms`; default: the account's key for S3."
    )
    s3_lock_days: int | None = Field(
        None, ge=1, description="Days landed bytes are locked, in a bucket with object lock; default: not."
    )
    s3_lock_mode: Literal["GOVERNANCE", "COMPLIANCE"] = Field(
        "GOVERNANCE", description="Who may lift the lock: a privileged account, or nobody."
    )
    drop_s3_endpoint_url: str | None = Field(None, description="Endpoint of the drop, if it has its own.")
    drop_s3_region: str | None = Field(None, description="Region of the drop, if it has its own.")
    drop_s3_path_style: bool | None = Field(None, description="Path style of the drop, if it differs.")
    drop_s3_profile: str | None = Field(
        None, description="AWS profile for the drop, if it has its own credentials."
    )
    pseudonym_key: SecretStr | None = Field(
        None,
        min_length=SHORTEST_KEY,
        description="Secret that turns annotator ids into pseudonyms; default: made once, kept at home.",
    )
    lease_s: float = Field(900.0, gt=0, description="Seconds after which a silent worker loses its delivery.")
    workers: int | None = Field(
        None, ge=1, le=1024, description="Processes that read a delivery; default: one a core."
    )
    notify_url: SecretStr | None = Field(
        None, description="Webhook (http or https) that notices are posted to, beside the store."
    )
    notify_timeout_s: float = Field(10.0, gt=0, description="Seconds a receiver has for its answer.")
    notify_routes: str = Field(
        "", description="File that says which roles are told of what, and where (TOML); default: none."
    )
    dashboard_url: str = Field(
        "", description="Address of the dashboard, for the links in notices: http://host:8770."
    )
    judge_url: str = Field(
        "", description="Endpoint in OpenAI's form that `rampart audit --judge` asks: http://host/v1."
    )
    judge_model: str = Field("", description="The judging model's name there.")
    judge_key: SecretStr | None = Field(
        None, description="Bearer token of that endpoint, if it asks for one."
    )
    trainers: Path | None = Field(
        None, description="File that says how the backends `trl` and `command` train (TOML); default: none."
    )
    trainer_folder: Path | None = Field(
        None, description="Folder of what their programs work on; default: `trainers` at home."
    )
    trl_python: Path = Field(
        Path(".venv-trl/bin/python"), description="Python that has TRL installed; `make trl` makes this one."
    )
    train_timeout_s: float = Field(
        86400.0, gt=0, description="Seconds a retraining waits for its trainer; a rerun waits on."
    )
    run_lost_after_s: float = Field(
        21600.0, gt=0, description="Seconds after which a silent Prefect run without live work is lost."
    )
    host: str = Field("127.0.0.1", description="Address the dashboard listens on.")
    port: int = Field(8770, ge=1, le=65535, description="Port of the dashboard.")

    @property
    def root(self) -> Path:
        """The home folder, absolute."""
        return self.home.expanduser().absolute()

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy URL of the ledger."""
        return self.database_url or f"sqlite:///{self.root / 'ledger.db'}"

    @property
    def store_uri(self) -> str:
        """Where landed bytes, canonical records, packs and models live."""
        return self.store or str(self.root / "store")

    @property
    def drop_uri(self) -> str:
        """Where deliveries arrive."""
        return self.drop or str(self.root / "drop")

    def pseudonyms(self) -> bytes:
        """The key behind annotator pseudonyms; losing it cuts the link between past and future batches."""
        if self.pseudonym_key is not None:
            return self.pseudonym_key.get_secret_value().encode()
        path = self.root / "pseudonym.key"
        if not path.exists():
            self.root.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_hex(32))
            try:
                path.hardlink_to(fresh)  # whoever is first wins; the others read the winner's
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        key = path.read_text().strip()
        if len(key) < SHORTEST_KEY:
            raise ValueError(
                f"{path} holds no pseudonym key of at least {SHORTEST_KEY} characters; restore it from a "
                "backup, or remove it to have a new one made: annotators will then look like new people"
            )
        return key.encode()
