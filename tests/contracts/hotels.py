"""What belongs to the other hotel, and whether an answer names it."""

from collections.abc import Iterable, Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from crm.kit.metadata import all_tables
from crm.staff.policy import policy
from tests.contracts.asking import Answer, Way
from tests.contracts.needles import FOREIGN, STRANGERS
from tests.contracts.planted_house import House


def reaches(reach: str, who: str) -> bool:
    return reach == "group" or (reach == "hotel" and who == "past")


def ids_elsewhere(db: Session, house: House) -> frozenset[str]:
    """The id of every row that belongs to the other hotel, and of whom only it knows."""
    found: set[UUID] = {house.elsewhere, house.far}
    for table in all_tables().tables.values():
        if "hotel_id" in table.columns and "id" in table.columns:
            query = sa.select(table.columns.id).where(table.columns.hotel_id == house.elsewhere)
            found |= set(db.connection().execute(query).scalars())
    found |= {staff for (_, hotel), staff in house.staff.items() if hotel == house.elsewhere}
    return frozenset(map(str, found))


def foreign_in(answer: Answer, words: Iterable[str], ids: frozenset[str]) -> Iterator[str]:
    """What of the other hotel stands in an answer that the question did not bring along."""
    yield from (answer.found | answer.found_in_headers) & frozenset(words)
    yield from (each for each in answer.ids & ids if each not in answer.words)


def of_the_other_hotel(
    answers: Iterable[Answer], holder: str, house: House, ids: frozenset[str]
) -> Iterator[str]:
    """What the answers of somebody of one hotel name of the other.

    Guests of the group are known to who serves all. The audit of a hotel says whom its own
    people looked at, the file centre's guests too.
    """
    reach = policy().reach_of([holder])
    words = [word for who in STRANGERS if not reaches(reach, who) for word in STRANGERS[who]]
    if reach == "group":
        ids = frozenset()
    else:
        words += FOREIGN
    for answer in answers:
        for each in foreign_in(answer, words, ids):
            in_own_audit = answer.way is Way.AUDIT and each == str(house.far)
            if answer.about != "far" and not in_own_audit:
                asked = f"{answer.route.key} {answer.about} {dict(answer.query)}"
                yield f"{asked} names {each} to {holder}"
