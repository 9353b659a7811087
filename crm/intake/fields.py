"""What a column can become: the fields of each kind, the headers that mean them, their readers.

Headers are compared folded (case, blanks and punctuation away), in English and Chinese, with
the names that OPERA, Mews and common exports use.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from crm.guests import terms as guest_terms
from crm.intake.faults import mark
from crm.intake.terms import EXTERNAL_ID_MAX, ImportKind
from crm.loyalty import terms as loyalty_terms
from crm.stays import terms as stay_terms


class Sort(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    NAME = "name"
    WORDS = "words"
    ID = "id"
    DATE = "date"
    CLOCK = "clock"
    AMOUNT = "amount"
    WHOLE = "whole"
    YES_NO = "yes_no"
    CHOICE = "choice"
    COUNTRY = "country"
    LANGUAGE = "language"
    CURRENCY = "currency"
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True)
class TargetField:
    """One field: ``limit`` is its length (texts) or its largest number; ``label`` for people."""

    name: str
    sort: Sort
    label: str
    headers: tuple[str, ...] = ()
    limit: int = 120
    low: int = 0
    words: dict[str, str] = field(default_factory=dict)


def _words(enum: type[StrEnum], **more: str) -> dict[str, str]:
    """Casefolded spellings of an enum's members; ``more`` is member → further words by |."""
    known = {member.value.casefold(): member.value for member in enum}
    known |= {member.value.replace("_", " ").casefold(): member.value for member in enum}
    known |= {member.value.replace("_", "-").casefold(): member.value for member in enum}
    for member, spellings in more.items():
        known |= {word.casefold(): enum(member).value for word in spellings.split("|")}
    return known


_TITLES = _words(
    guest_terms.Title,
    mr="mr.|herr|m.|先生|mister", ms="ms.|miss|女士|小姐|frau", mrs="mrs.|mme|太太|夫人",
    dr="dr.|博士|doctor", prof="prof.|教授|professor",
)  # fmt: skip
_GENDERS = _words(
    guest_terms.Gender, female="f|女|w|女性|woman", male="m|男|男性|man", other="x|其他|d"
)
_CALENDARS = _words(
    guest_terms.Calendar, solar="阳历|公历|gregorian|新历", lunar="农历|阴历|旧历|l"
)
_IDENTITIES = _words(
    guest_terms.GuestIdentity,
    individual="fit|散客|transient|i|transient-party",
    corporate="协议|公司|c|contract|协议客",
    group="团队|团体|g|团",
    long_stay="长住|长包|l|longstay",
    agency="中介|旅行社|ota|a|travel agent",
    house_use="自用|内部|house use|complimentary|h",
)
_VIPS = {**_words(guest_terms.VipLevel), **{str(n): f"V{n}" for n in range(1, 5)}}
_VIPS |= {f"vip{n}": f"V{n}" for n in range(1, 5)} | {f"00{n}": f"V{n}" for n in range(1, 5)}
_TIERS = _words(
    loyalty_terms.Tier, member="会员|普卡|base|classic", silver="银卡", gold="金卡",
    platinum="白金|白金卡|铂金卡", diamond="钻石|钻石卡",
)  # fmt: skip
_STATUSES = _words(
    stay_terms.StayStatus,
    booked="reserved|confirmed|reservation|r|预订|预定|已预订|due in|expected",
    in_house="checked in|check-in|inhouse|ih|在住|入住|已入住|started",
    checked_out="check-out|checked out|checkout|departed|o|co|离店|已离店|退房|processed|stayed",
    cancelled="canceled|cancel|x|取消|已取消",
    no_show="noshow|ns|未到|应到未到|爽约",
)
_CHANNELS = _words(
    stay_terms.BookingChannel,
    direct="直订|直接|直销|hotel|官网", corporate="协议公司|公司|协议",
    agency="ta/to|offline ta/to|旅行社|travel agent|tour operator",
    online_agency="online ta|ota|在线旅行社|携程|ctrip|trip.com|booking.com|expedia|agoda"
    "|美团|飞猪",
    gds="sabre|amadeus|travelport", group="团队|groups", walk_in="walk in|walkin|上门散客|上门",
    other="其他|undefined",
)  # fmt: skip
_WAYS = _words(
    stay_terms.BookingWay, phone="电话|tel|call", web="网站|网络|website|online|internet",
    app="小程序|mini program|手机", email="邮件|mail|e-mail", message="微信|wechat|短信",
    counter="前台|柜台|desk|front desk", interface="接口|api|channel manager", other="其他",
)  # fmt: skip
_PURPOSES = _words(
    stay_terms.Purpose, business="商务|出差|work", leisure="休闲|旅游|度假|holiday|vacation",
    meeting="会议|mice|conference", family="探亲|亲子", crew="机组", other="其他",
)  # fmt: skip
_CATEGORIES = _words(
    stay_terms.FolioCategory,
    room="房费|accommodation|lodging|room charge|客房", breakfast="早餐",
    restaurant="餐厅|餐饮|f&b|food|food and beverage|dining|中餐|西餐|午餐|晚餐",
    bar="酒吧|大堂吧|beverage|drinks", banquet="宴会|会议|banqueting|events",
    spa="水疗|康体|wellness|massage", laundry="洗衣", minibar="迷你吧|mini bar|mini-bar",
    other="其他|杂项|misc|miscellaneous",
)  # fmt: skip
_MEALS = _words(
    stay_terms.MealPeriod, breakfast="早餐|早市", lunch="午餐|午市|中餐",
    afternoon="下午茶|afternoon tea", dinner="晚餐|晚市", late="夜宵|宵夜|late night",
)  # fmt: skip
_POINT_KINDS = _words(
    loyalty_terms.PointKind, earned="earn|获得|消费积分|累积", bonus="奖励|赠送",
    redeemed="redeem|兑换|使用", expired="expire|过期", adjusted="adjust|调整|adjustment",
    opening="期初|opening balance|balance|余额",
)  # fmt: skip

_EXTERNAL = ("id", "guest id", "profile id", "guest no", "client id", "客户编号", "客人编号",
             "客史编号", "档案号", "external id", "guestid", "profileid", "customer id", "编号",
             "rec id", "record id", "name id")  # fmt: skip
_CONFIRMATION = ("confirmation no", "confirmation number", "conf no", "confirmation", "booking no",
                 "booking number", "booking id", "reservation no", "reservation number",
                 "reservation id", "res no", "resv id", "预订号", "订单号", "确认号", "账号",
                 "预定号", "订房号", "invoice no")  # fmt: skip
_HOTEL = ("hotel", "hotel code", "property", "property code", "resort", "酒店", "酒店代码", "门店")
_CURRENCY = ("currency", "currency code", "币种", "货币")
_NAME = ("name", "full name", "guest name", "guest", "姓名", "客人姓名", "宾客姓名", "客户姓名",
         "中文名", "chinese name", "住客", "客人")  # fmt: skip
_FAMILY = ("family name", "last name", "surname", "lastname", "姓", "name last", "sname")
_GIVEN = ("given name", "first name", "firstname", "forename", "名", "given names", "sfirst")
_PHONE = ("phone", "mobile", "mobile phone", "cell", "cell phone", "telephone", "tel",
          "phone number", "手机", "手机号", "手机号码", "电话", "联系电话", "移动电话",
          "contact", "phone no")  # fmt: skip
_EMAIL = ("email", "e-mail", "mail", "email address", "邮箱", "电子邮件", "电子邮箱", "邮件")
_NATION = (
    "nationality",
    "country of nationality",
    "nation",
    "国籍",
    "citizenship",
    "nationality code",
)

GUESTS = (
    TargetField("external_id", Sort.ID, mark("Guest number in the other system"), _EXTERNAL,
                EXTERNAL_ID_MAX),
    TargetField("name", Sort.NAME, mark("Full name"), _NAME),
    TargetField("family", Sort.NAME, mark("Family name"), _FAMILY),
    TargetField("given", Sort.NAME, mark("Given name"), _GIVEN),
    TargetField("latin", Sort.NAME, mark("Name in Latin letters"),
                ("latin name", "english name", "name en", "英文名", "拼音", "pinyin", "外文姓名",
                 "外文名")),
    TargetField("alias", Sort.NAME, mark("Alias"), ("alias", "nickname", "incognito", "别名",
                "化名")),
    TargetField("title", Sort.CHOICE, mark("Title"),
                ("title", "salutation", "称谓", "称呼", "name prefix"), words=_TITLES),
    TargetField("gender", Sort.CHOICE, mark("Gender"), ("gender", "sex", "性别"), words=_GENDERS),
    TargetField("birthday", Sort.DATE, mark("Birthday"),
                ("birthday", "birth date", "date of birth", "dob", "生日", "出生日期", "born",
                 "birthdate")),
    TargetField("birth_calendar", Sort.CHOICE, mark("Calendar of the birthday"),
                ("calendar", "birthday calendar", "历法", "生日类型", "阴阳历"), words=_CALENDARS),
    TargetField("birth_leap", Sort.YES_NO, mark("Born in a lunar leap month"), ("leap month",
                "闰月")),
    TargetField("nationality", Sort.COUNTRY, mark("Nationality"), _NATION),
    TargetField("language", Sort.LANGUAGE, mark("Language"),
                ("language", "preferred language", "lang", "语言", "语种")),
    TargetField("occupation", Sort.TEXT, mark("Occupation"), ("occupation", "profession", "职业"),
                80),
    TargetField("company", Sort.TEXT, mark("Company"),
                ("company", "company name", "employer", "organisation", "organization", "公司",
                 "单位", "公司名称", "协议单位", "工作单位")),
    TargetField("position", Sort.TEXT, mark("Position"),
                ("position", "job title", "business title", "职务", "职位"), 80),
    TargetField("phone", Sort.PHONE, mark("Phone"), _PHONE),
    TargetField("phone_work", Sort.PHONE, mark("Second phone"),
                ("phone 2", "work phone", "business phone", "office phone", "phone2", "办公电话",
                 "单位电话", "座机", "home phone")),
    TargetField("email", Sort.EMAIL, mark("E-mail"), _EMAIL),
    TargetField("email_work", Sort.EMAIL, mark("Second e-mail"),
                ("email 2", "work email", "business email", "email2", "工作邮箱")),
    TargetField("wechat", Sort.TEXT, mark("WeChat"), ("wechat", "wechat id", "微信", "微信号"), 80),
    TargetField("street", Sort.TEXT, mark("Street"),
                ("address", "street", "address 1", "address line 1", "address1", "地址", "通讯地址",
                 "家庭住址", "住址", "addr"), 300),
    TargetField("city", Sort.TEXT, mark("City"), ("city", "town", "城市", "市"), 80),
    TargetField("region", Sort.TEXT, mark("Region"),
                ("state", "province", "region", "county", "省", "省份"), 80),
    TargetField("postal_code", Sort.ID, mark("Postal code"),
                ("zip", "zip code", "postal code", "postcode", "邮编", "邮政编码"), 16),
    TargetField("country", Sort.COUNTRY, mark("Country of the address"),
                ("country", "country code", "国家", "国家代码", "country of residence")),
    TargetField("vip", Sort.CHOICE, mark("VIP level"),
                ("vip", "vip level", "vip code", "vip等级", "vip status", "贵宾等级"), words=_VIPS),
    TargetField("identity", Sort.CHOICE, mark("Kind of guest"),
                ("guest type", "identity", "customer type", "客人类型", "客户类型", "客源类型"),
                words=_IDENTITIES),
    TargetField("plate", Sort.TEXT, mark("Number plate"),
                ("plate", "number plate", "car plate", "license plate", "car", "车牌", "车牌号"),
                20),
    TargetField("member_no", Sort.ID, mark("Membership number"),
                ("membership no", "membership number", "member no", "member id", "card no",
                 "loyalty number", "会员号", "会员卡号", "会员编号", "membership id"), 20),
    TargetField("tier", Sort.CHOICE, mark("Tier"),
                ("tier", "level", "membership level", "member level", "会员等级", "会员级别"),
                words=_TIERS),
    TargetField("joined_on", Sort.DATE, mark("Member since"),
                ("joined", "member since", "enrolled", "join date", "入会日期", "joined on")),
)  # fmt: skip

STAYS = (
    TargetField("external_id", Sort.ID, mark("Booking number in the other system"),
                ("stay id", "external id", "res id", "resid", "folio id", "住店编号", "id"),
                EXTERNAL_ID_MAX),
    TargetField("confirmation_no", Sort.ID, mark("Confirmation number"), _CONFIRMATION, 40),
    TargetField("hotel", Sort.ID, mark("Hotel code"), _HOTEL, 40),
    TargetField("guest_external_id", Sort.ID, mark("Guest number in the other system"),
                tuple(h for h in _EXTERNAL if h not in {"id", "external id", "rec id",
                "record id"}),
                EXTERNAL_ID_MAX),
    TargetField("name", Sort.NAME, mark("Full name"), _NAME),
    TargetField("family", Sort.NAME, mark("Family name"), _FAMILY),
    TargetField("given", Sort.NAME, mark("Given name"), _GIVEN),
    TargetField("phone", Sort.PHONE, mark("Phone"), _PHONE),
    TargetField("email", Sort.EMAIL, mark("E-mail"), _EMAIL),
    TargetField("nationality", Sort.COUNTRY, mark("Nationality"), (*_NATION, "country", "国家")),
    TargetField("arrival", Sort.DATE, mark("Arrival"),
                ("arrival", "arrival date", "check in", "check-in", "checkin", "check in date",
                 "from", "start", "入住日期", "到店日期", "抵店日期", "来期", "入住", "arrive",
                 "arrival on", "checkin date")),
    TargetField("departure", Sort.DATE, mark("Departure"),
                ("departure", "departure date", "check out", "check-out", "checkout",
                 "check out date", "to", "end", "离店日期", "退房日期", "离期", "离店", "depart",
                 "departure on", "checkout date")),
    TargetField("nights", Sort.WHOLE, mark("Nights"),
                ("nights", "los", "length of stay", "no of nights", "间夜", "房晚", "天数", "晚数"),
                2000),
    TargetField("status", Sort.CHOICE, mark("Status"),
                ("status", "reservation status", "stay status", "booking status", "状态",
                "预订状态"),
                words=_STATUSES),
    TargetField("room_no", Sort.ID, mark("Room"),
                ("room", "room no", "room number", "房号", "房间号", "roomno"), 10),
    TargetField("room_type_booked", Sort.ID, mark("Room type booked"),
                ("room type", "room type booked", "reserved room type", "房型", "预订房型",
                 "room category", "roomtype"), 12),
    TargetField("room_type_used", Sort.ID, mark("Room type used"),
                ("room type used", "assigned room type", "实住房型", "room type charged"), 12),
    TargetField("rate_code", Sort.ID, mark("Rate code"),
                ("rate code", "rate plan", "ratecode", "房价码", "价格代码", "rateplan"), 24),
    TargetField("rate", Sort.AMOUNT, mark("Rate a night"),
                ("rate", "adr", "rate amount", "room rate", "daily rate", "price", "房价", "单价",
                 "日均房价")),
    TargetField("currency", Sort.CURRENCY, mark("Currency"), _CURRENCY),
    TargetField("adults", Sort.WHOLE, mark("Adults"), ("adults", "成人", "成人数", "人数", "pax"),
                200),
    TargetField("children", Sort.WHOLE, mark("Children"), ("children", "kids", "儿童", "儿童数"),
                200),
    TargetField("channel", Sort.CHOICE, mark("Booking channel"),
                ("channel", "booking channel", "distribution channel", "source", "渠道", "预订渠道",
                 "来源"), words=_CHANNELS),
    TargetField("way", Sort.CHOICE, mark("Booked by way of"),
                ("booking way", "booked by", "origin", "预订方式", "订房方式"), words=_WAYS),
    TargetField("market", Sort.TEXT, mark("Market"),
                ("market", "market segment", "market code", "segment", "市场", "市场代码", "客源"),
                40),
    TargetField("purpose", Sort.CHOICE, mark("Purpose"),
                ("purpose", "purpose of stay", "reason for stay", "目的", "入住目的"),
                words=_PURPOSES),
    TargetField("identity", Sort.CHOICE, mark("Kind of guest"),
                ("guest type", "customer type", "identity", "客人类型"), words=_IDENTITIES),
    TargetField("company", Sort.TEXT, mark("Company"),
                ("company", "company name", "公司", "单位", "协议单位", "agent", "agency",
                 "travel agent", "旅行社", "中介")),
    TargetField("group_name", Sort.TEXT, mark("Group"), ("group", "group name", "团名", "团队")),
    TargetField("arriving_from", Sort.TEXT, mark("Arriving from"), ("arriving from", "来自")),
    TargetField("wishes", Sort.WORDS, mark("Wishes"),
                ("wishes", "special requests", "requests", "comments", "remarks", "notes", "备注",
                 "特殊要求", "要求"), 1000),
    TargetField("eta", Sort.CLOCK, mark("Expected time"), ("eta", "expected time", "预计到店时间")),
    TargetField("booked_on", Sort.DATE, mark("Booked on"),
                ("booked on", "booking date", "created", "reservation date", "预订日期",
                "created on")),
    TargetField("cancelled_on", Sort.DATE, mark("Cancelled on"),
                ("cancelled on", "cancellation date", "cancel date", "取消日期")),
    TargetField("score", Sort.WHOLE, mark("Satisfaction 0 to 10"),
                ("score", "rating", "nps", "满意度", "评分"), 10),
)  # fmt: skip

FOLIO = (
    TargetField("external_id", Sort.ID, mark("Line number in the other system"),
                ("line id", "transaction id", "trx no", "posting id", "id", "external id",
                 "流水号", "账单号", "transaction no"), EXTERNAL_ID_MAX),
    TargetField("stay_external_id", Sort.ID, mark("Booking number in the other system"),
                ("stay id", "folio id", "res id", "住店编号"), EXTERNAL_ID_MAX),
    TargetField("confirmation_no", Sort.ID, mark("Confirmation number"), _CONFIRMATION, 40),
    TargetField("hotel", Sort.ID, mark("Hotel code"), _HOTEL, 40),
    TargetField("posted_on", Sort.DATE, mark("Posted on"),
                ("posted on", "date", "posting date", "business date", "transaction date", "日期",
                 "消费日期", "入账日期", "营业日期", "trx date")),
    TargetField("category", Sort.CHOICE, mark("Category"),
                ("category", "type", "department", "group", "类别", "消费类别", "项目类别",
                 "revenue type"), words=_CATEGORIES),
    TargetField("outlet", Sort.TEXT, mark("Outlet"), ("outlet", "restaurant", "营业点", "消费点"),
                60),
    TargetField("meal_period", Sort.CHOICE, mark("Meal"),
                ("meal", "meal period", "餐段", "餐次"), words=_MEALS),
    TargetField("covers", Sort.WHOLE, mark("Covers"), ("covers", "guests", "用餐人数", "人数"),
                5000),
    TargetField("text", Sort.TEXT, mark("Text"),
                ("text", "description", "item", "项目", "消费项目", "摘要", "说明", "remark"), 160),
    TargetField("amount", Sort.AMOUNT, mark("Amount"),
                ("amount", "gross", "total", "gross amount", "net", "price", "金额", "消费金额",
                 "总额", "revenue")),
    TargetField("discount", Sort.AMOUNT, mark("Discount"), ("discount", "折扣", "优惠",
                "折扣金额")),
    TargetField("tax", Sort.AMOUNT, mark("Tax"), ("tax", "vat", "税", "税额")),
    TargetField("payment_method", Sort.TEXT, mark("Payment"),
                ("payment", "payment method", "paid by", "付款方式", "支付方式"), 24),
    TargetField("currency", Sort.CURRENCY, mark("Currency"), _CURRENCY),
)  # fmt: skip

POINTS = (
    TargetField("external_id", Sort.ID, mark("Booking of the points in the other system"),
                ("id", "transaction id", "external id", "流水号", "reference"), 80),
    TargetField("member_no", Sort.ID, mark("Membership number"),
                ("membership no", "membership number", "member no", "member", "member id",
                 "card no", "会员号", "会员卡号", "会员编号"), 20),
    TargetField("points", Sort.WHOLE, mark("Points"), ("points", "积分", "amount", "分数"),
                10**9, -(10**9)),
    TargetField("kind", Sort.CHOICE, mark("Kind"), ("kind", "type", "类型", "积分类型"),
                words=_POINT_KINDS),
    TargetField("on", Sort.DATE, mark("Date"), ("date", "on", "posted on", "日期", "发生日期")),
    TargetField("expires_on", Sort.DATE, mark("Expires on"),
                ("expires", "expires on", "expiry", "有效期", "到期日")),
    TargetField("text", Sort.TEXT, mark("Text"),
                ("text", "description", "reason", "remark", "说明", "备注", "原因"), 160),
)  # fmt: skip

FIELDS: dict[ImportKind, dict[str, TargetField]] = {
    ImportKind.GUESTS: {f.name: f for f in GUESTS},
    ImportKind.STAYS: {f.name: f for f in STAYS},
    ImportKind.FOLIO: {f.name: f for f in FOLIO},
    ImportKind.POINTS: {f.name: f for f in POINTS},
}

NEEDED: dict[ImportKind, tuple[tuple[str, ...], ...]] = {
    ImportKind.GUESTS: (("name", "family", "given", "latin"),),
    ImportKind.STAYS: (("arrival",), ("departure", "nights")),
    ImportKind.FOLIO: (("confirmation_no", "stay_external_id"), ("posted_on",), ("amount",)),
    ImportKind.POINTS: (("member_no",), ("points",)),
}
"""Of each group at least one field must be mapped, or no row could ever come in."""
