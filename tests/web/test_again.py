"""What PostgreSQL called off is done again unseen; with the same body, and not for ever."""

import pytest
from sqlalchemy import text

from tests.conftest import Client

CALLED_OFF = """
CREATE SEQUENCE turns;
CREATE FUNCTION call_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('turns') <= {times} THEN
        RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER call_off BEFORE INSERT ON contact_point FOR EACH ROW EXECUTE FUNCTION call_off();
"""
BODY = {
    "names": [{"kind": "latin", "full": "Chen Jiayi"}],
    "contacts": [{"kind": "email", "raw": "chen@example.com"}],
}


@pytest.mark.postgres
@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
@pytest.mark.parametrize(("times", "status", "guests"), [(1, 201, 1), (2, 201, 1), (3, 503, 0)])
def test_a_deadlock_is_unseen_unless_it_stays(
    client: Client, times: int, status: int, guests: int
) -> None:
    with client.database.writing() as db:
        db.connection().execute(text(CALLED_OFF.format(times=times)))
    client.as_("file_centre")
    answer = client.post("/api/v1/guests", json=BODY, headers={"Idempotency-Key": "k"})
    assert answer.status_code == status, answer.text
    assert ("Retry-After" in answer.headers) == (status == 503)
    with client.database.reading() as db:
        assert db.connection().scalar(text("SELECT count(*) FROM guest")) == guests
