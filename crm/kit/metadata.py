"""All tables of the house in one registry, for migrations, checks and backups."""

import importlib
import pkgutil

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import crm.kit.db  # sets the naming convention before the first table
import crm.kit.tables  # noqa: F401


def all_tables() -> MetaData:
    """The metadata after every slice's ``tables.py`` has been imported."""
    for package_name in ("crm", "segmentation", "campaigns"):
        package = importlib.import_module(package_name)
        for module in pkgutil.walk_packages(package.__path__, f"{package_name}."):
            if module.name.endswith(".tables"):
                importlib.import_module(module.name)
    return SQLModel.metadata
