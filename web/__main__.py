"""``python -m web`` is ``keshi``."""

from web.cli import main

main()
