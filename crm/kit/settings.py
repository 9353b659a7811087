"""Every setting of the house in one class, read once at the start and passed in."""

import math
from collections import Counter
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DB_POOL = 8
"""Connections per process; also the ``max_concurrency`` of the session dependency."""

DEVELOPMENT_SECRET = "keshi-development-secret-not-for-guests"  # noqa: S105 - refused outside demo
WEAK_SECRETS = {"secret", "changeme", "password", DEVELOPMENT_SECRET}


class SettingsUnfit(Exception):
    """The start is refused; ``problems`` lists all of them at once."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("Keshi cannot start:\n" + "\n".join(f"  - {p}" for p in problems))
        self.problems = problems


class Settings(BaseSettings):
    """Settings by environment variables with the prefix ``KESHI_`` (or a ``.env`` file)."""

    model_config = SettingsConfigDict(env_prefix="KESHI_", env_file=".env", extra="ignore")

    database_url: str = Field(
        "sqlite:///var/keshi.db",
        description="Where the guest files are: sqlite:///… or postgresql+psycopg://…",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="At least 32 random characters; encrypts identity numbers, signs tokens. "
        "Keep it outside the database and its backups.",
    )
    data_dir: Path = Field(
        Path("var"), description="Folder for scans, uploaded files, exports and backups."
    )
    smtp_url: str = Field(
        "",
        description="smtp://user:password@host:port; empty: mail is captured and shown, "
        "nothing leaves.",
    )
    base_url: str = Field(
        "http://127.0.0.1:8000", description="The address under which staff reach Keshi."
    )
    demo: bool = Field(
        False, description="1 in demo mode: nothing can leave the machine, a bar says so."
    )
    backup_dir: str = Field(
        "",
        description="Folder for backups, best on another disk or machine; empty: the folder "
        "backups in KESHI_DATA_DIR.",
    )
    backup_hour: int = Field(
        3,
        ge=-1,
        le=23,
        description="Hour (0 to 23, time of the first hotel) of the nightly backup with its "
        "restore drill; -1: none.",
    )
    backup_keep_daily: int = Field(
        7, ge=1, le=366, description="Of how many days the last backup of the day is kept."
    )
    backup_keep_weekly: int = Field(
        5, ge=0, le=520, description="Of how many weeks the last backup of the week is kept."
    )
    backup_encrypted: bool = Field(
        True,
        description="Whether backups are encrypted under KESHI_SECRET_KEY. 0 leaves guests' data "
        "readable for whoever gets a backup; it is signed all the same.",
    )
    rate_limits: bool = Field(
        True,
        description="0 lets everybody send as much as they like, for a bench; sign-in stays "
        "limited.",
    )
    rate_account: int = Field(
        600, ge=10, description="Requests a minute of one person who is signed in."
    )
    rate_account_writes: int = Field(
        120, ge=5, description="Of these, how many may change something."
    )
    rate_account_reveals: int = Field(
        20, ge=1, description="Of these, how many may look behind a mask."
    )
    message_days: int = Field(
        90,
        ge=1,
        le=3660,
        description="Days after which what a hotel system's message said is emptied, counted from "
        "the guest's departure and the last message about the stay.",
    )
    unusual_days: int = Field(
        400,
        ge=30,
        le=3660,
        description="Days after which unusual viewing that was looked into is forgotten.",
    )
    rate_key: int = Field(6000, ge=10, description="Requests a minute of one API key.")
    rate_stranger: int = Field(
        240, ge=10, description="Requests a minute from one address by nobody who is signed in."
    )
    rate_address: int = Field(
        20_000, ge=10, description="Requests a minute from one address, all of its desks together."
    )
    rate_overall: int = Field(
        60_000, ge=10, description="Requests a minute of the whole house, everybody together."
    )
    sign_in_account: int = Field(
        10, ge=3, description="Failed sign-ins in five minutes, after which one account waits."
    )
    sign_in_address: int = Field(
        10,
        ge=3,
        description="The same for one address. Raise it where many desks share an address.",
    )
    sign_in_overall: int = Field(
        1000, ge=10, description="The same for the whole house: somebody tries stolen passwords."
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks, with commas between, whose X-Forwarded-For is "
        "believed: the reverse proxy in front of Keshi. Empty: nobody's.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much is logged; never guests' data at any level."
    )

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def backups(self) -> Path:
        """Where backups go."""
        return Path(self.backup_dir) if self.backup_dir else self.data_dir / "backups"

    @property
    def by_https(self) -> bool:
        """Whether staff reach the house by https only."""
        return self.base_url.startswith("https://")

    @property
    def proxies(self) -> list[str]:
        """Whose word on a client's address is taken."""
        return [part.strip() for part in self.trusted_proxies.split(",") if part.strip()]

    def problems(self) -> list[str]:
        """Everything that forbids a start with these settings, each with what to do."""
        found = []
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            found.append("KESHI_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://")
        if not self.base_url.startswith(("http://", "https://")):
            found.append("KESHI_BASE_URL must start with http:// or https://")
        if self.smtp_url and not self.smtp_url.startswith(("smtp://", "smtps://")):
            found.append("KESHI_SMTP_URL must start with smtp:// or smtps://, or be empty")
        if not all(map(_is_network, self.proxies)):
            found.append("KESHI_TRUSTED_PROXIES must name addresses or networks, such as 10.0.0.5")
        if self.demo and self.smtp_url:
            found.append("KESHI_SMTP_URL must be empty in demo mode: nothing may leave")
        if not self.demo and is_weak(self.secret_key.get_secret_value()):
            found.append(
                "KESHI_SECRET_KEY is missing or weak: set at least 32 random characters, "
                'for example from: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        return found

    def checked(self) -> "Settings":
        """These settings, or `SettingsUnfit` naming every problem."""
        if problems := self.problems():
            raise SettingsUnfit(problems)
        return self

    def secret(self) -> str:
        """The secret key; in demo mode a fixed one stands in."""
        given = self.secret_key.get_secret_value()
        return given or (DEVELOPMENT_SECRET if self.demo else "")


_in_force: list[Settings] = []


def put_in_force(settings: Settings) -> None:
    """What this process serves or works with; read back by jobs, which get a session only."""
    _in_force[:] = [settings]


def in_force() -> Settings:
    """The settings put in force, else those of the environment."""
    return _in_force[0] if _in_force else Settings()


def _is_network(text: str) -> bool:
    try:
        return ip_network(text, strict=False).num_addresses > 0
    except ValueError:
        return False


def is_weak(secret: str) -> bool:
    """Shorter than 32 characters, well known, or below 80 bits by its letters' entropy."""
    if len(secret) < 32 or secret.casefold() in WEAK_SECRETS:
        return True
    shares = [n / len(secret) for n in Counter(secret).values()]
    return len(secret) * -sum(p * math.log2(p) for p in shares) < 80
