"""What guests allowed and took back, for the timeline and the floors above."""

from dataclasses import dataclass
from typing import ClassVar

from crm.kit.events import Event
from crm.privacy.terms import ConsentChannel, ConsentPurpose, ConsentState


@dataclass(frozen=True, kw_only=True)
class ConsentCaptured(Event):
    """A guest said yes or no for one channel and purpose."""

    kind: ClassVar[str] = "consent.captured"
    channel: ConsentChannel
    purpose: ConsentPurpose
    state: ConsentState
