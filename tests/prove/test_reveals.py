"""What was shown is what was written down: one row for a view, one for a reveal, none for a no."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import col

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.kit.db import Database
from crm.staff.policy import policy
from crm.staff.terms import Role
from tests.conftest import Client
from tests.contracts.houses import Planted
from tests.contracts.needles import NEEDLES
from tests.contracts.planted_house import House
from tests.contracts.walking import holds, readable
from tests.flawed.leaky import a_reveal_without_a_row
from tests.proving import Tally

PROMISE = "reveals against audit rows"
PURPOSE = "call back about a booking"
SHORT = "x"
ROLES = list(Role)
VALUES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "phone": ({"field": "contact", "no": 1}, NEEDLES["guest.phone"]),
    "e-mail": ({"field": "contact", "no": 2}, ("zqmailbox17",)),
    "messenger": ({"field": "contact", "no": 3}, ("zqwechat88",)),
    "address": ({"field": "address", "no": 1}, ("Needlewood",)),
    "year of birth": ({"field": "birth_year"}, NEEDLES["guest.birth_year"]),
    "passport": ({"field": "identity_document", "no": 1}, NEEDLES["guest.identity_document"]),
    "ethnicity": ({"field": "special", "kind": "ethnicity"}, ("Zqethnos",)),
    "native place": ({"field": "special", "kind": "native_place"}, ("Zqnativeplace",)),
    "no such entry": ({"field": "contact", "no": 77}, ()),
}


@dataclass(frozen=True)
class Act:
    """One request of a session, and what it must leave if it was let in."""

    what: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    form: dict[str, str] | None = None
    deed: Deed = Deed.VIEWED
    needles: tuple[str, ...] = ()
    purpose: bool = True


def acts(house: House) -> list[Act]:
    """Everything a session may do to one of the guests: views, reveals, and reveals without."""
    found = []
    for guest in (house.guest, house.far):
        page, rest = f"/guests/{guest}", f"/api/v1/guests/{guest}"
        found += [
            Act("the card's page", "GET", page),
            Act("the card", "GET", f"{rest}/card"),
            Act("the sheet", "GET", rest),
            Act("the stays", "GET", f"{page}/stays"),
            Act("the notes", "GET", f"{rest}/notes"),
        ]
        for what, (asked, needles) in VALUES.items():
            for purpose in (PURPOSE, SHORT, None):
                found.append(
                    Act(
                        f"{what} by REST",
                        "POST",
                        f"{rest}/reveal",
                        body=asked | ({"purpose": purpose} if purpose else {}),
                        deed=Deed.REVEALED,
                        needles=needles,
                        purpose=purpose == PURPOSE,
                    )
                )
            if asked["field"] != "contact":
                continue
            for form in ({"purpose": "call_back"}, {"purpose": "other", "words": ""}, {}):
                found.append(
                    Act(
                        f"{what} on a page",
                        "POST",
                        f"{page}/contacts/{asked['no']}/reveal",
                        form=form,
                        deed=Deed.REVEALED,
                        needles=needles,
                        purpose=form.get("purpose") == "call_back",
                    )
                )
    return found


@dataclass(frozen=True)
class Shown:
    """What an act was answered."""

    act: Act
    request_id: str
    status: int
    value: bool


def do(client: Client, act: Act) -> Shown:
    answer = client.request(act.method, act.path, json=act.body, data=act.form)
    text = readable(answer.text, answer.headers.get("content-type", ""))
    value = any(holds(text, needle) for needle in act.needles)
    return Shown(act, answer.headers["x-request-id"], answer.status_code, value)


def disagreements(database: Database, shown: Iterable[Shown]) -> list[str]:
    """Where the answers of a session and the rows of the audit tell two stories."""
    with database.reading() as db:
        rows = (
            db.connection()
            .execute(
                select(
                    col(AuditRow.request_id),
                    col(AuditRow.deed),
                    col(AuditRow.fields),
                    col(AuditRow.purpose),
                ).where(col(AuditRow.request_id).in_([each.request_id for each in shown]))
            )
            .all()
        )
    written = Counter((row.request_id, row.deed) for row in rows)
    words = " ".join(f"{row.fields} {row.purpose}" for row in rows)
    wrong = [
        f"the audit holds {needle}"
        for _, needles in VALUES.values()
        for needle in needles
        if holds(words, needle)
    ]
    for each in shown:
        act = each.act
        done = each.status == 200 and (act.deed is Deed.VIEWED or each.value)
        for deed in (Deed.VIEWED, Deed.REVEALED):
            due = int(done and deed is act.deed)
            if written[each.request_id, deed] != due:
                wrong.append(
                    f"{act.what}, answered {each.status}: {due} rows {deed} due, "
                    f"{written[each.request_id, deed]} written"
                )
        if act.deed is Deed.REVEALED and each.value and not act.purpose:
            wrong.append(f"{act.what} was shown without a purpose")
        if act.deed is Deed.REVEALED and each.status == 200 and not each.value:
            wrong.append(f"{act.what} was answered 200 without a value")
    return wrong


def session(client: Client, chance: random.Random, house: House, role: Role) -> list[Shown]:
    """A handful of acts of one colleague, in any order."""
    client.with_session(house.sessions[role, house.here])
    return [do(client, act) for act in chance.choices(acts(house), k=chance.randint(2, 6))]


def _flush(client: Client) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    app.state.views.flush()


@pytest.fixture
def desk(planted: Planted) -> Any:
    database = planted.fork()
    with Client(planted.shared_app(database), database) as client:
        yield client


@pytest.mark.parametrize("part", range(2))
def test_reveals_in_answers_are_the_rows_of_the_audit(
    desk: Client, house: House, tally: Tally, budget: Callable[..., int], part: int
) -> None:
    """Sessions by chance; each role is as likely as any other."""
    sessions = budget(PROMISE, share=4)
    chance = random.Random(20261124 + part)
    shown: list[Shown] = []
    wrong: list[str] = []
    for no in range(sessions):
        one = session(desk, chance, house, ROLES[(no + part) % len(ROLES)])
        shown += one
        if len(shown) > 200 or no == sessions - 1:
            _flush(desk)
            wrong += disagreements(desk.database, shown)
            shown_before, shown = shown, []
            assert all(each.status < 500 for each in shown_before)
    tally(PROMISE, sessions, wrong=len(wrong))
    assert not wrong, "\n".join(wrong)


def test_each_value_is_shown_to_exactly_those_whom_the_policy_gives_it(
    desk: Client, house: House, tally: Tally
) -> None:
    """So that chance above meets reveals that happen, and refusals."""
    named = {"contact": "guest.phone", "birth_year": "guest.birth_year"}
    wrong = []
    reveals = 0
    for role in ROLES:
        desk.with_session(house.sessions[role, house.here])
        for act in acts(house):
            if act.deed is not Deed.REVEALED or act.body is None or not act.purpose:
                continue
            if str(house.far) in act.path or not act.needles:
                continue
            asked = act.body["field"]
            field = named.get(asked, f"guest.{asked}")
            needs = "guests.special" if asked == "special" else "guests.reveal"
            rights = policy().fields[field].rights[role.value]
            due = needs in policy().permissions_of([role]) and bool({"R", "V"} & set(rights))
            shown = do(desk, act)
            reveals += shown.value
            if shown.value is not due:
                wrong.append(f"{act.what} to {role}: due {due}, answered {shown.status}")
    assert not wrong, "\n".join(wrong)
    assert reveals > 20


def test_a_reveal_that_leaves_no_row_is_found(
    desk: Client, house: House, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_reveal_without_a_row(monkeypatch)
    desk.with_session(house.sessions[Role.FRONT_DESK, house.here])
    reveal = next(a for a in acts(house) if a.deed is Deed.REVEALED and a.body and a.purpose)
    shown = do(desk, reveal)
    assert shown.value
    _flush(desk)
    assert disagreements(desk.database, [shown]) == [
        "phone by REST, answered 200: 1 rows revealed due, 0 written"
    ]
    tally.flaw_found(PROMISE, "a reveal that leaves no row")
