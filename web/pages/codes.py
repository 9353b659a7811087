"""The codes of preferences as the hotel has them: searched first, the groups folded.

A hotel uses a part of them, in its own words, and says for each group when the centre looks.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.hotels.terms import DepartmentCode
from crm.kit.errors import Conflict, CrmError
from crm.preferences import house_codes, master
from crm.preferences.codes import code_groups, hotel_codes
from crm.preferences.finding import find
from crm.preferences.schemas import CodeRow, GroupPolicyIn, HotelCodeIn, OwnCodeIn
from crm.preferences.terms import Polarity, ReviewPolicy, Sensitivity
from crm.staff.actor import Actor
from web.deps import Db, Me
from web.forms import Filled, refused
from web.labels import label
from web.rendering import render

router = APIRouter(include_in_schema=False)

FOUND = 30
Text = Annotated[str, Form(max_length=400)]
Version = Annotated[int, Form(ge=0, le=2**31)]
Code = Annotated[str, Path(max_length=24)]
GroupName = Annotated[str, Path(max_length=8)]
WORDS = ("label_en", "label_zh", "need_to_know_en", "need_to_know_zh")
OCCASIONS = (
    "pre-arrival", "arrival", "daily", "turn-down", "each meal", "on departure", "always know",
)  # fmt: skip


@router.get("/codes")
def show_codes(
    request: Request,
    db: Db,
    me: Me,
    q: Annotated[str, Query(max_length=60)] = "",
    group: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """What the search finds, or the groups with one of them unfolded."""
    return _page(request, db, me, q=q, group=group)


@router.get("/codes/new")
def show_new(
    request: Request, db: Db, me: Me, group: Annotated[str, Query(max_length=8)] = ""
) -> Response:
    return _new(request, db, me, Filled({"group": group, "polarity": "like"}), [])


@router.post("/codes/new")
def add(
    request: Request,
    db: Db,
    me: Me,
    group: Text = "",
    name: Text = "",
    label_en: Text = "",
    label_zh: Text = "",
    need_to_know_en: Text = "",
    need_to_know_zh: Text = "",
    polarity: Text = "like",
    sensitivity: Text = "normal",
    occasion: Text = "daily",
    acts: Annotated[list[str], Form(max_length=20)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """A code of the hotel's own in one of the groups."""
    typed = {
        "group": group,
        "name": name,
        "label_en": label_en,
        "label_zh": label_zh,
        "need_to_know_en": need_to_know_en,
        "need_to_know_zh": need_to_know_zh,
        "polarity": polarity,
        "sensitivity": sensitivity,
        "occasion": occasion,
        "acts": "",
        "code": "",
        "departments": "",
    }
    given: dict[str, Any] = {key: typed[key].strip() or None for key in WORDS}
    given |= {"polarity": polarity, "sensitivity": sensitivity, "occasion": occasion}
    given |= {"code": f"{group.strip()}.{name.strip().upper()}"}
    given |= {"acts": acts, "departments": sorted({*acts, DepartmentCode.FILE_CENTRE.value})}
    try:
        with db.begin_nested():
            made = house_codes.add_code(db, OwnCodeIn.model_validate(given), by=me)
    except (ValidationError, CrmError) as error:
        again = refused(typed, error, me.language)
        errors = [("name" if field == "code" else field, text) for field, text in again.errors]
        return _new(request, db, me, Filled(typed, errors), acts, status=_status(error))
    return RedirectResponse(f"/codes?group={made.code.partition('.')[0]}", 303)


@router.post("/codes/groups/{group}")
def keep_group(
    request: Request,
    db: Db,
    me: Me,
    group: GroupName,
    version: Version,
    policy: Text = "",
    group_max: Text = "",
) -> Response:
    """When the centre looks at notes of the group, and how many likes of it a guest may have."""
    most = group_max.strip()
    try:
        with db.begin_nested():
            asked = GroupPolicyIn.model_validate(
                {"policy": policy, "group_max": int(most) if most.isdecimal() else most or None}
            )
            house_codes.keep_group(db, group, asked, by=me, version=version)
    except (ValidationError, CrmError) as error:
        told = refused({"group_max": most}, error, me.language).errors
        return _page(request, db, me, group=group, errors=told, status=_status(error))
    return RedirectResponse(f"/codes?group={group}#g-{group}", 303)


@router.get("/codes/{code}")
def show_code(request: Request, db: Db, me: Me, code: Code) -> Response:
    found = house_codes.code(db, code, by=me)
    return _code(request, db, me, found, Filled(_own_words(found)))


@router.post("/codes/{code}")
def keep_code(
    request: Request,
    db: Db,
    me: Me,
    code: Code,
    version: Version,
    is_active: Text = "",
    words_too: Text = "",
    label_en: Text = "",
    label_zh: Text = "",
    need_to_know_en: Text = "",
    need_to_know_zh: Text = "",
) -> Response:
    """Switch a code on or off; with ``words_too`` the hotel's wording comes with it."""
    found = house_codes.code(db, code, by=me)
    given = {
        "label_en": label_en,
        "label_zh": label_zh,
        "need_to_know_en": need_to_know_en,
        "need_to_know_zh": need_to_know_zh,
    }
    words = given if words_too else _own_words(found)
    try:
        with db.begin_nested():
            asked = HotelCodeIn.model_validate(
                {name: text.strip() or None for name, text in words.items()}
                | {"is_active": bool(is_active)}
            )
            house_codes.keep_code(db, code, asked, by=me, version=version)
    except (ValidationError, CrmError) as error:
        again = refused(given, error, me.language)
        return _code(request, db, me, found, again, status=_status(error))
    return RedirectResponse(f"/codes?group={found.group_code}#c-{found.code}", 303)


def _page(
    request: Request,
    db: Session,
    me: Actor,
    *,
    q: str = "",
    group: str = "",
    errors: Any = (),
    status: int = 200,
) -> Response:
    rows = hotel_codes(db, by=me)
    of_group: dict[str, list[CodeRow]] = {}
    for row in rows:
        of_group.setdefault(row.group_code, []).append(row)
    found = find(rows, q)[:FOUND] if q.strip() else []
    return render(
        request,
        "centre/codes.html",
        status=status,
        asked=q,
        found=found,
        groups=code_groups(db, by=me),
        of_group=of_group,
        chosen=group if group in of_group else "",
        named={row.code: row for row in rows},
        policies=[(each.value, label("review_policy", each, language=me.language))
                  for each in ReviewPolicy],
        errors=errors,
        used=sum(row.is_active for row in rows),
        all_codes=len(rows),
    )  # fmt: skip


def _code(
    request: Request, db: Session, me: Actor, found: CodeRow, form: Filled, *, status: int = 200
) -> Response:
    others = hotel_codes(db, by=me, only=found.conflicts_with) if found.conflicts_with else []
    return render(
        request,
        "centre/code.html",
        status=status,
        code=found,
        form=form,
        shipped=_shipped(found),
        conflicts=others,
    )


def _new(
    request: Request, db: Session, me: Actor, form: Filled, acts: list[str], *, status: int = 200
) -> Response:
    chinese = me.language.startswith("zh")
    groups = code_groups(db, by=me)
    return render(
        request,
        "centre/new_code.html",
        status=status,
        form=form,
        acts=acts,
        groups=[(each.group, each.label_zh if chinese else each.label_en) for each in groups],
        polarities=_labels("polarity", Polarity, me),
        sensitivities=_labels("sensitivity", Sensitivity, me),
        occasions=[(each, label("occasion", each, language=me.language)) for each in OCCASIONS],
        departments=_labels("department", DepartmentCode, me),
    )


def _labels(kind: str, words: Any, me: Actor) -> list[tuple[str, str]]:
    return [(each.value, label(kind, each, language=me.language)) for each in words]


def _shipped(code: CodeRow) -> Mapping[str, str]:
    """The wording that comes with the product; nothing for a code of the hotel's own."""
    found = next((each for each in master.catalogue() if each["code"] == code.code), {})
    return {name: str(found.get(name, "")) for name in WORDS}


def _own_words(code: CodeRow) -> dict[str, str]:
    """What differs from the shipped wording, so that the rest follows the product's upgrades."""
    shipped = _shipped(code)
    own = {name: str(getattr(code, name)) for name in WORDS}
    return {name: "" if text == shipped[name] else text for name, text in own.items()}


def _status(error: Exception) -> int:
    return 409 if isinstance(error, Conflict) else 422
