"""Every field of a guest, by every role and scope and every way, shows as the policy says.

Two ways of looking. *Needles*: each field holds words found nowhere else, and every page, JSON
answer, header, file name and error text is searched for them. *Differing houses*: for each role a
second house is made in which every column that is hidden from that role holds something else; the
role must not be able to tell the two apart by any answer, whatever it asks, sorts or filters by.
"""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from crm.kit.metadata import all_tables
from crm.staff.policy import policy
from crm.staff.terms import Channel, Role, Sight
from tests.conftest import Client
from tests.contracts.asking import HOLDERS, Answer, Asking, Way
from tests.contracts.differing import change, hidden_from, told_apart
from tests.contracts.hotels import ids_elsewhere, of_the_other_hotel
from tests.contracts.houses import Planted
from tests.contracts.needles import LEFT_BY_A_MASK, NEEDLES, WITHOUT_NEEDLE
from tests.contracts.walking import (
    ASKED_BY,
    IDS,
    STREAMS,
    Route,
    channel_of,
    concrete,
    questions,
    routes,
)
from tests.proving import Tally

PROMISE = "permission cells"

MASTER_DATA = {
    "GET /api/v1/preferences/codes",
    "GET /api/v1/preferences/codes/find",
    "GET /api/v1/preferences/codes/{code}",
    "GET /codes",
}
"""Catalogues that name no guest: they hold the words of fields, and nobody's fields."""

BROUGHT_ALONG = {
    ("GET /api/v1/imports/{import_id}", "guest.phone"),
    ("GET /imports/{import_id}", "guest.phone"),
}
"""Samples of a file, shown to those who bring it in: its words, not the guest file's."""

CANNOT_BE_PLANTED = {
    "guest.merged_into_id",  # a merged file is no longer shown
    "relation.other_id",  # the relation is to somebody without a file
    "preference.retired_at",  # a retired preference is no longer shown
    "preference.retired_why",
    "preference.retired_for_id",
    "complaint.closed_at",  # the case is open
    "document.company_id",  # the document is a guest's
}


class TestPolicyIsComplete:
    def test_every_column_of_the_guest_file_is_named(self) -> None:
        tables = all_tables().tables
        columns = {
            f"{name}.{column.name}"
            for name in policy().guest_file_tables
            for column in tables[name].columns
        }
        named = {column for rule in policy().fields.values() for column in rule.columns}
        internal = {
            column
            for column in columns
            for pattern in policy().internal
            if column == pattern or (pattern.startswith("*.") and column.endswith(pattern[1:]))
        }
        assert not columns - named - internal, "name the field in crm/staff/policy.yaml"
        assert not named - columns, "the policy names columns that are not there"

    def test_every_table_that_hangs_on_a_guest_is_a_guest_file_table(self) -> None:
        hanging = {
            table.name
            for table in all_tables().tables.values()
            for key in table.foreign_keys
            if key.column.table.name in {"guest", "stay", "membership", "complaint"}
        }
        assert not hanging - set(policy().guest_file_tables)

    def test_every_field_can_be_recognised(self) -> None:
        assert set(NEEDLES) | set(WITHOUT_NEEDLE) == set(policy().fields)
        assert not set(NEEDLES) & set(WITHOUT_NEEDLE)

    def test_every_column_is_planted(self, planted: Planted) -> None:
        tables = all_tables().tables
        with planted.fork().reading() as db:
            bare = [
                f"{name}.{column.name}"
                for name in policy().guest_file_tables
                for column in tables[name].columns
                if not db.connection().scalar(
                    sa.select(sa.func.count()).select_from(tables[name]).where(column.is_not(None))
                )
            ]
        assert set(bare) <= CANNOT_BE_PLANTED


def leaks(answer: Answer, holder: str) -> Iterator[str]:
    """The fields' words in one answer that the policy does not let this holder see there."""
    if answer.route.key in MASTER_DATA:
        return
    for field, needles in NEEDLES.items():
        if (answer.route.key, field) in BROUGHT_ALONG:
            continue
        sight = Sight.NONE if answer.way is Way.ERROR else _sight(answer, field, holder)
        left = LEFT_BY_A_MASK.get(field, ()) if sight is Sight.MASKED else ()
        shown = set() if sight is Sight.CLEAR else answer.found & set(needles) - set(left)
        in_headers = answer.found_in_headers & set(needles)
        if field in policy().exports.get(answer.route.key, ()) and sight is Sight.CLEAR:
            in_headers = set()  # a document's title is its file's name
        for needle in shown | in_headers:
            where = f"{answer.route.key} {dict(answer.query)}, {answer.way}"
            yield f"{where}, shows {needle} ({field}, {sight}) to {holder}"


def _sight(answer: Answer, field: str, holder: str) -> Sight:
    return policy().sight([holder], field, channel_of(answer.route))


class TestNeedles:
    @pytest.mark.proof
    @pytest.mark.parametrize("holder", HOLDERS)
    def test_answers_hold_exactly_what_the_policy_lets_out(
        self, asking: Asking, holder: str, tally: Tally
    ) -> None:
        """A cell is a field, a holder and a way by which that holder was answered at all; and
        a route, for what it names of the other hotel. One test, since asking is what takes time.
        """
        answers = asking.answers(holder)
        assert all(answer.status < 500 for answer in answers)
        ways = {answer.way for answer in answers} | {Way.HEADER}
        found = {leak for answer in answers for leak in leaks(answer, holder)}
        with asking.client.database.reading() as db:
            ids = ids_elsewhere(db, asking.house)
        found |= set(of_the_other_hotel(answers, holder, asking.house, ids))
        cells = len(ways) * len(NEEDLES) + len({answer.route.key for answer in answers})
        tally(PROMISE, cells, wrong=len(found))
        assert not found, "\n".join(sorted(found))
        if holder in set(Role):
            assert _unseen(answers, holder) == NO_PAGE_SHOWS.get(Role(holder), set())

    def test_housekeeper_sees_no_phone_on_any_page(self, asking: Asking) -> None:
        for answer in asking.answers(Role.HOUSEKEEPING.value):
            assert not answer.found & {*NEEDLES["guest.phone"], "0431"}, answer.route.key

    def test_incognito_guest_is_found_by_the_real_name_and_shown_by_the_alias(
        self, asking: Asking
    ) -> None:
        asked = [
            answer
            for answer in asking.answers("front_desk")
            if "Ouyinmiao" in answer.words and answer.status == 200
        ]
        assert any("Plumwick Hidden" in answer.found for answer in asked)
        for answer in asked:
            assert "欧隐淼" not in answer.found, answer.route.key


def _unseen(answers: list[Answer], holder: str) -> set[str]:
    """Fields that are clear to a role and that it saw nowhere: then nothing was looked at."""
    words = {word for answer in answers for word in answer.found}
    return {
        field
        for field, needles in NEEDLES.items()
        if policy().sight([holder], field, Channel.PAGE) is Sight.CLEAR and not words & set(needles)
    }


NO_PAGE_SHOWS = {
    Role.HOUSEKEEPING: {
        "guest.name", "guest.alias", "stay.wishes", "preference.normal", "loyalty.tier",
    },
    Role.FOOD_BEVERAGE: {"stay.wishes", "preference.normal"},
}  # fmt: skip
"""What the policy would let be shown to a role, and no page of it shows in these words."""


class TestEveryGetIsLookedAt:
    def test_somebody_can_open_it(self, asking: Asking) -> None:
        """A page that nobody opens in these tests is a page where nothing was looked for."""
        shut = set()
        for route in routes(asking.app):
            if route.method != "GET" or route.key in STREAMS:
                continue
            needs = policy().routes[route.key]
            holders = [
                holder
                for holder in (Role.DUTY_MANAGER, Role.FILE_CENTRE, Role.GENERAL_MANAGER, *HOLDERS)
                if needs in policy().permissions_of([holder]) or needs not in policy().permissions
            ]
            if not any(_opens(asking, route, holder) for holder in holders):
                shut.add(route.key)
        assert shut == set()

    def test_every_parameter_is_asked_by(self, asking: Asking) -> None:
        asks = {name for route in routes(asking.app) for name in route.asks}
        assert asks == policy().parameters.keys()
        assert asks - IDS == ASKED_BY.keys()

    def test_downloads_and_their_columns_are_named(self, asking: Asking) -> None:
        files = set()
        for route in routes(asking.app):
            if route.method != "GET" or route.key in STREAMS:
                continue
            needs = policy().permissions.get(policy().routes[route.key], {Role.FILE_CENTRE})
            holder = Role.FILE_CENTRE if Role.FILE_CENTRE in needs else Role.DUTY_MANAGER
            path = concrete(route, asking.house, guest_id=asking.house.guest)
            answer = asking.as_(holder).get(path)
            if "attachment" not in answer.headers.get("content-disposition", ""):
                continue
            files.add(route.key)
            if answer.headers["content-type"].startswith("text/csv"):
                first_line = answer.text.lstrip("\ufeff").splitlines()[0]
                header = [each.strip('"') for each in first_line.split(",")]
                ours = {each for each in header if each.startswith("keshi_")}
                assert ours <= set(policy().exports[route.key]), route.key
                assert "*" in policy().exports[route.key] or ours == set(header), route.key
        assert files == policy().exports.keys()


def _opens(asking: Asking, route: Route, holder: str) -> bool:
    asking.as_(holder)
    about = "guest" if "guest_id" in route.places else ""
    return any(
        asking.response(route, about, query).status_code in {200, 303}
        for query in questions(route, asking.house, about)
    )


class TestDifferingHouses:
    """Sights are decided above the database: one kind of it is enough to tell houses apart."""

    @pytest.mark.proof
    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
    @pytest.mark.parametrize("holder", HOLDERS)
    def test_hidden_fields_change_nothing_that_is_seen(
        self, planted: Planted, asking: Asking, holder: str, tally: Tally
    ) -> None:
        """A cell is a hidden field and a way; what is asked by or sorted by it shows as well."""
        house, changed = planted.house, planted.fork()
        hidden = hidden_from(holder)
        with changed.writing() as db:
            touched = change(db.connection(), hidden, house)
        assert touched or not hidden
        with Client(planted.shared_app(changed), changed) as client:
            compared, apart = told_apart(asking, Asking(client, house), holder)
        ways = {answer.way for answer in compared}
        tally(PROMISE, len(ways) * len(hidden), wrong=len(apart))
        assert not apart, "\n".join(what for _, what in apart)
