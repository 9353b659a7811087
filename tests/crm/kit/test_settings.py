"""A start with weak or senseless settings is refused once, with every reason."""

from typing import Any

import pytest

from crm.kit.settings import DEVELOPMENT_SECRET, Settings, SettingsUnfit

GOOD = "QmRt8v3xZk1LwPn6YbCjHs5GdEfA0u9iOaTq7-_o"


def with_(**given: Any) -> Settings:
    return Settings(_env_file=None, **({"secret_key": GOOD} | given))


def test_good_ones_are_taken() -> None:
    assert with_().checked().secret() == GOOD
    assert with_().is_sqlite
    assert not with_(database_url="postgresql+psycopg://db/keshi").is_sqlite


@pytest.mark.parametrize(
    "secret", ["", "short", "changeme", "a" * 64, "abababababababababababababababababab"]
)
def test_weak_secrets_are_refused(secret: str) -> None:
    assert any("KESHI_SECRET_KEY" in each for each in with_(secret_key=secret).problems())


def test_the_development_secret_is_for_demos_only() -> None:
    assert with_(secret_key=DEVELOPMENT_SECRET).problems()
    demo = with_(secret_key="", demo=True)
    assert demo.problems() == []
    assert demo.secret() == DEVELOPMENT_SECRET


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"database_url": "mysql://x"}, "KESHI_DATABASE_URL"),
        ({"database_url": "postgresql://x"}, "KESHI_DATABASE_URL"),
        ({"base_url": "keshi.local"}, "KESHI_BASE_URL"),
        ({"smtp_url": "mail.local"}, "KESHI_SMTP_URL"),
        ({"smtp_url": "smtp://mail", "demo": True}, "KESHI_SMTP_URL"),
    ],
)
def test_each_problem_is_named(given: dict[str, Any], name: str) -> None:
    problems = with_(**given).problems()
    assert len(problems) == 1
    assert problems[0].startswith(name)


def test_all_problems_are_told_at_once() -> None:
    unfit = with_(secret_key="", database_url="x", base_url="y", smtp_url="z")
    with pytest.raises(SettingsUnfit) as refused:
        unfit.checked()
    assert len(refused.value.problems) == 4
    assert str(refused.value).count("\n  - ") == 4


def test_they_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KESHI_SECRET_KEY", GOOD)
    monkeypatch.setenv("KESHI_DEMO", "1")
    monkeypatch.setenv("KESHI_LOG_LEVEL", "debug")
    found = Settings(_env_file=None)
    assert found.demo
    assert found.log_level == "debug"
    assert GOOD not in repr(found)
