"""By which words each field of the planted house is recognised in an answer."""

NEEDLES: dict[str, tuple[str, ...]] = {
    "guest.name": ("甄妙珂", "Zhenqan", "Formerzhen"),
    "guest.true_name": ("欧隐淼", "Ouyinmiao"),
    "guest.alias": ("Plumwick",),
    "guest.ref": ("G-QZ7K2M",),
    "guest.birth_year": ("1957",),
    "guest.work": ("Glassharpist", "Chiefwarden"),
    "guest.vip_why": ("vipreason-kestrel",),
    "guest.caution_why": ("cautionreason-otter",),
    "guest.phone": ("13987650431", "8613987650431"),
    "guest.email": ("zqmailbox17", "zqwechat88"),
    "guest.address": ("Needlewood", "Zqtown", "ZQ77QZ"),
    "guest.identity_document": ("E77Q31905",),
    "guest.special": ("Zqethnos", "Zqnativeplace"),
    "guest.vehicle": ("浙A7QZ31", "vehicleremark-heron"),
    "guest.relations": ("Zqrelative", "relationremark-ibis"),
    "guest.relation_phone": ("13765432109", "8613765432109"),
    "stay.history": ("PASTCONF77", "Zqgroupname", "Zqfromtown", "Zqmarket"),
    "stay.wishes": ("wishwords-lantern",),
    "stay.rate": ("ZQRATE", "7654300", "76543.00"),
    "guest.spend": (
        "foliotext-truffle",
        "Zqoutlet",
        "zqpay",
        "48273651",
        "482736.51",
        "482736",
        "482737",
    ),
    "preference.normal": ("prefwords-normal",),
    "habit.proposed": ("habitvalue-agate",),
    "preference.special": ("prefwords-special", "Peanut allergy", "花生过敏", "AL.PEANUT"),
    "preference.restricted": ("prefwords-restricted",),
    "note.service": ("notewords-service",),
    "note.department": ("notewords-department",),
    "note.management": ("notewords-management",),
    "note.restricted": ("notewords-restricted",),
    "trace.task": ("tracewords-plover", "traceremark-plover", "tracehanded-plover"),
    "complaint.flag": ("caseheadline-quartz", "nextcheck-quartz"),
    "complaint.case": (
        "casewords-basalt",
        "stepwords-basalt",
        "casevisitor-basalt",
        "casecontact-basalt",
        "caseplace-basalt",
        "casedetail-basalt",
        "preventionwords-basalt",
        "filetitle-basalt",
        "lettersubject-basalt",
        "letterwords-basalt",
    ),
    "complaint.cause": ("casecause-basalt", "caseitem-basalt"),
    "complaint.given": (
        "casegiven-opal",
        "3141593",
        "31415.93",
        "givenname-opal",
        "补名猫眼石",
        "givenwhy-opal",
        "givendecided-opal",
        "2236067",
        "22360.67",
        "223606",
    ),
    "survey.answer": ("surveywords-onyx",),
    "guest_review.words": (
        "zqreviewsite",
        "zqreviewid",
        "reviewauthor-onyx",
        "reviewtitle-onyx",
        "reviewwords-onyx",
    ),
    "loyalty.tier": ("ZQ88001234", "tierwhy-amber"),
    "loyalty.points": ("271828", "pointwords-amber"),
    "consent.state": ("consentwords-jade", "zqconsentsource"),
    "lost_property.item": (
        "foundwhat-gull",
        "foundplace-gull",
        "foundshelf-gull",
        "foundwords-gull",
    ),
    "document.identity": ("doctitle-identity",),
    "document.other": ("doctitle-letter",),
}
"""By field of the policy: words that appear nowhere but in this field's values."""

LEFT_BY_A_MASK: dict[str, tuple[str, ...]] = {
    "guest.address": ("Zqtown",),
}
"""What a masked value may still show: the town of an address tells namesakes apart."""

WITHOUT_NEEDLE = {
    "guest.language": "few values; clear or not at all, so differing houses tell",
    "guest.birthday": "days and months are everywhere; differing houses tell",
    "guest.identity": "few values; differing houses tell",
    "guest.vip": "few values; differing houses tell",
    "guest.caution": "few values; differing houses tell",
    "guest.file": "dates; differing houses tell",
    "stay.count": "a digit; differing houses tell",
    "alert.aside": "keys; what they stand for is the fields that the alert follows from",
    "survey.asked": "instants, and a link that the keyed digest makes; differing houses tell",
    "preparation.state": "instants; its words are those of the preferences behind it",
    "stay.score": "a digit; differing houses tell",
    "standing.satisfaction": "few values; differing houses tell",
    "standing.credit": "few values; differing houses tell",
    "outreach.hold": "instants; differing houses tell",
}

STRANGERS = {"far": ("Farnqvist", "远方客"), "past": ("Pastnqvist", "旧时客")}
"""Names of guests who are outside the reach of some."""


FOREIGN = (
    "FARCONF33", "Zqforeignoutlet", "foreigncase-marble",
    "foreignfound-marble", "foreignnote-marble", "foreigntrace-marble",
    "foreignpref-marble", "foreigndoc-marble",
    "foreigngiven-marble", "foreignsurvey-marble", "foreignreview-marble", "Colleague Elsewhere",
)  # fmt: skip
"""Words of rows that belong to the other hotel, about the guest whom both know."""
