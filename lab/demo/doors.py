"""What a house in demo mode has beside its own doors: the bar's routes and a connected PMS."""

from fastapi import APIRouter

from crm.kit.settings import Settings
from lab.demo.jobs import connect
from lab.demo.pages import router


def doors(settings: Settings, url: str) -> list[APIRouter]:
    """The demo's routers; its PMS speaks to ``url`` from now on."""
    connect(settings.model_copy(update={"base_url": url}))
    return [router]
