"""The master list of what cases are about: seen whole, worded, switched, never deleted."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.complaints import master, queries
from crm.complaints.schemas import CaseWordIn, CaseWordNew, CaseWordOut
from crm.complaints.terms import CODE_MAX, WordLevel
from crm.hotels.terms import DepartmentCode
from crm.kit.errors import Conflict, CrmError
from crm.staff.actor import Actor
from web.deps import Db, Me
from web.forms import Filled, code_from, refused
from web.labels import label
from web.pages.complaints import category_choices
from web.rendering import render

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=400)]
Version = Annotated[int, Form(ge=0, le=2**31)]
Code = Annotated[str, Path(max_length=CODE_MAX, pattern=r"^[a-z0-9_]+$")]
HERE = "/complaints/settings/words"


@router.get("/complaints/settings/words")
def show_words(request: Request, db: Db, me: Me) -> Response:
    """All categories with their causes, also those that are switched off."""
    return render(request, "settings/words.html", words=queries.words(db, by=me), here=HERE)


@router.get("/complaints/settings/words/new")
def show_new_word(request: Request, db: Db, me: Me) -> Response:
    """An empty word: a category, or the cause of one."""
    return _word(request, db, me, None, Filled({"is_on": "on"}))


@router.get("/complaints/settings/words/category/{code}/new")
def show_new_cause(request: Request, db: Db, me: Me, code: Code) -> Response:
    """An empty cause of a category."""
    category = master.word(db, WordLevel.CATEGORY, code, by=me)
    return _word(request, db, me, None, Filled({"parent": category.code, "is_on": "on"}))


@router.post("/complaints/settings/words/new")
def add_word(
    request: Request,
    db: Db,
    me: Me,
    parent: Text = "",
    name_en: Text = "",
    name_zh: Text = "",
    department: Text = "",
    is_sensitive: Text = "",
) -> Response:
    """One more word; its code is made of its English name and never used for anything else."""
    typed = {
        "parent": parent, "name_en": name_en, "name_zh": name_zh, "department": department,
        "is_sensitive": is_sensitive, "is_on": "on",
    }  # fmt: skip
    level = WordLevel.CAUSE if parent else WordLevel.CATEGORY
    try:
        with db.begin_nested():
            asked = _asked(typed) | {
                "level": level, "parent": parent or None,
                "code": code_from(name_en)[:CODE_MAX],
            }  # fmt: skip
            word = CaseWordNew.model_validate(asked)
            last = master.last_place(db, word.parent)
            made = master.add_word(db, word.model_copy(update={"sort": last}), by=me)
    except (ValidationError, CrmError) as error:
        return _again(request, db, me, None, typed, error)
    return RedirectResponse(f"{HERE}#{made.parent or made.code}", 303)


@router.get("/complaints/settings/words/{level}/{code}")
def show_word(request: Request, db: Db, me: Me, level: WordLevel, code: Code) -> Response:
    """One word as it holds now."""
    held = master.word(db, level, code, by=me)
    typed = {
        "parent": held.parent or "",
        "name_en": held.name_en,
        "name_zh": held.name_zh,
        "department": held.department.value if held.department else "",
        "is_sensitive": "on" if held.is_sensitive else "",
        "is_on": "on" if held.is_on else "",
    }
    return _word(request, db, me, held, Filled(typed))


@router.post("/complaints/settings/words/{level}/{code}")
def keep_word(
    request: Request,
    db: Db,
    me: Me,
    level: WordLevel,
    code: Code,
    version: Version,
    name_en: Text = "",
    name_zh: Text = "",
    department: Text = "",
    is_sensitive: Text = "",
    is_on: Text = "",
) -> Response:
    """The word anew, or switched on and off; cases that bear it keep it."""
    held = master.word(db, level, code, by=me)
    typed = {
        "parent": held.parent or "", "name_en": name_en, "name_zh": name_zh,
        "department": department, "is_on": is_on,
        "is_sensitive": "on" if held.is_sensitive else is_sensitive,
    }  # fmt: skip
    try:
        with db.begin_nested():
            asked = CaseWordIn.model_validate(_asked(typed) | {"sort": held.sort})
            master.set_word(db, level, code, asked, by=me, version=version)
    except (ValidationError, CrmError) as error:
        return _again(request, db, me, held, typed, error)
    return RedirectResponse(f"{HERE}#{held.parent or code}", 303)


def _asked(typed: dict[str, str]) -> dict[str, Any]:
    return {
        "name_en": typed["name_en"],
        "name_zh": typed["name_zh"],
        "department": typed["department"] or None,
        "is_sensitive": bool(typed["is_sensitive"]),
        "is_on": bool(typed["is_on"]),
    }


def _again(
    request: Request,
    db: Session,
    me: Actor,
    held: CaseWordOut | None,
    typed: dict[str, str],
    error: ValidationError | CrmError,
) -> Response:
    found = refused(typed | {"code": ""}, error, me.language)
    errors = [("name_en" if name == "code" else name, text) for name, text in found.errors]
    status = 409 if isinstance(error, Conflict) else 422
    return _word(request, db, me, held, Filled(typed, errors), status=status)


def _word(
    request: Request,
    db: Session,
    me: Actor,
    held: CaseWordOut | None,
    form: Filled,
    *,
    status: int = 200,
) -> Response:
    return render(
        request,
        "settings/word.html",
        status=status,
        held=held,
        form=form,
        categories=category_choices(queries.words(db, by=me), me.language),
        departments=[
            (code.value, label("department", code, language=me.language)) for code in DepartmentCode
        ],
        here=HERE,
    )
