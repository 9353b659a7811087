"""What a score means, how scores are counted, and how a row of a file of reviews is read."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from hashlib import sha256
from typing import NamedTuple

from crm.complaints.terms import Severity
from crm.feedback.terms import SCALE_LEAST, SCALE_MOST, SMALL, ReviewFault
from crm.kit.errors import mark

SCORE_DEFINITION = mark(
    "Mean score: the sum of the scores from 0 to 10 ÷ the number of answers. A review's score is "
    "taken to ten by its scale: 4 of 5 is 8."
)
PROMOTER_DEFINITION = mark(
    "Recommenders less critics: the share of 9 and 10 less the share of 0 to 6, in percentage "
    "points from −100 to 100 (the net promoter score; F. F. Reichheld, Harvard Business Review, "
    "12/2003)."
)
SMALL_DEFINITION = mark(
    "With fewer than 10 answers in a month one guest moves its figures by much; such months are "
    "marked."
)


# ---------------------------------------------------------------- what an answer means
def severity_of(score: int) -> Severity:
    """How grave a low score is, 0 to 10."""
    if score <= 2:
        return Severity.SERIOUS
    return Severity.MODERATE if score <= 4 else Severity.MINOR


_CATEGORIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("harassment", ("harass", "molest", "groped", "stalk", "骚扰", "猥亵", "非礼", "尾随")),
    ("theft", ("stolen", "theft", "thief", "stole", "失窃", "被偷", "偷走", "被盗", "盗窃")),
    ("health", ("food poisoning", "poisoned", "bed bug", "bedbug", "ambulance", "in hospital",
                "食物中毒", "拉肚子", "臭虫", "住院", "受伤")),
    ("staff_conduct", ("rude", "insult", "shouted at", "racist", "辱骂", "歧视", "骂人")),
    ("noise", ("noise", "noisy", "loud", "could not sleep", "噪音", "吵", "隔音", "睡不着")),
    ("cleanliness", ("dirty", "filthy", "unclean", "hair in", "stain", "smell", "mould", "mold",
                     "脏", "不干净", "异味", "头发", "污渍", "霉", "卫生")),
    ("billing", ("bill", "charged", "invoice", "refund", "deposit", "fapiao",
                 "账单", "多收", "发票", "退款", "押金")),
    ("food", ("breakfast", "restaurant", "food", "dinner", "早餐", "餐厅", "菜", "饭")),
    ("facilities", ("wifi", "wi-fi", "lift", "elevator", "shower", "hot water", "pool", "gym",
                    "无线", "网络", "电梯", "淋浴", "热水", "泳池", "健身")),
    ("booking", ("booking", "reservation", "overbooked", "预订", "订单")),
    ("room", ("room", "bed", "air condition", "too hot", "too cold", "房间", "床", "空调")),
)  # fmt: skip
ANY_CATEGORY = "service"


def category_of(words: str | None) -> str:
    """The category that the words speak of, the gravest first; `ANY_CATEGORY` for none.

    A first guess for a person to put right. The grave ones stand first because a case in them is
    read by named roles only: to take one too many for delicate does no harm.
    """
    text = unicodedata.normalize("NFKC", words or "").casefold()
    for category, signs in _CATEGORIES:
        if any(_says(text, sign) for sign in signs):
            return category
    return ANY_CATEGORY


def _says(text: str, sign: str) -> bool:
    """Whether a sign stands in the text; one of letters at the beginning of a word."""
    return bool(re.search(rf"\b{re.escape(sign)}" if sign.isascii() else re.escape(sign), text))


def language_for(languages: Sequence[str], nationality: str | None, country: str) -> str:
    """``zh-Hans`` or ``en`` for a guest's languages, else by nationality, else by the hotel."""
    for each in languages:
        if each.split("-")[0] in ("zh", "en"):
            return "zh-Hans" if each.startswith("zh") else "en"
    if languages:
        return "en"
    return "zh-Hans" if (nationality or country) == "CN" else "en"


# ---------------------------------------------------------------- figures
class Figures(NamedTuple):
    """``mean`` 0 to 10 and ``net`` −100 to 100; None of no answer."""

    answers: int
    mean: float | None
    recommend: int
    criticise: int
    net: float | None
    is_small: bool


def figures(counts: Mapping[int, int]) -> Figures:
    """Figures of scores in tenths (0 to 100) and how often each was given.

    Mean = Σ score × times ÷ Σ times. Net = (times of 9 and more − times of 6 and less) ÷ all, in
    percentage points (F. F. Reichheld, "The One Number You Need to Grow", 2003; between the whole
    scores that he asked for, a review of 6.1 to 8.9 counts as neither).
    """
    answers = sum(counts.values())
    recommend = sum(n for tenths, n in counts.items() if tenths >= 90)
    criticise = sum(n for tenths, n in counts.items() if tenths <= 60)
    if not answers:
        return Figures(0, None, 0, 0, None, is_small=True)
    mean = sum(tenths * n for tenths, n in counts.items()) / answers / 10
    net = 100 * (recommend - criticise) / answers
    return Figures(answers, mean, recommend, criticise, net, is_small=answers < SMALL)


def months_back(last: date, months: int) -> list[date]:
    """The first days of the months up to that of ``last``, the oldest first."""
    found = []
    for back in range(months - 1, -1, -1):
        place = last.year * 12 + last.month - 1 - back
        found.append(date(place // 12, place % 12 + 1, 1))
    return found


# ---------------------------------------------------------------- rows of a file
FIELDS: dict[str, tuple[str, ...]] = {
    "site": ("site", "source", "platform", "channel", "网站", "平台", "来源", "渠道"),
    "external_id": ("external id", "review id", "id", "reference", "评论id", "点评id", "编号",
                    "评论编号", "点评编号"),
    "written_on": ("date", "written on", "review date", "日期", "评论日期", "点评日期", "时间",
                   "点评时间"),
    "score": ("score", "rating", "stars", "评分", "分数", "得分", "星级", "打分"),
    "scale": ("scale", "out of", "max", "满分", "分制", "总分"),
    "author": ("author", "reviewer", "guest", "name", "user", "作者", "用户", "用户名",
               "昵称", "客人"),
    "language": ("language", "lang", "语言"),
    "title": ("title", "headline", "subject", "标题"),
    "words": ("words", "text", "review", "comment", "comments", "content", "内容", "评论", "点评",
              "评价", "评论内容", "点评内容"),
}  # fmt: skip
NEEDED = ("written_on", "score")
_FIELD_OF = {name: field for field, names in FIELDS.items() for name in names}


def columns_of(header: Sequence[str]) -> dict[str, int]:
    """By field the place of its column, by the usual names in either language."""
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        bare = " ".join(re.split(r"[\s_\-]+", unicodedata.normalize("NFKC", name).casefold()))
        field = _FIELD_OF.get(bare.strip())
        if field is not None:
            found.setdefault(field, place)
    return found


class Unfit(Exception):
    """A row that cannot be taken, and why."""

    def __init__(self, fault: ReviewFault) -> None:
        super().__init__(fault)
        self.fault = fault


_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?(?:[T\s].*)?", re.ASCII)


def day_of(text: str, today: date) -> date:
    """A day as year, month and day, also as 2026年11月3日; `Unfit` for others and for days to come.

    3/11/2026 is left out on purpose: half of the world reads another day.
    """
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or day.year < 1990:
        raise Unfit(ReviewFault.DATE)
    if day > today:
        raise Unfit(ReviewFault.DATE_TO_COME)
    return day


def score_of(score: str, scale: str, usual: int) -> tuple[str, int, int]:
    """(the score as it is written, its scale, tenths of ten) of ``4.5``, ``4,5`` or ``4/5``."""
    text = unicodedata.normalize("NFKC", score).strip().removesuffix("分").strip()
    text, slash, own = text.partition("/")
    top = _number((own if slash else scale.strip()) or str(usual), ReviewFault.SCALE)
    if top != top.to_integral_value() or not SCALE_LEAST <= top <= SCALE_MOST:
        raise Unfit(ReviewFault.SCALE)
    value = _number(text, ReviewFault.SCORE)
    if not 0 <= value <= top:
        raise Unfit(ReviewFault.SCORE)
    tenths = (value * 100 / top).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{value.normalize():f}"[:12], int(top), int(tenths)


def _number(text: str, fault: ReviewFault) -> Decimal:
    bare = text.strip().replace(",", ".")
    if not re.fullmatch(r"\d{1,4}(\.\d{1,6})?", bare, re.ASCII):
        raise Unfit(fault)
    try:
        return Decimal(bare)
    except InvalidOperation:
        raise Unfit(fault) from None


def id_by_content(parts: Iterable[str]) -> str:
    """The name of a review whose site gave it none: the same row again is the same review."""
    return "row:" + sha256("\x1f".join(parts).encode()).hexdigest()[:32]
