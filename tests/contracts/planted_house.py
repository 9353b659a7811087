"""Who and what stands in the planted house."""

from dataclasses import dataclass, field
from uuid import UUID

from crm.staff.terms import Role

SPECIAL_CODE, RESTRICTED_CODE, NORMAL_CODE = "AL.PEANUT", "PR.SECDET", "FL.HIGH"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63"
    "6060606000000005000147a3f5f30000000049454e44ae426082"
)


@dataclass
class House:
    """Who and what stands in the planted house, by the names that routes use."""

    here: UUID
    elsewhere: UUID
    guest: UUID
    hidden: UUID
    past: UUID
    far: UUID
    stay: UUID
    company: UUID
    ids: dict[str, object] = field(default_factory=dict)
    elsewhere_ids: dict[str, object] = field(default_factory=dict)
    staff: dict[tuple[Role, UUID], UUID] = field(default_factory=dict)
    sessions: dict[tuple[Role, UUID], str] = field(default_factory=dict)
    keys: dict[tuple[str, UUID], str] = field(default_factory=dict)
