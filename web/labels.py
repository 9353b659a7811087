"""The words for the terms of the house: from ``long_stay`` to "Long-stay guest" or 长住客."""

from web.marks import IDENTITIES, TIER_NAMES
from web.preference_labels import PREFERENCE_LABELS
from web.wording import mark, wording

LABELS: dict[str, dict[str, str]] = {
    "tier": TIER_NAMES,
    "identity": {key: parts[3] for key, parts in IDENTITIES.items()},
    "role": {
        "front_desk": mark("Front desk"),
        "housekeeping": mark("Housekeeping"),
        "food_beverage": mark("Food & beverage"),
        "marketing": mark("Marketing"),
        "duty_manager": mark("Duty manager"),
        "general_manager": mark("General manager"),
        "file_centre": mark("Guest-file centre"),
        "it": mark("IT"),
    },
    "title": {
        "mr": mark("Mr"),
        "ms": mark("Ms"),
        "mrs": mark("Mrs"),
        "mx": mark("Mx"),
        "dr": mark("Dr"),
        "prof": mark("Prof"),
    },
    "gender": {"female": mark("female"), "male": mark("male"), "other": mark("other gender")},
    "contact": {
        "phone": mark("Phone"),
        "email": mark("E-mail"),
        "wechat": mark("WeChat"),
        "wecom": mark("WeCom"),
        "whatsapp": mark("WhatsApp"),
        "line": mark("LINE"),
        "other": mark("Other contact"),
    },
    "name_kind": {
        "native": mark("in the own script"),
        "latin": mark("in Latin letters"),
        "alias": mark("alias"),
        "former": mark("former name"),
    },
    "caution": {
        "take_care": mark("Take care"),
        "ask_manager": mark("Ask a manager"),
        "do_not_readmit": mark("Do not readmit"),
    },
    "calendar": {"solar": mark("solar calendar"), "lunar": mark("lunar calendar")},
    "contact_use": {
        "private": mark("private"),
        "work": mark("at work"),
        "assistant": mark("through an assistant"),
    },
    "relation": {
        "spouse": mark("spouse"),
        "child": mark("child"),
        "parent": mark("parent"),
        "assistant": mark("assistant"),
        "colleague": mark("colleague"),
        "travels_with": mark("travels with"),
        "referred_by": mark("referred by"),
        "same_household": mark("same household"),
        "referred": mark("referred"),
    },
    "channel": {
        "email": mark("e-mail"),
        "sms": mark("SMS"),
        "phone": mark("phone"),
        "post": mark("post"),
        "wechat": mark("WeChat"),
        "whatsapp": mark("WhatsApp"),
    },
    "purpose_of_consent": {
        "marketing": mark("offers"),
        "greetings": mark("greetings"),
        "surveys": mark("surveys"),
        "profiling": mark("keeping a profile"),
    },
    "consent_state": {"given": mark("given"), "withdrawn": mark("withdrawn")},
    "stay_status": {
        "booked": mark("booked"),
        "in_house": mark("in house"),
        "checked_out": mark("checked out"),
        "cancelled": mark("cancelled"),
        "no_show": mark("did not come"),
    },
    "booking_channel": {
        "direct": mark("direct"),
        "corporate": mark("company"),
        "agency": mark("travel agency"),
        "online_agency": mark("online agency"),
        "gds": mark("GDS"),
        "group": mark("group"),
        "walk_in": mark("walk-in"),
        "other": mark("other way"),
    },
    "folio": {
        "room": mark("Room charge"),
        "breakfast": mark("Breakfast"),
        "restaurant": mark("Restaurant"),
        "bar": mark("Bar"),
        "banquet": mark("Banquet"),
        "spa": mark("Spa"),
        "laundry": mark("Laundry"),
        "minibar": mark("Minibar"),
        "other": mark("Other charges"),
    },
    "case_status": {
        "received": mark("received"),
        "investigating": mark("being investigated"),
        "recovering": mark("being put right"),
        "told_guest": mark("guest told"),
        "closed": mark("closed"),
    },
    "case_kind": {
        "complaint": mark("Complaint"),
        "praise": mark("Praise"),
        "suggestion": mark("Suggestion"),
    },
    "severity": {
        "minor": mark("minor"),
        "moderate": mark("moderate"),
        "serious": mark("serious"),
        "critical": mark("critical"),
    },
    "points": {
        "earned": mark("earned"),
        "bonus": mark("bonus"),
        "redeemed": mark("redeemed"),
        "expired": mark("expired"),
        "adjusted": mark("adjusted"),
        "reversed": mark("reversed"),
        "compensation": mark("compensation"),
        "referral": mark("referral"),
        "opening": mark("opening balance"),
    },
    "document_class": {
        "identity": mark("Identity"),
        "registration": mark("Registration"),
        "correspondence": mark("Letters"),
        "complaint": mark("Complaint"),
        "consent": mark("Consent"),
        "contract": mark("Contract"),
        "photo": mark("Photo"),
    },
    "cleanliness": {
        "clean": mark("clean"),
        "dirty": mark("dirty"),
        "inspected": mark("inspected"),
        "pickup": mark("pick-up"),
        "out_of_order": mark("out of order"),
    },
    "department": {
        "RES": mark("Reservations"),
        "FO": mark("Front office"),
        "HK": mark("Housekeeping"),
        "FB": mark("Food & beverage"),
        "KIT": mark("Kitchen"),
        "CON": mark("Concierge"),
        "ENG": mark("Engineering"),
        "GR": mark("Guest relations"),
        "SEC": mark("Security"),
        "SPA": mark("Spa"),
        "ACC": mark("Accounting"),
        "SAL": mark("Sales"),
        "MKT": mark("Marketing"),
        "GFC": mark("Guest-file centre"),
        "MGT": mark("Management"),
        "IT": mark("IT"),
    },
    "actor_kind": {
        "staff": mark("a colleague"),
        "key": mark("an interface"),
        "system": mark("Keshi itself"),
    },
    "deed": {
        "signed_in": mark("signed in"),
        "sign_in_failed": mark("failed to sign in"),
        "signed_out": mark("signed out"),
        "looked_up": mark("looked up"),
        "viewed": mark("viewed"),
        "listed": mark("listed"),
        "revealed": mark("revealed"),
        "created": mark("created"),
        "changed": mark("changed"),
        "removed": mark("removed"),
        "imported": mark("imported"),
        "undone": mark("undone"),
        "exported": mark("exported"),
        "printed": mark("printed"),
        "granted": mark("granted"),
        "revoked": mark("revoked"),
        "restored": mark("restored"),
        "released": mark("released"),
    },
    "happening": {
        "stay": mark("Stay"),
        "case": mark("Case"),
        "points": mark("Points"),
        "contact": mark("Contact"),
        "note": mark("Note"),
        "edit": mark("File"),
        "tier": mark("Tier"),
    },
    "spend_band": {
        "none": mark("none yet"),
        "low": mark("low"),
        "middle": mark("middle"),
        "high": mark("high"),
        "top": mark("top"),
    },
    "edition": {
        "front_desk": mark("Front desk"),
        "housekeeping": mark("Housekeeping"),
        "kitchen": mark("Kitchen and restaurants"),
        "managers": mark("Managers"),
    },
    "briefing_section": {
        "vips": mark("VIPs"),
        "care": mark("Handle with care"),
        "allergies": mark("Allergies and access"),
        "recoveries": mark("Recoveries owed"),
        "promises": mark("Open promises and tasks"),
        "birthdays": mark("Birthdays"),
        "occasions": mark("Occasions"),
        "rooms_to_set": mark("Rooms to set for arrivals"),
        "at_table": mark("At the table"),
        "arrivals": mark("Arrivals to know"),
        "first_stays": mark("First stays"),
        "groups": mark("Groups"),
        "long_stayers": mark("Long stayers"),
    },
    "company_kind": {
        "corporate": mark("Company"),
        "agency": mark("Travel agency"),
        "online_agency": mark("Online agency"),
        "government": mark("Government"),
        "airline": mark("Airline"),
        "other": mark("Other partner"),
    },
    "company_state": {"active": mark("active"), "ended": mark("ended")},
    "contract_state": {
        "coming": mark("begins later"),
        "running": mark("running"),
        "ends_soon": mark("ends soon"),
        "ended": mark("has ended"),
    },
    "file_kind": {
        "application/pdf": mark("PDF"),
        "image/jpeg": mark("JPEG picture"),
        "image/png": mark("PNG picture"),
        "image/webp": mark("WebP picture"),
    },
    "reach": {
        "none": mark("none"),
        "today": mark("in house or due today"),
        "hotel": mark("of the hotel"),
        "group": mark("of all hotels"),
    },
    "staff_state": {"active": mark("active"), "disabled": mark("disabled")},
    "leap_day": {"28feb": mark("28 February"), "1mar": mark("1 March")},
    "unusual": {
        "volume": mark("More than 200 files in a day"),
        "many_files": mark("Many more files than usual"),
        "many_reveals": mark("Many looks behind masks"),
        "strangers": mark("Files of guests without a stay"),
        "marked_guests": mark("VIP or incognito without a stay"),
        "odd_hours": mark("Outside the usual hours"),
        "unopened": mark("Looked up again and again, opened little"),
        "one_guest": mark("One guest looked at by many"),
    },
    "unusual_why": {
        "volume": mark("More guest files than a day's work needs; so a hotel's files are copied."),
        "many_files": mark(
            "More than three times as many guest files as on this person's usual day."
        ),
        "many_reveals": mark(
            "More than three times as many looks behind masks as on this person's usual day."
        ),
        "strangers": mark("Files of guests with no stay near that day, in which nothing was done."),
        "marked_guests": mark(
            "VIP or incognito guests with no stay near that day; nothing was done in their files."
        ),
        "odd_hours": mark(
            "Files opened at hours in which this person did not work in the last 30 days."
        ),
        "unopened": mark(
            "Many look-ups with few files opened: as when somebody tries names or numbers."
        ),
        "one_guest": mark(
            "More people than a stay needs have opened this guest's file in one day."
        ),
    },
    "audit_subject": {
        "unusual_viewing": mark("Unusual viewing"),
        "guest": mark("Guest file"),
        "staff": mark("Account"),
        "api_key": mark("API key"),
        "company": mark("Company"),
        "company_travellers": mark("Travellers of a company"),
        "document": mark("Document"),
        "documents": mark("Document shelf"),
        "hotel": mark("Hotel"),
        "room": mark("Rooms"),
        "stay": mark("Stay"),
        "note": mark("Note"),
        "trace": mark("Task"),
        "import": mark("Import"),
        "consent": mark("Consent"),
        "backup": mark("Backup"),
        "held_jobs": mark("Held jobs"),
    },
    "condition": {
        "fine": mark("well"),
        "notice": mark("notice"),
        "serious": mark("serious"),
    },
    "backup_trigger": {"clock": mark("at night"), "person": mark("by hand")},
    "import_kind": {
        "guests": mark("Guests"),
        "stays": mark("Stays"),
        "folio": mark("Folio lines"),
        "points": mark("Points"),
    },
    "import_state": {
        "uploaded": mark("to be mapped"),
        "checking": mark("being checked"),
        "checked": mark("checked, not imported"),
        "committing": mark("being imported"),
        "committed": mark("imported"),
        "undoing": mark("being undone"),
        "undone": mark("undone"),
        "failed": mark("stopped"),
    },
    "line_outcome": {
        "new": mark("new"),
        "matched": mark("changed"),
        "unchanged": mark("unchanged"),
        "unclear": mark("unclear"),
        "rejected": mark("rejected"),
    },
    "kept_kind": {
        "guest": mark("Guest"),
        "stay": mark("Stay"),
        "company": mark("Company"),
        "hotel": mark("Hotel"),
        "membership": mark("Membership"),
    },
    "column_rule": {
        "overwrite": mark("overwrite"),
        "if_blank": mark("only if blank"),
        "never": mark("never change"),
    },
    "search_group": {
        "in_house": mark("In house"),
        "due_today": mark("Due today"),
        "other": mark("Other guests"),
        "rooms": mark("Rooms"),
        "companies": mark("Companies"),
        "pages": mark("Pages"),
    },
    "matched_by": {
        "name": mark("by name"),
        "alias": mark("by alias"),
        "pinyin": mark("by pinyin"),
        "phone": mark("by phone"),
        "email": mark("by e-mail"),
        "room": mark("by room"),
        "confirmation": mark("by booking number"),
        "reference": mark("by file number"),
        "membership": mark("by membership number"),
        "plate": mark("by plate"),
        "complaint": mark("by case"),
        "company": mark("by company"),
        "similar": mark("sounds alike"),
    },
    **PREFERENCE_LABELS,
}

_HAPPENING_ICONS = {
    "stay": "bed-double",
    "case": "triangle-alert",
    "points": "star",
    "contact": "message-circle",
    "note": "pencil",
    "tier": "badge-check",
}

# What a wish is about, by the group letters of the preference catalogue.
_WISH_ICONS = {
    "FL": "building-2",
    "RM": "map-pin",
    "VW": "image",
    "BD": "bed-double",
    "PL": "bed-single",
    "LN": "shirt",
    "CL": "thermometer",
    "LT": "lightbulb",
    "BT": "bath",
    "AM": "gift",
    "TC": "laptop",
    "RD": "book-open",
    "SM": "cigarette-off",
    "AL": "octagon-alert",
    "DT": "utensils",
    "FV": "coffee",
    "AC": "accessibility",
    "HT": "heart",
    "HY": "sparkle",
    "RC": "flower-2",
    "CH": "baby",
    "PT": "dog",
    "TR": "car",
    "CE": "cake",
    "HB": "star",
    "SV": "clock",
    "CM": "languages",
    "PR": "lock",
    "BL": "receipt",
}


def label(kind: str, value: object, *, language: str) -> str:
    """The word for ``value`` of ``kind``; a value without one is shown as it is, never hidden."""
    if value is None or value == "":
        return ""
    text = str(getattr(value, "value", value))
    message = LABELS.get(kind, {}).get(text)
    return wording(language).gettext(message) if message else text.replace("_", " ")


def pairs(kind: str, *, language: str) -> list[tuple[str, str]]:
    """Every value of a kind with its word, for a select."""
    return [(value, label(kind, value, language=language)) for value in LABELS[kind]]


def happening_icon(kind: str) -> str:
    """The sign of a kind of event in the timeline."""
    return _HAPPENING_ICONS.get(kind, "circle")


def wish_icon(code: str | None) -> str:
    """The sign of a preference code such as ``PL.BUCKWHEAT``."""
    return _WISH_ICONS.get((code or "").partition(".")[0], "hand")
