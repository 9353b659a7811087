"""Who is doing something: passed as ``by=`` to every query and service."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from crm.hotels.terms import DepartmentCode
from crm.kit.errors import NotAllowed
from crm.staff.policy import policy
from crm.staff.terms import ActorKind, Channel, Role, Sight


@dataclass(frozen=True)
class Actor:
    """A member of staff, an API key, or the house itself.

    ``holders`` are the roles or scopes that the policy is asked about, ``hotel_id`` is the
    hotel worked for right now, ``hotel_ids`` all that are within reach.
    """

    kind: ActorKind
    id: UUID | None
    name: str
    hotel_id: UUID | None
    hotel_ids: frozenset[UUID]
    holders: frozenset[str]
    language: str = "en"
    department: DepartmentCode | None = None
    address: str | None = None
    request_id: str | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def reach(self) -> str:
        """``none``, ``today``, ``hotel`` or ``group``."""
        return "group" if self.is_system else policy().reach_of(self.holders)

    @property
    def is_system(self) -> bool:
        return self.kind is ActorKind.SYSTEM

    @property
    def staff_id(self) -> UUID | None:
        return self.id if self.kind is ActorKind.STAFF else None

    def may(self, permission: str) -> bool:
        return self.is_system or permission in self.permissions

    def need(self, permission: str) -> None:
        """`NotAllowed` unless this actor has the permission."""
        if not self.may(permission):
            raise NotAllowed(
                "Your role does not include this. Ask a manager.", "permission", needs=permission
            )

    def sight(self, field_name: str, channel: Channel) -> Sight:
        if self.is_system:
            return Sight.CLEAR
        return policy().sight(self.holders, field_name, channel)

    def has_right(self, field_name: str, letter: str) -> bool:
        """Whether the matrix gives ``R`` (reveal), ``P`` (propose) or ``E`` (edit)."""
        return self.is_system or policy().has_right(self.holders, field_name, letter)


def make_actor(
    *,
    kind: ActorKind,
    id: UUID | None,  # noqa: A002
    name: str,
    hotel_id: UUID | None,
    hotel_ids: Iterable[UUID],
    holders: Iterable[str],
    language: str = "en",
    department: DepartmentCode | None = None,
    address: str | None = None,
    request_id: str | None = None,
) -> Actor:
    """An actor with the permissions that the policy gives its roles or scopes."""
    held = frozenset(holders)
    return Actor(
        kind=kind,
        id=id,
        name=name,
        hotel_id=hotel_id,
        hotel_ids=frozenset(hotel_ids),
        holders=held,
        language=language,
        department=department,
        address=address,
        request_id=request_id,
        permissions=policy().permissions_of(held),
    )


def system(name: str = "Keshi") -> Actor:
    """The house itself: jobs, commands and rebuilds."""
    return Actor(
        kind=ActorKind.SYSTEM,
        id=None,
        name=name,
        hotel_id=None,
        hotel_ids=frozenset(),
        holders=frozenset(),
    )


def staff_of(roles: Iterable[Role], *, staff_id: UUID, name: str, hotel_id: UUID) -> Actor:
    """A member of staff with these roles in one hotel (for commands and tests)."""
    return make_actor(
        kind=ActorKind.STAFF,
        id=staff_id,
        name=name,
        hotel_id=hotel_id,
        hotel_ids=[hotel_id],
        holders=[role.value for role in roles],
    )
