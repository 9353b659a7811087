"""Lets everybody hear: whoever writes news knows all who asked for it, in every process.

A slice says what it wants to hear in its module ``hearing``, whose import is what subscribes. A web
process, an import on the command line and a worker load different parts of the house; without this
they would tell the same news to different listeners.
"""

import importlib
import pkgutil
from functools import cache


@cache
def let_everybody_hear() -> None:
    """Import every module named ``hearing``, once in a process."""
    for package_name in ("crm", "segmentation", "campaigns"):
        package = importlib.import_module(package_name)
        for module in pkgutil.walk_packages(package.__path__, f"{package_name}."):
            if module.name.endswith(".hearing") and module.name != __name__:
                importlib.import_module(module.name)
