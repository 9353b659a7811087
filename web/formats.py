"""How dates, money, phones and counts are written: by the reader's language, in hotel time."""

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale, dates, numbers

from web.wording import mark, wording

# British English gives 24 Nov and the 24-hour clock, which is what hotels abroad print.
_LOCALES = {"en": Locale("en", "GB"), "zh-Hans": Locale("zh", "CN", "Hans")}


def locale_of(language: str) -> Locale:
    """The regional habits that go with an interface language."""
    return _LOCALES.get(language, _LOCALES["en"])


def money(minor: int | None, currency: str, language: str, *, whole: bool = False) -> str:
    """Write an amount of minor units, ``money(412000, "CNY", "en") == "¥4,120.00"``.

    ``whole`` leaves the cents away where a column only compares sizes.
    """
    if minor is None:
        return "—"
    places = 0 if whole else numbers.get_currency_precision(currency)
    value = Decimal(minor).scaleb(-numbers.get_currency_precision(currency))
    amount = numbers.format_decimal(
        abs(value),
        format="#,##0" + ("." + "0" * places if places else ""),
        locale=locale_of(language),
    )
    return ("−" if minor < 0 else "") + currency_symbol(currency, language) + amount


def money_short(minor: int | None, currency: str, language: str) -> str:
    """Write an amount in three figures or so: ``¥82k`` in English, ``¥8.2万`` in Chinese."""
    if minor is None:
        return "—"
    value = Decimal(minor).scaleb(-numbers.get_currency_precision(currency))
    size = abs(value)
    if language == "zh-Hans":
        scaled, unit = (size / 10_000, "万") if size >= 10_000 else (size, "")
    elif size >= 1_000_000:
        scaled, unit = size / 1_000_000, "M"
    else:
        scaled, unit = (size / 1_000, "k") if size >= 10_000 else (size, "")
    pattern = "#,##0.#" if unit and scaled < 10 else "#,##0"
    amount = numbers.format_decimal(scaled, format=pattern, locale=locale_of(language))
    return ("−" if value < 0 else "") + currency_symbol(currency, language) + amount + unit


def currency_symbol(currency: str, language: str) -> str:
    """The short sign of a currency; the yuan is ¥ in both languages, the yen stays JP¥."""
    if currency == "CNY":
        return "¥"
    sign = numbers.get_currency_symbol(currency, locale=locale_of(language))
    return sign + " " if sign.isalpha() else sign


def number(value: float | None, language: str) -> str:
    """Write a count with its thousands apart."""
    return "—" if value is None else str(numbers.format_decimal(value, locale=locale_of(language)))


def day(on: date | None, language: str, today: date | None = None) -> str:
    """``24 Nov`` / ``11月24日``; the year is added when it is not the year of ``today``."""
    if on is None:
        return "—"
    same_year = today is not None and on.year == today.year
    patterns = {
        ("en", True): "d MMM",
        ("en", False): "d MMM y",
        ("zh-Hans", True): "M月d日",
        ("zh-Hans", False): "y年M月d日",
    }
    pattern = patterns.get((language, same_year), "d MMM y")
    return str(dates.format_date(on, format=pattern, locale=locale_of(language)))


def day_near(on: date, language: str, today: date) -> str:
    """The shortest date that still says when: ``today``, ``3 Aug``, ``Aug 2024`` further off."""
    if on == today:
        return wording(language).gettext(mark("today"))
    if abs((today - on).days) < 330:
        return day(on, language, today=on)
    pattern = "y年M月" if language == "zh-Hans" else "MMM y"
    return str(dates.format_date(on, format=pattern, locale=locale_of(language)))


def day_long(on: date | None, language: str) -> str:
    """``Tue 24 Nov 2026`` / ``2026年11月24日 周二``."""
    if on is None:
        return "—"
    pattern = "y年M月d日 EEE" if language == "zh-Hans" else "EEE d MMM y"
    return str(dates.format_date(on, format=pattern, locale=locale_of(language)))


def weekday(code: str, language: str) -> str:
    """``Mon`` / ``周一`` for ``mon``."""
    names = dates.get_day_names("abbreviated", locale=locale_of(language))
    return str(names[("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(code)])


def day_of_year(month: int, day_of_month: int, language: str) -> str:
    """A birthday whose year is not shown: ``17 Oct`` / ``10月17日``."""
    # 2000 is a leap year, so 29 February can be written too.
    return day(date(2000, month, day_of_month), language, today=date(2000, 1, 1))


def clock(at: datetime | time | None, zone: str) -> str:
    """The time on the hotel's wall, ``15:30``; ``—`` where none is known."""
    if at is None:
        return "—"
    if isinstance(at, datetime):
        at = at.astimezone(ZoneInfo(zone)).time()
    return f"{at:%H:%M}"


def moment(at: datetime | None, language: str, zone: str, today: date | None = None) -> str:
    """Date and time of an instant in the hotel's zone, ``24 Nov, 15:30``."""
    if at is None:
        return "—"
    local = at.astimezone(ZoneInfo(zone))
    gap = " " if language == "zh-Hans" else ", "
    return day(local.date(), language, today) + gap + f"{local:%H:%M}"


def relative_day(on: date | None, today: date, language: str) -> str:
    """``today``, ``tomorrow``, ``in 3 days``, ``yesterday``; beyond a fortnight the date itself."""
    if on is None:
        return "—"
    say = wording(language)
    distance = (on - today).days
    near = {0: mark("today"), 1: mark("tomorrow"), -1: mark("yesterday")}
    if distance in near:
        return say.gettext(near[distance])
    if 1 < distance <= 14:
        return say.say(mark("in %(days)d days"), days=distance)
    if -14 <= distance < -1:
        return say.say(mark("%(days)d days ago"), days=-distance)
    return day(on, language, today)


def nights_short(count: int, language: str) -> str:
    """How long somebody stays, in a narrow column: ``3 n``, ``9 months``."""
    say = wording(language)
    if count >= 60:
        return say.say(mark("%(count)d months"), count=round(count / 30.4))
    return say.say(mark("%(count)d n"), count=count)


def hours_short(hours: int, language: str) -> str:
    """How long something waits, in a narrow column: ``31 h``, ``3 d``."""
    say = wording(language)
    if hours >= 48:
        return say.say(mark("%(count)d d"), count=hours // 24)
    return say.say(mark("%(count)d h"), count=hours)


def ordinal(count: int, language: str) -> str:
    """``14th`` / ``第14次``: how often, counted from one."""
    if language == "zh-Hans":
        return f"第{count}次"
    suffix = "th" if 10 <= count % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{suffix}"


def language_name(tag: str, language: str) -> str:
    """A language in the words of the reader: ``Chinese`` / ``中文``."""
    name = locale_of(language).languages.get(tag.partition("-")[0])
    return str(name) if name else tag


def country_name(code: str | None, language: str) -> str:
    """A country by its ISO 3166-1 code in the words of the reader."""
    if not code:
        return "—"
    return str(locale_of(language).territories.get(code, code))


def phone(text: str | None) -> str:
    """Group a phone number for reading aloud; masked or odd ones are shown as they are."""
    if not text:
        return "—"
    if "•" in text or "*" in text or not text.startswith("+"):
        return text
    try:
        parsed = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return text
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return str(written)
