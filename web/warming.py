"""What every desk needs within its first minute, fetched while the doors open and nobody waits.

Libraries are imported where they are used, so that a process holds only what it needs; these are
the ones that any desk's first look-up, card or board would otherwise wait for.
"""

import ctypes
import gc
import logging
import threading

from crm.guests.keys import query_tokens, search_keys
from crm.guests.naming import parts_of
from crm.guests.phones import read_phone
from crm.kit import clock
from crm.profile.pronouncing import pronounced
from web import formats
from web.rendering import environment
from web.wording import LANGUAGES

log = logging.getLogger("keshi")

PAGES = ("sign_in.html", "front_desk/today.html", "front_desk/guest.html")


def warm_soon() -> threading.Thread:
    """Begin in a thread of its own; answers it, for whoever wants to wait."""
    thread = threading.Thread(target=_warm_and_settle, name="keshi-warming", daemon=True)
    thread.start()
    return thread


def _warm_and_settle() -> None:
    try:
        warm()
    except Exception:
        log.exception("something could not be fetched before it is needed")
    settle()


def settle() -> None:
    """What is there now stays: the collector need not walk through it again and again, and what
    the start alone needed goes back to the system where its allocator can do that (glibc)."""
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def warm() -> None:
    """Read a Chinese and a Latin name, a phone, a date in each language; open the main pages."""
    search_keys([parts_of("陳静怡"), parts_of("CHEN Jingyi")])
    query_tokens("陳静怡 chenjy")
    pronounced("陈", "静怡")
    read_phone("+86 138 0013 8000")
    for language in LANGUAGES:
        formats.day_long(clock.now().date(), language)
        formats.money(100, "CNY", language)
        for page in PAGES:
            environment(language).get_template(page)
