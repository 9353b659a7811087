"""Where one can go: the rail's destinations, and who may see which."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from web.wording import mark


class Destination(NamedTuple):
    """One entry of the rail. ``permission`` is a name of the policy.

    With ``counted`` the rail fetches a number from the path's ``/count`` once the page is there.
    ``within`` names further paths that belong to the same place. ``under`` is the path of the
    place that stands for this one in the rail, where the reader may open both.
    """

    path: str
    icon: str
    label: str
    permission: str
    admin: bool = False
    counted: bool = False
    within: tuple[str, ...] = ()
    under: str = ""


DESTINATIONS = (
    Destination("/guests", "users", mark("Guests"), "guests.look_up"),
    Destination("/today", "calendar-check", mark("Today"), "board.read"),
    Destination("/briefing", "file-text", mark("Briefing"), "briefing.read"),
    Destination("/rooms", "bed-double", mark("Rooms"), "rooms.read"),
    Destination("/lost", "luggage", mark("Lost & found"), "lost_property.settle"),
    Destination("/traces", "list-checks", mark("Tasks"), "traces.read", within=("/handover",)),
    Destination(
        "/complaints",
        "message-circle",
        mark("Complaints"),
        "complaints.read",
        counted=True,
        within=("/causes", "/feedback", "/surveys"),
    ),
    Destination(
        "/approvals",
        "badge-check",
        mark("Approvals"),
        "recovery.approve",
        counted=True,
        within=("/recovery",),
        under="/complaints",
    ),
    Destination("/companies", "building-2", mark("Companies"), "companies.read"),
    Destination("/imports", "upload", mark("Imports"), "imports.run"),
    Destination(
        "/review",
        "inbox",
        mark("Review"),
        "preferences.review",
        counted=True,
        within=("/reviews", "/preparing"),
    ),
    Destination("/staff", "user-cog", mark("Staff"), "staff.read", admin=True),
    Destination("/codes", "layers", mark("Codes"), "preferences.codes", admin=True),
    Destination("/keys", "key-round", mark("Keys"), "keys.edit", admin=True),
    Destination("/hotel", "hotel", mark("Hotel"), "hotels.edit", admin=True),
    Destination(
        "/complaints/settings",
        "settings",
        mark("Case settings"),
        "complaints.settings",
        admin=True,
        within=("/recovery/limits",),
        under="/complaints",
    ),
    Destination("/alerts", "bell", mark("Alerts"), "alerts.rules", admin=True),
    Destination("/viewing", "eye", mark("Viewing"), "audit.unusual", admin=True, counted=True),
    Destination("/audit", "scroll-text", mark("Audit"), "audit.read", admin=True),
    Destination("/condition", "gauge", mark("Condition"), "house.condition", admin=True),
)


RAIL_FITS = 9
"""So many entries stand in the rail of a low screen (640 px); with more the house's own fold up."""


CASE_PLACES = (
    Destination("/complaints", "message-circle", mark("Cases"), "complaints.read"),
    Destination("/approvals", "badge-check", mark("Approvals"), "recovery.approve", counted=True),
    Destination("/causes", "arrow-up-right", mark("Causes"), "complaints.causes"),
    Destination("/feedback", "star", mark("Feedback"), "feedback.read"),
    Destination("/recovery/ledger", "book-open", mark("Ledger"), "recovery.ledger"),
    Destination(
        "/complaints/settings",
        "settings",
        mark("Settings"),
        "complaints.settings",
        within=("/recovery/limits",),
    ),
)
"""What lies under Complaints, in the order of its tabs."""


SETTING_PLACES = (
    Destination("/complaints/settings/offers", "gift", mark("Offers"), "recovery.limits"),
    Destination("/recovery/limits", "wallet", mark("Limits"), "recovery.limits"),
    Destination("/complaints/settings/targets", "timer", mark("Targets"), "complaints.clocks"),
    Destination("/complaints/settings/hours", "clock", mark("Work hours"), "complaints.clocks"),
    Destination("/complaints/settings/words", "layers", mark("Word list"), "complaints.words"),
)
"""What a hotel sets for its complaints, in the order of its tabs."""


def destinations_for(permissions: Collection[str]) -> list[Destination]:
    """The entries that a holder of ``permissions`` may open, in the order of the rail."""
    return [place for place in DESTINATIONS if place.permission in permissions]


def rail_for(permissions: Collection[str]) -> list[Destination]:
    """`destinations_for` without those that stand under another place that is there."""
    places = destinations_for(permissions)
    there = {place.path for place in places}
    return [
        place._replace(within=(*place.within, *_paths_under(place, places)))
        for place in places
        if place.under not in there
    ]


def counted_in(place: Destination, permissions: Collection[str]) -> list[str]:
    """The paths that give the numbers of a rail's entry: its own, then what stands under it."""
    under = [other for other in destinations_for(permissions) if other.under == place.path]
    return [each.path for each in (place, *under) if each.counted]


def case_places_for(permissions: Collection[str]) -> list[Destination]:
    """The tabs of Complaints that a holder of ``permissions`` may open."""
    return [place for place in CASE_PLACES if place.permission in permissions]


def setting_places_for(permissions: Collection[str]) -> list[Destination]:
    """The settings of complaints that a holder of ``permissions`` may open."""
    return [place for place in SETTING_PLACES if place.permission in permissions]


def _paths_under(place: Destination, places: Iterable[Destination]) -> list[str]:
    under = [other for other in places if other.under == place.path]
    return [path for other in under for path in (other.path, *other.within)]


def is_current(place: Destination, path: str) -> bool:
    """Whether ``path`` lies within ``place``, so that the rail can show where one is."""
    return any(path == own or path.startswith(f"{own}/") for own in (place.path, *place.within))


def current_of(places: Iterable[Destination], path: str) -> Destination | None:
    """The one of ``places`` in which ``path`` lies."""
    return next((place for place in places if is_current(place, path)), None)
