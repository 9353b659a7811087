"""Words of safekeeping: what started a backup, how bad a finding is."""

from enum import StrEnum

FILE_SUFFIX = ".keshi-backup"
CODE_MAX = 40


class Trigger(StrEnum):
    """Who asked for a backup."""

    CLOCK = "clock"
    PERSON = "person"


class Level(StrEnum):
    """How bad a finding of `keshi doctor` is; ``serious`` makes it exit with 1."""

    FINE = "fine"
    NOTICE = "notice"
    SERIOUS = "serious"
