"""Looks at everything, one small check after another; a check that cannot be made is a finding."""

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext

from sqlmodel import Session

from crm.kit.db import Database
from crm.kit.settings import Settings
from crm.safekeeping import checks_of_database as of_database
from crm.safekeeping import checks_of_settings as of_settings
from crm.safekeeping import checks_of_work as of_work
from crm.safekeeping.house import House, serious
from crm.safekeeping.schemas import Finding
from crm.safekeeping.terms import Level

log = logging.getLogger("keshi.safekeeping")

Check = Callable[[House], Finding]

WITHOUT_TABLES: tuple[Check, ...] = (
    of_settings.secret,
    of_settings.address,
    of_settings.demo,
    of_settings.log_level,
    of_settings.mail,
    of_settings.disk,
    of_settings.folders_closed,
    of_settings.backups_elsewhere,
    of_settings.backups_sealed,
    of_database.durability,
    of_database.library,
    of_database.write_ahead_log,
    of_database.role,
    of_database.clock_of_database,
    of_database.clock_of_files,
    of_database.revision,
)
"""What can be looked at in a database of any revision."""

WITH_TABLES: tuple[Check, ...] = (
    of_database.shape,
    of_database.trigrams,
    of_database.statistics,
    of_database.derived,
    of_settings.time_zones,
    of_work.worker,
    of_work.jobs_late,
    of_work.jobs_given_up,
    of_work.jobs_held,
    of_work.backup_recent,
    of_work.backup_proven,
    of_work.accounts_dormant,
    of_work.accounts_default,
    of_work.audit_true,
)


def examine(
    database: Database, settings: Settings, db: Session, *, thorough: bool = True
) -> list[Finding]:
    """All findings, also those that are fine; the checks of tables only at the newest revision."""
    house = House(database, settings, db, thorough)
    found = list(_made(house, WITHOUT_TABLES))
    if found[-1].level is Level.FINE:
        found += _made(house, WITH_TABLES)
    return found


def _made(house: House, checks: Iterable[Check]) -> Iterable[Finding]:
    for check in checks:
        try:
            with _apart(house.db):
                found = check(house)
            yield found
        except Exception as error:
            log.exception("a check could not be made", extra={"check": check.__name__})
            yield serious("check_failed", check=check.__name__, error=type(error).__name__)


def _apart(db: Session) -> AbstractContextManager[object]:
    """What fails in a transaction must not spoil it for the others; without one it cannot."""
    connection = db.connection()
    driver = connection.connection.dbapi_connection
    alone = driver is not None and connection.dialect.detect_autocommit_setting(driver)
    return nullcontext() if alone else db.begin_nested()
