"""A hotel's own alerts: the list of its rules, and a form that builds one in plain words."""

from functools import partial
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.alerts import master, queries, rules, service
from crm.alerts.schemas import AlertAside, AlertRuleIn, AlertRuleOut, RuleStep
from crm.alerts.terms import (
    KEY_MAX,
    KEY_OF_ALERT,
    AlertKind,
    AlertWeight,
    Moment,
    Place,
    RuleDeed,
    TierName,
)
from crm.companies import queries as companies
from crm.guests.terms import GuestIdentity, VipLevel
from crm.hotels.terms import DepartmentCode
from crm.kit.errors import Conflict, CrmError
from crm.preferences.codes import hotel_codes
from crm.profile import putting_aside
from crm.profile import queries as profile
from crm.staff.actor import Actor
from web.alert_form import CONDITIONS, Row, Typed, rows_of, typed_rule
from web.alert_words import sentence
from web.deps import Db, Me
from web.forms import Filled, refused
from web.labels import label
from web.rendering import is_fragment, render

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=400)]
Many = Annotated[list[str], Form(max_length=200)]
Key = Annotated[str, Form(max_length=KEY_MAX, pattern=KEY_OF_ALERT)]


class Line(NamedTuple):
    """A rule in the list, with its conditions as a sentence."""

    rule: AlertRuleOut
    title: str
    says: str
    when: str
    where: str


@router.get("/alerts")
def rule_list(request: Request, db: Db, me: Me) -> Response:
    words = _Words(db, me)
    found = queries.rule_list(db, by=me)
    return render(request, "alerts/list.html", lines=[_line(rule, me, words) for rule in found])


@router.get("/alerts/new")
def new_rule(request: Request, db: Db, me: Me) -> Response:
    typed = Typed(
        moments=(Moment.CHECK_IN.value,),
        places=(Place.BAR.value, Place.BOARD.value),
        weight=AlertWeight.NOTE.value,
        kind=AlertKind.WELCOME.value,
        position="100",
    )
    return _form(request, db, me, typed)


@router.get("/alerts/{rule_id:uuid}")
def show_rule(request: Request, db: Db, me: Me, rule_id: UUID) -> Response:
    rule = queries.rule(db, rule_id, by=me)
    return _form(request, db, me, _typed_of(rule, _Words(db, me)), rule=rule)


@router.post("/alerts")
def work_on_rule(
    request: Request,
    db: Db,
    me: Me,
    deed: Text = "save",
    rule_id: Annotated[UUID | None, Form()] = None,
    version: Annotated[int | None, Form(ge=1, le=10**9)] = None,
    name: Text = "",
    match: Text = "all",
    row_kind: Many = [],  # noqa: B006 - FastAPI copies it
    row_negated: Many = [],  # noqa: B006
    row_first: Many = [],  # noqa: B006
    row_last: Many = [],  # noqa: B006
    row_every: Many = [],  # noqa: B006
    row_words: Many = [],  # noqa: B006
    row_choice: Many = [],  # noqa: B006
    add: Text = "",
    text_en: Text = "",
    text_zh: Text = "",
    weight: Text = "",
    kind: Text = "",
    moments: Many = [],  # noqa: B006
    places: Many = [],  # noqa: B006
    departments: Many = [],  # noqa: B006
    instruction_en: Text = "",
    instruction_zh: Text = "",
    position: Text = "",
) -> Response:
    """Save the rule; ``deed`` may be to add or drop a condition or to look how many it matches."""
    rows = rows_of(row_kind, row_negated, row_first, row_last, row_every, row_words, row_choice)
    typed = Typed(
        name, match, rows, text_en, text_zh, weight, kind, tuple(moments), tuple(places),
        tuple(departments), instruction_en, instruction_zh, position,
    )  # fmt: skip
    rule = queries.rule(db, rule_id, by=me) if rule_id else None
    if deed != "save":
        return _form(request, db, me, _reworked(typed, deed, add), rule=rule, looked=True)
    try:
        with db.begin_nested():
            asked = AlertRuleIn.model_validate(typed_rule(typed, rule, _Words(db, me).resolve))
            if rule is None:
                made = service.add_rule(db, asked, by=me)
            else:
                made = service.amend_rule(
                    db, rule.id, asked, version=version or rule.version, by=me
                )
    except (ValidationError, CrmError) as error:
        again = refused(typed.named(), error, me.language)
        status = 409 if isinstance(error, Conflict) else 422
        return _form(request, db, me, typed, rule=rule, form=again, status=status)
    return RedirectResponse(f"/alerts#rule-{made.id}", 303)


@router.post("/alerts/{rule_id:uuid}")
def step_rule(
    db: Db,
    me: Me,
    rule_id: UUID,
    deed: Annotated[RuleDeed, Form()],
    version: Annotated[int, Form(ge=1, le=10**9)],
) -> Response:
    """Switch a rule on or off, or retire it."""
    service.step(db, rule_id, RuleStep(deed=deed), version=version, by=me)
    return RedirectResponse(f"/alerts#rule-{rule_id}", 303)


@router.post("/guests/{guest_id:uuid}/alerts")
def put_alert_aside(
    request: Request, db: Db, me: Me, guest_id: UUID, key: Key, again: Text = ""
) -> Response:
    """Put an alert of the card aside for this stay, or bring it back."""
    asked = AlertAside.model_validate({"key": key, "again": bool(again)})
    do = putting_aside.bring_back if asked.again else putting_aside.put_aside
    do(db, guest_id, asked.key, by=me)
    if not is_fragment(request):
        return RedirectResponse(f"/guests/{guest_id}", 303)
    card = profile.card(db, guest_id, by=me)
    return render(
        request,
        "alerts/_known_again.html",
        card=card,
        undo=None if asked.again else asked.key,
    )


# ---------------------------------------------------------------- the form
def _reworked(typed: Typed, deed: str, add: str) -> Typed:
    """The form with one condition more or less; looking leaves it as it is."""
    if deed == "add" and add in CONDITIONS:
        return typed._replace(rows=(*typed.rows, Row(add)))
    if deed.startswith("drop-") and deed[5:].isdecimal():
        gone = int(deed[5:])
        return typed._replace(rows=tuple(r for no, r in enumerate(typed.rows) if no != gone))
    return typed


def _typed_of(rule: AlertRuleOut, words: "_Words") -> Typed:
    rows = (
        tuple(Row.of(item, words.name) for item in rule.who.of) if rules.is_flat(rule.who) else ()
    )
    return Typed(
        rule.name, rule.who.match.value, rows, rule.text_en, rule.text_zh or "",
        rule.weight.value, rule.kind.value, tuple(rule.moments), tuple(rule.places),
        tuple(rule.departments), rule.instruction_en or "", rule.instruction_zh or "",
        str(rule.position),
    )  # fmt: skip


def _form(
    request: Request,
    db: Session,
    me: Actor,
    typed: Typed,
    *,
    rule: AlertRuleOut | None = None,
    form: Filled | None = None,
    looked: bool = False,
    status: int = 200,
) -> Response:
    flat = rule is None or rules.is_flat(rule.who)
    words = _Words(db, me)
    said, found = "", None
    try:
        asked = AlertRuleIn.model_validate(typed_rule(typed, rule, words.resolve) | _ENOUGH_TO_LOOK)
    except ValidationError:
        asked = None
    if asked is not None:
        said = sentence(asked.who, me.language, words.name)
        found = putting_aside.would_match(db, asked, by=me)
    template = "alerts/_form.html" if looked and is_fragment(request) else "alerts/form.html"
    return render(
        request,
        template,
        status=status,
        typed=typed,
        rule=rule,
        form=form or Filled({}),
        is_flat=flat,
        said=said,
        found=found,
        conditions=[
            (each, label("alert_condition", each, language=me.language)) for each in CONDITIONS
        ],
        choices=_choices(me),
        codes=words.codes if any(row.kind == "code" for row in typed.rows) else {},
        departments=[
            (code.value, label("department", code, language=me.language)) for code in DepartmentCode
        ],
    )


_ENOUGH_TO_LOOK: dict[str, Any] = {
    "name": "-", "text_en": "-", "text_zh": None, "departments": [], "instruction_en": None,
    "instruction_zh": None, "weight": "note", "kind": "welcome", "moments": ["check_in"],
    "places": ["bar"], "position": 1,
}  # fmt: skip
"""To count whom a rule would match only its conditions must be whole."""


def _choices(me: Actor) -> dict[str, list[tuple[str, str]]]:
    """What is ticked in the rows that offer a few values."""
    word = partial(label, language=me.language)
    return {
        "vip": [(each.value, each.value) for each in VipLevel],
        "tier": [(each.value, word("tier", each)) for each in TierName],
        "identity": [(each.value, word("identity", each)) for each in GuestIdentity],
    }


def _line(rule: AlertRuleOut, me: Actor, words: "_Words") -> Line:
    word = partial(label, language=me.language)
    shipped = rule.shipped_as is not None and rule.name == master.TITLES.get(rule.shipped_as)
    return Line(
        rule,
        word("alert_shipped", rule.shipped_as) if shipped else rule.name,
        sentence(rule.who, me.language, words.name),
        ", ".join(word("alert_moment", each) for each in rule.moments),
        ", ".join(word("alert_place", each) for each in rule.places),
    )


class _Words:
    """Codes and companies by name, and what a typed word means; read once for a page."""

    def __init__(self, db: Session, me: Actor) -> None:
        self._db, self._me = db, me
        self._codes: dict[str, str] | None = None

    @property
    def codes(self) -> dict[str, str]:
        """The labels of the hotel's codes, in the reader's language."""
        if self._codes is None:
            chinese = self._me.language.startswith("zh")
            self._codes = {
                row.code: row.label_zh if chinese else row.label_en
                for row in hotel_codes(self._db, by=self._me)
                if row.is_active
            }
        return self._codes

    def name(self, kind: str, value: str) -> str:
        if kind == "code":
            return self.codes.get(value, value)
        return companies.names_of(self._db, {UUID(value)}).get(UUID(value), value)

    def resolve(self, kind: str, word: str) -> str:
        """The code or id that a word means; an unknown word stays, and is refused."""
        if kind == "company":
            found = companies.company_named(self._db, word)
            return str(found) if found else word
        if kind == "language":
            return word.lower()
        if kind != "code" or word.upper() in self.codes:
            return word.upper()
        folded = word.casefold()
        return next((code for code, text in self.codes.items() if text.casefold() == folded), word)
