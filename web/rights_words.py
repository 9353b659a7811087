"""The policy in people's words: what each field, permission and scope of an API key means."""

from web.wording import mark

FIELDS: dict[str, str] = {
    "guest.name": mark("Names and title"),
    "guest.alias": mark("Alias, and that somebody travels incognito"),
    "guest.true_name": mark("Real name of an incognito guest"),
    "guest.ref": mark("Reference of the file"),
    "guest.language": mark("Languages, nationality, gender"),
    "guest.birthday": mark("Birthday, month and day"),
    "guest.birth_year": mark("Year of birth"),
    "guest.work": mark("Occupation and company"),
    "guest.identity": mark("Kind of guest"),
    "guest.vip": mark("VIP level"),
    "guest.vip_why": mark("Why VIP, and by whom"),
    "guest.caution": mark("Caution mark"),
    "guest.caution_why": mark("Why caution, and by whom"),
    "guest.phone": mark("Phones"),
    "guest.email": mark("E-mail and messaging ids"),
    "guest.address": mark("Addresses"),
    "guest.identity_document": mark("Identity documents"),
    "guest.special": mark("Ethnicity and native place"),
    "guest.vehicle": mark("Number plates"),
    "guest.relations": mark("Family, assistants, travel companions"),
    "guest.relation_phone": mark("Phones of family and assistants"),
    "guest.file": mark("Age and quality of the file"),
    "stay.history": mark("Stays"),
    "stay.count": mark("How often a guest has stayed"),
    "stay.wishes": mark("Wishes of a booking"),
    "stay.rate": mark("Rates"),
    "stay.score": mark("Scores of stays"),
    "guest.spend": mark("Spend"),
    "preference.normal": mark("Preferences"),
    "habit.proposed": mark("What the records propose"),
    "preference.special": mark("Preferences about health and faith"),
    "preference.restricted": mark("Preferences about safety and privacy"),
    "note.service": mark("Notes for service"),
    "note.department": mark("Notes of the own department"),
    "note.management": mark("Notes for management"),
    "note.restricted": mark("Restricted notes"),
    "complaint.flag": mark("That there is a case, and its headline"),
    "complaint.case": mark("The case itself"),
    "complaint.given": mark("What was given, and its cost"),
    "loyalty.tier": mark("Membership and tier"),
    "loyalty.points": mark("Points"),
    "consent.state": mark("Consents"),
    "document.identity": mark("Scans of identity documents"),
    "document.other": mark("Other documents of the shelf"),
}

SIGHTS: dict[str, str] = {
    "clear": mark("clear"),
    "masked": mark("masked"),
    "band": mark("band only"),
    "operational": mark("instruction only"),
    "none": mark("nothing"),
}

RIGHTS: dict[str, str] = {
    "R": mark("reveal with a purpose"),
    "P": mark("propose"),
    "E": mark("edit"),
}

SCOPES: dict[str, str] = {
    "pms:ingest": mark("Sends messages of the hotel's system; reads nothing."),
    "profile:read.basic": mark("Reads guests without phone, mail and address; stays; companies."),
    "profile:read.contact": mark("Reads phone, mail and address in clear. Give it sparingly."),
    "profile:write": mark("Registers guests and changes basic data."),
    "pref:read.operational": mark("Reads what to do for a guest, never why."),
    "consent:write": mark("Keeps consents that were given elsewhere."),
    "import:run": mark("Brings whole files of guests and stays in."),
    "report:aggregate": mark("Reads counts only, no person."),
    "operations:read": mark("Reads the figures of the running system, no person."),
}
