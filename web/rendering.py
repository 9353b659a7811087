"""From a template and its facts to a page: one strict Jinja environment per language.

Everything a template may use is listed here, so that a page cannot reach for the database or the
request. Templates escape by default and fail on a name that does not exist.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.responses import HTMLResponse

from crm.kit.clock import today_in
from crm.profile.schemas import Phrase
from web import formats, navigation
from web.labels import happening_icon, label, pairs, wish_icon
from web.marks import Marks
from web.phrases import spell
from web.wording import LANGUAGES, NATIVE_NAMES, preferred_language, wording

HERE = Path(__file__).parent
STATIC = HERE / "static"
THEMES = ("system", "light", "dark")
THEME_COOKIE, LANGUAGE_COOKIE, KEYS_COOKIE = "keshi_theme", "keshi_language", "keshi_keys"


class Frame(NamedTuple):
    """What the frame of every page shows. ``request.state.frame`` holds it once somebody is in."""

    language: str = "en"
    theme: str = "system"
    keys: bool = True
    staff_name: str = ""
    role: str = ""
    permissions: frozenset[str] = frozenset()
    hotel_name: str = ""
    zone: str = "UTC"
    currency: str = "CNY"
    business_date: date | None = None
    csrf: str = ""
    demo: bool = False
    path: str = "/"

    def may(self, permission: str) -> bool:
        """Whether the reader holds a permission of the policy."""
        return permission in self.permissions

    @property
    def today(self) -> date:
        """The hotel's business date, or the calendar's where nobody is signed in."""
        return self.business_date or today_in(self.zone)


def frame_of(request: Request) -> Frame:
    """The frame set by the page dependency, or that of a stranger by cookies and browser."""
    frame: Frame | None = getattr(request.state, "frame", None)
    if frame is not None:
        return frame
    return Frame(
        language=language_of(request),
        theme=theme_of(request),
        csrf=getattr(request.state, "csrf", ""),
        path=request.url.path,
    )


def language_of(request: Request) -> str:
    """The interface language by cookie, else by what the browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    return preferred_language(request.headers.get("accept-language"))


def theme_of(request: Request) -> str:
    """``system``, ``light`` or ``dark`` by cookie."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else THEMES[0]


def keys_of(request: Request) -> bool:
    """Whether single-letter keys are on for this browser (WCAG 2.1.4 wants them off on request)."""
    return request.cookies.get(KEYS_COOKIE) != "off"


def is_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of a page, not for the page."""
    return request.headers.get("hx-request") == "true"


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **facts: Any,
) -> HTMLResponse:
    """Answer with ``template`` in the reader's language; ``facts`` are its only other names."""
    frame = frame_of(request)
    html = render_text(template, frame, **facts)
    answer = HTMLResponse(html, status_code=status, headers=dict(headers or {}))
    answer.headers["Content-Language"] = frame.language
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers.append("Vary", "HX-Request")
    return answer


def render_text(template: str, frame: Frame, **facts: Any) -> str:
    """Fill ``template`` for ``frame`` without a request: for tests, print and mail previews."""
    return environment(frame.language).get_template(template).render(frame=frame, **facts)


@cache
def static(name: str) -> str:
    """The address of a file under ``static/``, with a fingerprint so that it may be kept a year."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


@cache
def environment(language: str) -> Environment:
    """The template environment of one interface language."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    env.policies["ext.i18n.trimmed"] = True
    words, marks = wording(language), Marks(language, static("icons.svg"))
    env.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        static=static,
        languages=LANGUAGES,
        native_names=NATIVE_NAMES,
        destinations_for=navigation.destinations_for,
        rail_for=navigation.rail_for,
        counted_in=navigation.counted_in,
        case_places_for=navigation.case_places_for,
        setting_places_for=navigation.setting_places_for,
        is_current=navigation.is_current,
        current_of=navigation.current_of,
        rail_fits=navigation.RAIL_FITS,
        icon=marks.icon,
        spine=marks.spine,
        hallmark=marks.hallmark,
        vip=marks.vip,
        alert_icon=marks.alert_icon,
        alert_class=marks.alert_class,
        flag_class=marks.flag_class,
        happening_icon=happening_icon,
        wish_icon=wish_icon,
        label=partial(label, language=language),
        pairs=partial(pairs, language=language),
    )
    env.filters.update(
        money=partial(formats.money, language=language),
        money_short=partial(formats.money_short, language=language),
        number=partial(formats.number, language=language),
        day_long=partial(formats.day_long, language=language),
        ordinal=partial(formats.ordinal, language=language),
        language_name=partial(formats.language_name, language=language),
        country_name=partial(formats.country_name, language=language),
        weekday=partial(formats.weekday, language=language),
        day_of_year=partial(formats.day_of_year, language=language),
        nights_short=partial(formats.nights_short, language=language),
        hours_short=partial(formats.hours_short, language=language),
        phone=formats.phone,
        day=_day,
        day_near=_day_near,
        moment=_moment,
        clock=_clock,
        relative_day=_relative_day,
        hotel_day=_hotel_day,
        phrase=_phrase,
    )
    return env


def _frame_in(context: Context) -> Frame:
    frame: Frame = context["frame"]
    return frame


@pass_context
def _day(context: Context, on: date | None) -> str:
    frame = _frame_in(context)
    return formats.day(on, frame.language, frame.today)


@pass_context
def _day_near(context: Context, on: date) -> str:
    frame = _frame_in(context)
    return formats.day_near(on, frame.language, frame.today)


@pass_context
def _moment(context: Context, at: datetime | None) -> str:
    frame = _frame_in(context)
    return formats.moment(at, frame.language, frame.zone, frame.today)


@pass_context
def _clock(context: Context, at: datetime | time | None) -> str:
    return formats.clock(at, _frame_in(context).zone)


@pass_context
def _relative_day(context: Context, on: date | None) -> str:
    frame = _frame_in(context)
    return formats.relative_day(on, frame.today, frame.language)


@pass_context
def _hotel_day(context: Context, at: datetime) -> str:
    """The day of an instant on the hotel's clock, told from today."""
    frame = _frame_in(context)
    return formats.relative_day(
        at.astimezone(ZoneInfo(frame.zone)).date(), frame.today, frame.language
    )


@pass_context
def _phrase(context: Context, said: Phrase | str | None) -> str:
    frame = _frame_in(context)
    return spell(said, frame.language, frame.today)
