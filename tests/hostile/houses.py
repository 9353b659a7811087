"""The planted house for those who ask hostile questions, and the keys to its doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from sqlmodel import Session

from crm.kit.db import Database
from crm.kit.settings import Settings, put_in_force
from crm.kit.vault import Vault
from crm.staff.policy import policy
from crm.staff.tables import StaffGrant
from crm.staff.terms import Role
from tests import factories
from tests.conftest import SECRET, app_on
from tests.contracts.planted import plant, plant_import
from tests.contracts.planted_house import House

ALL_ROLES = "all roles"
ALL_SCOPES = "all scopes"


@dataclass(frozen=True)
class Standing:
    """A house on a database, its app, and the headers by which each caller is let in."""

    app: FastAPI
    database: Database
    house: House
    headers: dict[str, dict[str, str]]

    def open_to_keys(self) -> set[str]:
        """The routes that some scope opens; all others answer every key the same."""
        granted = set[str]().union(*policy().scopes.values())
        return {route for route, needs in policy().routes.items() if needs in granted}

    def ids(self) -> dict[str, Sequence[str]]:
        """What is there, by the name of the parameter in a path."""
        house = self.house
        named: dict[str, list[object]] = {
            "guest_id": [house.guest, house.past],
            "company_id": [house.company],
            "stay_id": [house.stay],
            "hotel_id": [house.here],
            "staff_id": [house.staff[role, house.here] for role in (Role.MARKETING, Role.IT)],
        }
        named |= {name: [value] for name, value in house.ids.items()}
        return {name: [str(value) for value in values] for name, values in named.items()}


def build(database: Database, folder: Path) -> Standing:
    """Plant the house on a migrated database and open its doors."""
    settings = Settings(
        _env_file=None,
        database_url="sqlite:///unused.db",
        secret_key=SECRET,
        data_dir=folder,
        base_url="http://testserver",
        rate_limits=False,  # one asker asks thousands of times a minute
    )
    put_in_force(settings)
    with database.writing() as db:
        house = plant(db, vault=Vault(SECRET), data_dir=folder)
        headers = {
            ALL_ROLES: _session(factories.a_session(db, _everybody(db, house), house.here)),
            ALL_SCOPES: _key(factories.a_key(db, *sorted(policy().scopes), hotel_id=house.here)),
        }
    plant_import(database, house, folder)
    return Standing(app_on(settings, database), database, house, headers)


def _everybody(db: Session, house: House) -> UUID:
    """One colleague with every role, to whom no door says no before it has read the request."""
    first, *others = Role
    staff_id = factories.a_staff(db, first, house.here, name="Everybody")
    for role in others:
        factories.put(
            db,
            StaffGrant(
                staff_id=staff_id,
                hotel_id=house.here,
                role=role,
                department=factories.DEPARTMENT[role],
            ),
        )
    return staff_id


def _session(token: str) -> dict[str, str]:
    return {"Cookie": f"keshi_session={token}", "X-CSRF-Token": factories.CSRF}


def _key(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}
