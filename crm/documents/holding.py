"""Lets other slices keep files on the shelf: none is dropped that one of them still needs.

A content lies on the disk once, by its hash, whoever put it there. The slices above register a
question here, so that this one can ask without knowing them.
"""

from collections.abc import Callable

from sqlmodel import Session

Holds = Callable[[Session, str], bool]
_HOLDERS: dict[str, Holds] = {}


def also_held(name: str, holds: Holds) -> None:
    """Ask ``holds`` (session, hash) before a file is dropped; ``name`` is the asking table's."""
    _HOLDERS[name] = holds


def holders() -> frozenset[str]:
    """The names of those who are asked."""
    return frozenset(_HOLDERS)


def is_held(db: Session, sha256: str) -> bool:
    """Whether anybody above the shelf still points at this content."""
    return any(holds(db, sha256) for holds in _HOLDERS.values())
