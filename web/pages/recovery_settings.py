"""What a hotel sets for recovery: its catalogue of offers and the limits of its roles."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.complaints import queries as cases
from crm.complaints.terms import Severity
from crm.kit.errors import Conflict, CrmError
from crm.recovery import setting
from crm.recovery.schemas import LimitIn, OfferIn, OfferSheet
from crm.recovery.terms import CODE_MAX, OfferKind
from crm.staff.actor import Actor
from crm.staff.terms import Role
from web.amounts import minor_of, plain_of
from web.deps import Db, Me
from web.forms import Filled, code_from, refused
from web.labels import label
from web.pages.complaints import category_choices
from web.recovery_labels import OFFER_ICONS
from web.rendering import render

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=600)]
Version = Annotated[int, Form(ge=0, le=2**31)]
Code = Annotated[str, Path(max_length=CODE_MAX)]
Many = Annotated[list[str], Form(max_length=40)]
HERE = "/complaints/settings/offers"
FIELDS = {
    "cost_minor": "cost", "value_minor": "worth", "least_severity": "severity",
    "categories": "category",
}  # fmt: skip
"""By field of the schema, the field of the form."""


@router.get("/complaints/settings/offers")
def show_offers(request: Request, db: Db, me: Me) -> Response:
    """The hotel's catalogue, also what is switched off."""
    return render(
        request,
        "settings/offers.html",
        offers=setting.offers(db, by=me),
        icons=OFFER_ICONS,
        here=HERE,
    )


@router.get("/complaints/settings/offers/new")
def show_new_offer(request: Request, db: Db, me: Me) -> Response:
    """An empty entry."""
    typed = {"kind": OfferKind.GIFT.value, "severity": Severity.MINOR.value, "is_on": "on"}
    return _offer(request, db, me, None, Filled(typed), [])


@router.post("/complaints/settings/offers/new")
def add_offer(
    request: Request,
    db: Db,
    me: Me,
    kind: Text = "",
    name_en: Text = "",
    name_zh: Text = "",
    cost: Text = "",
    worth: Text = "",
    points: Text = "",
    severity: Text = "",
    is_on: Text = "",
    category: Many = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """One more offer; its code is made of its English name."""
    typed = _typed(kind, name_en, name_zh, cost, worth, points, severity, is_on)
    code = code_from(name_en).upper()[:CODE_MAX]
    try:
        with db.begin_nested():
            made = setting.add_offer(db, code, _given(db, me, typed, category), by=me)
    except (ValidationError, CrmError) as fault:
        return _offer_again(request, db, me, None, typed, category, fault)
    return RedirectResponse(f"{HERE}#offer-{made.code}", 303)


@router.get("/complaints/settings/offers/{code}")
def show_offer(request: Request, db: Db, me: Me, code: Code) -> Response:
    """One entry as it holds now."""
    held = setting.offer_sheet(db, code, by=me)
    currency = setting.offers(db, by=me).currency
    typed = {
        "kind": held.kind.value,
        "name_en": held.name_en,
        "name_zh": held.name_zh,
        "cost": plain_of(held.cost_minor, currency),
        "worth": plain_of(held.value_minor, currency),
        "points": str(held.points or ""),
        "severity": held.least_severity.value,
        "is_on": "on" if held.is_on else "",
    }
    return _offer(request, db, me, held, Filled(typed), held.categories)


@router.post("/complaints/settings/offers/{code}")
def keep_offer(
    request: Request,
    db: Db,
    me: Me,
    code: Code,
    version: Version,
    kind: Text = "",
    name_en: Text = "",
    name_zh: Text = "",
    cost: Text = "",
    worth: Text = "",
    points: Text = "",
    severity: Text = "",
    is_on: Text = "",
    category: Many = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """The entry anew; what was given by it before stays as it was."""
    held = setting.offer_sheet(db, code, by=me)
    typed = _typed(kind, name_en, name_zh, cost, worth, points, severity, is_on)
    try:
        with db.begin_nested():
            given = _given(db, me, typed, category)
            setting.put_offer(db, code, given, version=version, by=me)
    except (ValidationError, CrmError) as fault:
        return _offer_again(request, db, me, held, typed, category, fault)
    return RedirectResponse(f"{HERE}#offer-{code}", 303)


@router.get("/recovery/limits")
def show_limits(request: Request, db: Db, me: Me) -> Response:
    """How much each role may give by itself."""
    return _limits(request, db, me, Filled({}))


@router.post("/recovery/limits")
def set_limit(
    request: Request,
    db: Db,
    me: Me,
    role: Annotated[Role, Form()],
    severity: Annotated[Severity, Form()],
    version: Annotated[int, Form(ge=0, le=2**31)],
    case: Text = "",
    day: Text = "",
) -> Response:
    """One role and severity anew; an empty field is without limit."""
    typed = {"role": role.value, "severity": severity.value, "case": case, "day": day}
    try:
        with db.begin_nested():
            currency = setting.limits(db, by=me).currency
            given = LimitIn(
                case_minor=minor_of(case, currency, "/case") if case.strip() else None,
                day_minor=minor_of(day, currency, "/day") if day.strip() else None,
            )
            setting.put_limit(db, role, severity, given, version=version, by=me)
    except (ValidationError, CrmError) as fault:
        form = refused(typed, fault, me.language)
        return _limits(request, db, me, form, status=_status(fault))
    return RedirectResponse("/recovery/limits", 303)


def _limits(
    request: Request, db: Session, me: Actor, form: Filled, *, status: int = 200
) -> Response:
    found = setting.limits(db, by=me)
    return render(
        request,
        "recovery/limits.html",
        status=status,
        limits=found,
        plain={
            (one.role, one.severity): (
                plain_of(one.case_minor, found.currency),
                plain_of(one.day_minor, found.currency),
            )
            for one in found.items
        },
        form=form,
        here="/recovery/limits",
    )


def _typed(
    kind: str, name_en: str, name_zh: str, cost: str, worth: str, points: str, severity: str,
    is_on: str,
) -> dict[str, str]:  # fmt: skip
    return {
        "kind": kind, "name_en": name_en, "name_zh": name_zh, "cost": cost, "worth": worth,
        "points": points, "severity": severity, "is_on": is_on,
    }  # fmt: skip


def _given(db: Session, me: Actor, typed: dict[str, str], category: list[str]) -> OfferIn:
    """What was typed as an entry; `Invalid` for amounts that are none."""
    currency = setting.offers(db, by=me).currency
    points = typed["points"].strip()
    return OfferIn.model_validate(
        {
            "kind": typed["kind"],
            "name_en": typed["name_en"],
            "name_zh": typed["name_zh"],
            "cost_minor": minor_of(typed["cost"] or "0", currency, "/cost"),
            "value_minor": minor_of(typed["worth"] or "0", currency, "/worth"),
            "points": int(points) if points.isdecimal() else points or 0,
            "categories": category,
            "least_severity": typed["severity"],
            "is_on": bool(typed["is_on"]),
        }
    )


def _offer_again(
    request: Request,
    db: Session,
    me: Actor,
    held: OfferSheet | None,
    typed: dict[str, str],
    category: list[str],
    fault: ValidationError | CrmError,
) -> Response:
    found = refused(typed | dict.fromkeys([*FIELDS, "code"], ""), fault, me.language)
    errors = [(FIELDS.get(name, name), text) for name, text in found.errors]
    errors = [("name_en" if name == "code" else name, text) for name, text in errors]
    form = Filled(typed, errors)
    return _offer(request, db, me, held, form, category, status=_status(fault))


def _offer(
    request: Request,
    db: Session,
    me: Actor,
    held: OfferSheet | None,
    form: Filled,
    category: list[str],
    *,
    status: int = 200,
) -> Response:
    words = cases.words(db, by=me)
    gone = [(each, each) for each in category if each not in {word.code for word in words}]
    return render(
        request,
        "settings/offer.html",
        status=status,
        held=held,
        form=form,
        currency=setting.offers(db, by=me).currency,
        kinds=[(each.value, label("offer_kind", each, language=me.language)) for each in OfferKind],
        severities=[
            (each.value, label("severity", each, language=me.language)) for each in Severity
        ],
        categories=[*category_choices(words, me.language), *gone],
        chosen=set(category),
        here=HERE,
    )


def _status(fault: ValidationError | CrmError) -> int:
    return 409 if isinstance(fault, Conflict) else 422
