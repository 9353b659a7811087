"""What a schema cannot say about bodies that are taken, and the house opened for the corpus."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from fastapi.testclient import TestClient

from crm.staff.terms import Role
from tests import transport
from tests.hostile.corpus import Asker
from tests.hostile.houses import ALL_ROLES, Standing
from tests.hostile.places import Bodies
from tests.seeding import reflect

NEVER_COMPARED = {"audit", "audit_checkpoint", "view_log", "staff_session", "api_key", "rate_count"}
"""What reading and being refused may write: who looked, who is signed in, who asks too often."""

BY_KEY = "/api/v1/intake/"
"""Doors that only a machine's key opens."""


def samples_of(standing: Standing) -> dict[str, Any]:
    """By field, or by operation and field: a value that is taken; None leaves the field out."""
    house = standing.house
    return {
        "hotel_id": str(house.here),
        "company_id": str(house.company),
        "stay_id": str(house.stay),
        "other_id": str(house.past),
        "looked_after_by": None,
        "guest_id": str(house.past),
        "login": "new.colleague.#NEW#",
        "password": "a password of four words #NEW#",
        "scopes": "profile:read.basic",
        "raw": "+86 139 1234 5678",
        "email": "zq.probe@example.test",
        "country": "CN",
        "nationality": "CN",
        "currency": "CNY",
        "language": "en",
        "languages": "en",
        "hotel": "HZ1",
        "source": "probe",
        "message_id": "m-#NEW#",
        "reservation_id": "R-#NEW#",
        "line_id": "L-#NEW#",
        "sent_at": "2026-11-24T08:00:00Z",
        "at": "2026-11-24T08:00:00Z",
        "eta": "15:30",
        "check_in_at": "15:00",
        "ready_at": "06:30",
        "passphrase": "a passphrase of four words",
        "check_out_at": "12:00",
        "POST /api/v1/companies name": "Zq Company #NEW#",
        "PATCH /api/v1/companies/{company_id} name": "Zq Company #NEW#",
        "pattern": "2001-2003",
        "features": "FL.HIGH",
        "room_type": "DLX",
        "keeps_identity_documents": True,
        "POST /api/v1/imports/{import_id}/preset name": "probe-one",
        "year": 1980,
        "POST /api/v1/intake/messages /kind": "folio",
        "verdict": "new",
        "PUT /api/v1/staff/{staff_id}/grants department": None,
        "PUT /api/v1/hotels/{hotel_id}/work-hours/{department} hours": None,
        "PUT /api/v1/hotels/{hotel_id}/work-hours/{department} holidays": "2026-12-25",
        "POST /api/v1/guests/{guest_id}/reveal kind": None,
        "id": None,
        "POST /api/v1/room-notes id": "#UUID#",
        "POST /api/v1/room-problems id": "#UUID#",
        "POST /api/v1/room-notes room_no": "1808",
        "POST /api/v1/room-problems room_no": "1808",
        "POST /api/v1/lost-property room_no": "1808",
        "PATCH /api/v1/stays/{stay_id}/preparation ticks": None,
        "POST /api/v1/guests/{guest_id}/preferences guest_id": str(house.guest),
        "POST /api/v1/traces/{trace_id}/steps deed": "seen",
        "of": {"kind": "first_stay"},
        "code": "PL.EXTRA",
        "PUT /api/v1/hotels/{hotel_id}/folio-rules code": "AM.TEA",
        "POST /api/v1/room-notes source": "seen",
        "POST /api/v1/guests/{guest_id}/preferences source": "seen",
        "POST /api/v1/guests/{guest_id}/preferences stay_id": None,
        "POST /api/v1/guests/{guest_id}/notes department": None,
        "POST /api/v1/guests/{guest_id}/notes stay_id": None,
        "PUT /api/v1/notes/{note_id} department": None,
        "readers": None,
        "POST /api/v1/traces stay_id": None,
        "why": "by_hand",
        "POST /api/v1/preferences/codes code": "PL.Q#NEW#",
        "occasion": "arrival",
        "conflicts_with": "PL.LOW",
        "PATCH /api/v1/complaints/{complaint_id} category": "noise",
        "PATCH /api/v1/complaints/{complaint_id} cause": "air_conditioner",
        "POST /api/v1/complaints cause": "air_conditioner",
        "POST /api/v1/complaints/{complaint_id}/recovery offer": "LETTER",
        "POST /api/v1/complaints/{complaint_id}/recovery amount_minor": None,
        "POST /api/v1/complaints category": "noise",
        "POST /api/v1/complaints source": "in_house",
        "POST /api/v1/complaints stay_id": None,
        "POST /api/v1/surveys stay_id": str(house.ids["survey_stay"]),
        "staff_ids": str(house.staff[Role.FRONT_DESK, house.here]),
        "POST /api/v1/complaints/{complaint_id}/hand-over to_staff_id": None,
        "POST /api/v1/complaint-words code": "probe_#NEW#",
        "POST /api/v1/complaint-words level": "category",
        "POST /api/v1/complaint-words parent": None,
        "PUT /api/v1/recovery/offers/{code} points": None,
        "full": "Zq Probe",
        "family": None,
        "given": None,
        "pinyin": None,
        "ends_on": "2026-12-24",
        "next_on": "2026-12-24",
        "departure_on": "2026-12-24",
    }


def picture(standing: Standing, tables: list[sa.Table]) -> str:
    """All that is stored and matters, as one digest."""
    digest = hashlib.blake2b()
    with standing.database.engine.connect() as connection:
        for table in tables:
            if table.name not in NEVER_COMPARED:
                rows = sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
                digest.update(f"{table.name} {rows}".encode(errors="backslashreplace"))
        connection.rollback()
    return digest.hexdigest()


@contextmanager
def client_of(standing: Standing, who: str = ALL_ROLES) -> Iterator[Asker]:
    """The house with somebody at its door who may do everything."""
    ids = standing.ids()

    def address(template: str) -> str:
        def filled(place: re.Match[str]) -> str:
            name = place[1]
            if name in ids:
                return ids[name][0]
            if template.startswith("/api/v1/preferences/"):
                return {"code": "PL.EXTRA", "group": "PL"}.get(name, "1")
            if template.startswith("/api/v1/complaint-words/"):
                return {"level": "category", "code": "noise"}.get(name, "1")
            told = {
                "kind": "ethnicity", "code": "HZ1", "severity": "minor", "department": "HK",
                "role": "duty_manager",
            }  # fmt: skip
            return told.get(name, "1")

        return re.sub(r"{(\w+)(?::\w+)?}", filled, template)

    with standing.database.engine.connect() as connection:
        tables = reflect(connection).sorted_tables
        connection.rollback()
    with TestClient(standing.app, follow_redirects=False, raise_server_exceptions=False) as client:
        transport.shorten(client)
        yield Asker(
            client,
            Bodies(standing.app.openapi(), samples_of(standing)),
            address,
            lambda: picture(standing, tables),
            standing.headers[who],
        )
