"""Countries, languages and currencies by the many ways in which files write them."""

from functools import cache

from babel import Locale, UnknownLocaleError, numbers

_ODD_COUNTRIES = {
    "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "great britain": "GB",
    "britain": "GB", "el": "GR", "usa": "US", "u.s.a.": "US", "u.s.": "US", "america": "US",
    "uae": "AE", "korea": "KR", "south korea": "KR", "rok": "KR", "prc": "CN", "p.r.china": "CN",
    "p.r. china": "CN", "mainland china": "CN", "hongkong": "HK", "macao": "MO", "macau": "MO",
    "taiwan": "TW", "holland": "NL", "russia": "RU", "vietnam": "VN", "czech republic": "CZ",
    "turkey": "TR", "burma": "MM", "swaziland": "SZ", "macedonia": "MK", "ivory coast": "CI",
    "tmp": "TL", "rom": "RO", "zar": "CD", "scg": "RS", "yug": "RS", "中国大陆": "CN",
    "大陆": "CN", "香港": "HK", "中国香港": "HK", "澳门": "MO", "中国澳门": "MO", "台湾": "TW",
    "中国台湾": "TW", "美利坚合众国": "US", "大韩民国": "KR",
}  # fmt: skip
"""What neither ISO nor the language data know; TMP, ROM, ZAR, SCG are codes of former days."""

_ODD_LANGUAGES = {
    "中文": "zh", "汉语": "zh", "普通话": "zh", "国语": "zh", "mandarin": "zh", "chinese": "zh",
    "chn": "zh", "cn": "zh", "zh-cn": "zh-Hans", "zh_cn": "zh-Hans", "简体中文": "zh-Hans",
    "zh-tw": "zh-Hant", "zh_tw": "zh-Hant", "繁体中文": "zh-Hant", "粤语": "yue", "jp": "ja",
    "日文": "ja", "日语": "ja", "英文": "en", "英语": "en", "eng": "en", "韩文": "ko",
    "kr": "ko", "法文": "fr", "德文": "de", "俄文": "ru", "西班牙文": "es",
}  # fmt: skip


@cache
def _countries() -> dict[str, str]:
    """Every spelling we know → alpha-2; the odd ones last, since they must win."""
    import pycountry  # four megabytes, and ten with its languages: only where a file is read

    known: dict[str, str] = {}
    for place in pycountry.countries:
        for attribute in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
            if spelling := getattr(place, attribute, None):
                known[spelling.casefold()] = place.alpha_2
    for language in ("en", "zh_Hans", "zh_Hant"):
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.casefold() in known:
                known.setdefault(name.casefold(), known[code.casefold()])
    return {**known, **_ODD_COUNTRIES}


def country_of(text: str) -> str | None:
    """ISO 3166-1 alpha-2, or None. ``CN``, ``CHN``, ``China``, ``中国`` are one."""
    return _countries().get(text.casefold().strip())


@cache
def _languages() -> dict[str, str]:
    import pycountry

    known: dict[str, str] = {}
    for code, name in Locale("en").languages.items():
        if 2 <= len(code) <= 3 and "_" not in code:
            known.setdefault(name.casefold(), code)
    for code, name in Locale.parse("zh_Hans").languages.items():
        if 2 <= len(code) <= 3 and "_" not in code:
            known.setdefault(name.casefold(), code)
    for spoken in pycountry.languages:
        if short := getattr(spoken, "alpha_2", None):
            known.setdefault(spoken.alpha_3, short)
    return {**known, **_ODD_LANGUAGES}


def language_of(text: str) -> str | None:
    """A BCP 47 tag (``zh``, ``pt-BR``), or None."""
    if (named := _languages().get(text.casefold())) is not None:
        return named
    parts = text.replace("_", "-").split("-")
    if len(parts) > 3 or not all(p.isascii() and p.isalnum() for p in parts):
        return None
    try:
        locale = Locale.parse("_".join(parts))
    except (ValueError, UnknownLocaleError, TypeError):
        return None
    tail = [p for p in (locale.script, locale.territory) if p]
    return "-".join([locale.language, *tail])


@cache
def precision_of(currency: str) -> int:
    """Decimals of an ISO 4217 currency; KeyError for what is none."""
    import pycountry

    if pycountry.currencies.get(alpha_3=currency) is None:
        raise KeyError(currency)
    return int(numbers.get_currency_precision(currency))
