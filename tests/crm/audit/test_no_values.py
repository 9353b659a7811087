"""The audit holds names of fields, never their values: planted words are found in no row of it."""

import pytest
import sqlalchemy as sa

from crm.audit.tables import AuditRow
from tests.conftest import Client

NEEDLES = {
    "native": "针佳怡", "latin": "Zhenqvist Jiayi", "phone": "+8613899991234",
    "mail": "zhenqvist@example.test", "street": "Zhenqvist Road 9", "city": "Zhenqvistcity",
    "plate": "浙A9ZQX1", "note": "Zhenqvist remark", "job": "Zhenqvist trade",
}  # fmt: skip


def _key(answer: object) -> dict[str, str]:
    return {"If-Match": answer.headers["ETag"]}  # type: ignore[attr-defined]


@pytest.fixture
def busy(client: Client) -> Client:
    """Somebody has registered and amended a guest with words found nowhere else."""
    client.as_("file_centre")
    made = client.post(
        "/api/v1/guests",
        json={
            "names": [{"full": NEEDLES["native"]}, {"full": NEEDLES["latin"]}],
            "contacts": [
                {"kind": "phone", "raw": NEEDLES["phone"]},
                {"kind": "email", "raw": NEEDLES["mail"]},
            ],
        },
    )
    assert made.status_code == 201, made.text
    place = f"/api/v1/guests/{made.json()['id']}"

    def tag() -> dict[str, str]:
        return _key(client.get(place))

    done = [
        client.patch(place, json={"occupation": NEEDLES["job"]}, headers=tag()),
        client.post(
            f"{place}/addresses",
            json={"street": NEEDLES["street"], "city": NEEDLES["city"], "country": "CN"},
            headers=tag(),
        ),
        client.post(
            f"{place}/vehicles",
            json={"plate": NEEDLES["plate"], "remark": NEEDLES["note"]},
            headers=tag(),
        ),
        client.get("/api/v1/guests", params={"q": NEEDLES["latin"]}),
        client.get("/guests", params={"q": NEEDLES["phone"]}),
        client.get(f"{place}/card"),
        client.post(
            f"{place}/reveal",
            json={"field": "contact", "no": 1, "purpose": "a call-back was asked for"},
        ),
    ]
    assert [answer.status_code for answer in done if answer.status_code >= 400] == [], [
        answer.text for answer in done
    ]
    client.app.state.views.flush()
    return client


def test_no_planted_word_is_in_any_row(busy: Client) -> None:
    with busy.database.reading() as db:
        rows = db.connection().execute(sa.select(AuditRow.__table__)).all()
    assert {str(row.deed) for row in rows} >= {"created", "changed", "viewed", "looked_up",
                                               "revealed"}  # fmt: skip
    written = "\n".join(str(tuple(row)) for row in rows)
    parts = {part for needle in NEEDLES.values() for part in (needle, needle.casefold())}
    assert [part for part in parts if part in written.casefold() or part in written] == []


def test_a_planted_word_would_be_found(busy: Client) -> None:
    from crm.audit import service as audit
    from crm.audit.terms import Deed
    from crm.staff.actor import system

    with busy.database.writing() as db:
        audit.note(db, Deed.CHANGED, by=system(), subject="guest", fields=[NEEDLES["latin"]])
    with pytest.raises(AssertionError):
        test_no_planted_word_is_in_any_row(busy)
