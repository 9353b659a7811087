"""Coming in and going out: sign-in, sign-out, one's own password, and how the screen behaves."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from crm.hotels import queries as hotels
from crm.kit.errors import CrmError, NotFound
from crm.staff import queries as staff_queries
from crm.staff import service as staff
from crm.staff import sessions
from crm.staff.actor import system
from crm.staff.terms import LOGIN_MAX, PASSWORD_MAX, Role, StaffState
from web.deps import Db, Me, MySession, Settings
from web.gate import address_of, session_cookie
from web.navigation import destinations_for
from web.rendering import (
    KEYS_COOKIE,
    LANGUAGE_COOKIE,
    THEME_COOKIE,
    THEMES,
    frame_of,
    render,
)
from web.wording import LANGUAGES, mark, wording

router = APIRouter(include_in_schema=False)

A_YEAR = 365 * 24 * 3600
LANDING = {
    Role.HOUSEKEEPING: "/rooms",
    Role.MARKETING: "/companies",
    Role.FILE_CENTRE: "/review",
    Role.IT: "/staff",
}
DEMO_CARDS = (
    Role.FRONT_DESK,
    Role.HOUSEKEEPING,
    Role.MARKETING,
    Role.DUTY_MANAGER,
    Role.FILE_CENTRE,
    Role.GENERAL_MANAGER,
)
WRONG = mark("Name and password do not fit together. Check both and try again.")

Words = Annotated[str, Form(max_length=2000)]
LoginWords = Annotated[str, Form(max_length=LOGIN_MAX)]
PasswordWords = Annotated[str, Form(max_length=PASSWORD_MAX)]


class DemoLogin(NamedTuple):
    """A card on the demo hotel's door: one click and one is that colleague."""

    login: str
    name: str
    role: Role


@router.get("/")
def start(me: Me, mine: MySession) -> Response:
    """Everybody lands on the page of their own work."""
    wanted = LANDING.get(mine.roles[0], "/today")
    places = [place.path for place in destinations_for(me.permissions)]
    return _to(wanted if wanted in places or not places else places[0])


@router.get("/sign-in")
def show_sign_in(request: Request, db: Db, settings: Settings, next: str = "/") -> Response:  # noqa: A002
    if request.state.actor is not None:
        return _to("/")
    return _door(request, db, settings, next_page=next)


@router.post("/sign-in")
def sign_in(
    request: Request,
    db: Db,
    settings: Settings,
    login: LoginWords,
    password: PasswordWords,
    next: Words = "/",  # noqa: A002
) -> Response:
    """A refusal is a page of its own, not an error: the attempt it counts must be kept."""
    address = address_of(request)
    try:
        sessions.may_try(db, login, address, limits=_limits(settings))
        staff_id = sessions.check_password(db, login, password, address)
        if staff_id is None:
            return _door(
                request, db, settings, message=WRONG, login=login, next_page=next, status=401
            )
        fresh = sessions.sign_in(db, staff_id, address=address)
    except CrmError as refused:
        status = 429 if refused.code == "sign_in_throttled" else 403
        answer = _door(
            request,
            db,
            settings,
            message=refused.template,
            login=login,
            next_page=next,
            status=status,
        )
        if status == 429:
            answer.headers["Retry-After"] = str(int(sessions.THROTTLE_SPAN.total_seconds()))
        return answer
    return _let_in(fresh, settings, next)


@router.post("/sign-in/demo")
def sign_in_to_demo(request: Request, db: Db, settings: Settings, login: LoginWords) -> Response:
    """One click, no password: only where the whole house is a demo."""
    known = {card.login for card in _demo_logins(db, settings)}
    if login not in known:
        raise NotFound("There is no demo hotel here.", "demo")
    person = next(row for row in staff_queries.staff_list(db, by=system()) if row.login == login)
    return _let_in(sessions.sign_in(db, person.id, address=address_of(request)), settings, "/")


@router.post("/session/end")
def sign_out(db: Db, me: Me, mine: MySession, settings: Settings) -> Response:
    sessions.sign_out(db, mine.token_hash, by=me)
    answer = _to("/sign-in")
    answer.delete_cookie(
        session_cookie(settings), path="/", secure=settings.by_https, httponly=True, samesite="lax"
    )
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@router.get("/password")
def show_password(request: Request, mine: MySession) -> Response:
    return render(request, "password.html", errors=[], first=mine.must_change_password)


@router.post("/password")
def change_password(
    request: Request, db: Db, me: Me, mine: MySession, old: PasswordWords, new: PasswordWords
) -> Response:
    try:
        with db.begin_nested():
            staff.change_password(db, old, new, by=me, session=mine.token_hash)
    except CrmError as refused:
        say = wording(me.language).gettext
        field = str(refused.details.get("pointer", "/new")).strip("/")
        return render(
            request,
            "password.html",
            status=422,
            errors=[(field, refused.in_words(say(refused.template)))],
            first=mine.must_change_password,
        )
    return _to("/")


@router.post("/session/language")
def choose_language(
    request: Request, db: Db, settings: Settings, language: Words, back: Words = "/"
) -> Response:
    """Kept with the account, and in the browser for the door."""
    chosen = language if language in LANGUAGES else LANGUAGES[0]
    if request.state.actor is not None:
        staff.set_language(db, chosen, by=request.state.actor)
    return _remember(LANGUAGE_COOKIE, chosen, back, settings)


@router.post("/session/theme")
def choose_theme(settings: Settings, theme: Words, back: Words = "/") -> Response:
    return _remember(THEME_COOKIE, theme if theme in THEMES else THEMES[0], back, settings)


@router.post("/session/keys")
def choose_keys(settings: Settings, keys: Words, back: Words = "/") -> Response:
    """Single-letter keys can be switched off (WCAG 2.1.4)."""
    return _remember(KEYS_COOKIE, "off" if keys == "off" else "on", back, settings)


def _limits(settings: Settings) -> sessions.SignInLimits:
    return sessions.SignInLimits(
        account=settings.sign_in_account,
        address=settings.sign_in_address,
        overall=settings.sign_in_overall,
    )


def own_page(wanted: str) -> str:
    """``wanted`` if it is a page of this house, else the start page; never another site."""
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if inside and wanted.isprintable() else "/"


def _door(
    request: Request,
    db: Db,
    settings: Settings,
    *,
    next_page: str,
    message: str = "",
    login: str = "",
    status: int = 200,
) -> Response:
    say = wording(frame_of(request).language).gettext
    return render(
        request,
        "sign_in.html",
        status=status,
        message=say(message) if message else "",
        login=login,
        next=own_page(next_page),
        logins=_demo_logins(db, settings),
    )


def _demo_logins(db: Db, settings: Settings) -> list[DemoLogin]:
    """The first colleague of each role, in a demo house; nobody anywhere else."""
    house = system()
    if not settings.demo or not all(hotel.is_demo for hotel in hotels.hotels_of(db, by=house)):
        return []
    found: dict[Role, DemoLogin] = {}
    for person in sorted(staff_queries.staff_list(db, by=house), key=lambda row: row.login):
        for grant in person.grants if person.state is StaffState.ACTIVE else ():
            found.setdefault(grant.role, DemoLogin(person.login, person.name, grant.role))
    return [found[role] for role in DEMO_CARDS if role in found]


def _let_in(fresh: sessions.SignedIn, settings: Settings, next_page: str) -> Response:
    answer = _to(own_page(next_page))
    answer.set_cookie(
        session_cookie(settings),
        fresh.token,
        max_age=int(sessions.AT_MOST.total_seconds()),
        path="/",
        secure=settings.by_https,
        httponly=True,
        samesite="lax",
    )
    return answer


def _remember(cookie: str, value: str, back: str, settings: Settings) -> Response:
    answer = _to(own_page(back))
    answer.set_cookie(
        cookie,
        value,
        max_age=A_YEAR,
        path="/",
        secure=settings.by_https,
        httponly=True,
        samesite="lax",
    )
    return answer


def _to(page: str) -> Response:
    return RedirectResponse(page, 303)
