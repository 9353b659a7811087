"""The words for what is found wrong with a house, and how to mend it."""

from typing import NamedTuple

from crm.safekeeping.schemas import Finding
from web.wording import mark, wording


class Words(NamedTuple):
    """What is so, and what to do about it; empty where nothing is to be done."""

    what: str
    mend: str = ""


CONDITION: dict[str, Words] = {
    # settings and machine
    "secret": Words(mark("The secret key is strong.")),
    "secret_demo": Words(
        mark("The secret key is that of the demo."),
        mark("For real guests set KESHI_SECRET_KEY to at least 32 random characters."),
    ),
    "secret_weak": Words(
        mark("The secret key is weak."),
        mark("Set KESHI_SECRET_KEY to at least 32 random characters; sealed values stay with it."),
    ),
    "address": Words(mark("Staff reach Keshi by https.")),
    "address_local": Words(
        mark("Keshi is reached on this machine only, without https."),
        mark("Before others use it: put a proxy with a certificate before it, set KESHI_BASE_URL."),
    ),
    "address_plain": Words(
        mark("Staff reach Keshi without https: passwords can be read in the network."),
        mark("Put a proxy with a certificate before it and set KESHI_BASE_URL to https://…"),
    ),
    "demo": Words(mark("This is no demo.")),
    "demo_on": Words(
        mark("Demo mode is on: nothing leaves, everybody can sign in."),
        mark("For real guests set KESHI_DEMO=0 and begin with an empty database."),
    ),
    "log_level": Words(mark("Logs are not too talkative.")),
    "log_debug": Words(
        mark("The log level is debug: slow, and full of detail."),
        mark("Set KESHI_LOG_LEVEL=info."),
    ),
    "mail": Words(mark("Mail can leave the house.")),
    "mail_captured": Words(
        mark("There is no mail server: messages are captured and shown, none leaves."),
        mark("Set KESHI_SMTP_URL when guests are to be written to."),
    ),
    "disk": Words(mark("There is room on the disk.")),
    "disk_low": Words(
        mark("Only %(megabytes)s MB are left on the disk of %(folder)s."),
        mark("Make room or move the folder: a full disk stops all work."),
    ),
    "folders": Words(mark("Nobody else on the machine can look into the data.")),
    "folder_open": Words(
        mark("Every account of this machine can look into %(folder)s."),
        mark("Run: chmod -R o= %(folder)s"),
    ),
    "folder_not_writable": Words(
        mark("Nothing can be written into %(folder)s."),
        mark("Give the folder to the account that Keshi runs as."),
    ),
    "backups_elsewhere": Words(mark("Backups lie on another disk than the database.")),
    "backups_same_disk": Words(
        mark("Backups lie on the disk of the database and would go with it."),
        mark("Set KESHI_BACKUP_DIR to another disk or machine."),
    ),
    "backups_sealed": Words(mark("Backups are encrypted.")),
    "backups_readable": Words(
        mark("Backups are not encrypted: whoever gets one reads it."),
        mark("Set KESHI_BACKUP_ENCRYPTED=1."),
    ),
    "zones": Words(mark("The time zone of every hotel is known here.")),
    "zone_unknown": Words(
        mark("The time zone %(zone)s of hotel %(hotel)s is not known on this machine."),
        mark("Install the package tzdata anew, or correct the hotel."),
    ),
    # database
    "revision": Words(mark("The database is of this Keshi.")),
    "revision_older": Words(
        mark("The database is older than this Keshi (%(revision)s)."), mark("Run: keshi migrate")
    ),
    "revision_newer": Words(
        mark("The database is newer than this Keshi (%(revision)s)."),
        mark("Install the newer Keshi, or restore the backup made before the upgrade."),
    ),
    "durability": Words(mark("What is saved survives a power cut.")),
    "durability_sqlite": Words(
        mark(
            "SQLite works with synchronous %(synchronous)s and journal %(journal)s: a power cut "
            "can lose what was saved."
        ),
        mark("Keep the file on a local disk that allows a write-ahead log; start Keshi anew."),
    ),
    "durability_postgres": Words(
        mark("PostgreSQL has switched off %(names)s: a power cut can lose what was saved."),
        mark("Switch them on in postgresql.conf and reload it."),
    ),
    "library": Words(mark("The database library is sound.")),
    "library_old": Words(
        mark("This SQLite has a known fault with several processes on one file."),
        mark("Install the pysqlite3 wheel, or use PostgreSQL, or run a single process."),
    ),
    "log_size": Words(mark("The write-ahead log is small.")),
    "log_large": Words(
        mark("The write-ahead log has grown to %(megabytes)s MB."),
        mark("Something reads without an end: start keshi serve and keshi worker anew."),
    ),
    "role": Words(mark("The database role can do what it needs and no more.")),
    "role_super": Words(
        mark("Keshi works as a superuser of PostgreSQL."),
        mark("Give it a role of its own: CREATE ROLE keshi LOGIN CREATEDB, owner of its database."),
    ),
    "trigrams": Words(mark("Misspelt names are found.")),
    "trigrams_missing": Words(
        mark("PostgreSQL lacks pg_trgm: misspelt names are found less often."),
        mark("As a superuser: CREATE EXTENSION pg_trgm; then keshi migrate makes its index."),
    ),
    "shape": Words(mark("Tables, indexes and triggers are as they ought to be.")),
    "shape_differs": Words(
        mark("%(number)s things in the database are not as this Keshi made them: %(names)s."),
        mark("Restore the newest backup: it is brought back into a fresh shape."),
    ),
    "statistics": Words(mark("The planner knows how large the tables are.")),
    "statistics_stale": Words(
        mark("The planner takes %(known)s guests for granted, there are %(count)s."),
        mark("Run keshi worker: it renews them every night; at once: ANALYZE."),
    ),
    "derived": Words(mark("Figures and search keys agree with the facts.")),
    "derived_differ": Words(
        mark("%(figures)s figures differ from the stays, %(guests)s guests have old search keys."),
        mark("Run: keshi doctor --rebuild"),
    ),
    "clock": Words(mark("The clocks agree.")),
    "clock_database": Words(
        mark("The clock of the database differs by %(seconds)s seconds."),
        mark("Let both machines keep time by NTP."),
    ),
    "clock_files": Words(
        mark("The clock of the disk differs by %(seconds)s seconds."),
        mark("Let both machines keep time by NTP."),
    ),
    # work
    "worker": Words(mark("A worker is at work.")),
    "worker_never": Words(
        mark("No worker has ever been at work."), mark("Start keshi serve or keshi worker.")
    ),
    "worker_away": Words(
        mark("No worker is at work since %(minutes)s minutes."),
        mark("Start keshi serve or keshi worker, and look into its log."),
    ),
    "jobs_in_time": Words(mark("Jobs are done in time.")),
    "jobs_late": Words(
        mark("A job is due since %(minutes)s minutes."),
        mark("See that a worker runs; if it does, it has more to do than it can."),
    ),
    "jobs": Words(mark("No job was given up.")),
    "jobs_given_up": Words(
        mark("%(number)s jobs were given up."),
        mark("The table job names them with their last error; a person must look."),
    ),
    "jobs_free": Words(mark("Nothing is held.")),
    "jobs_held": Words(
        mark(
            "%(number)s jobs are held since a restore on %(since)s UTC; nothing leaves the house."
        ),
        mark("If no other copy is at work: keshi jobs release, or on the page Condition."),
    ),
    "jobs_held_elsewhere": Words(
        mark(
            "%(number)s jobs are held since %(since)s UTC: the database is not that of this data "
            "folder."
        ),
        mark("If no other copy is at work: keshi jobs release, or on the page Condition."),
    ),
    "backup_recent": Words(mark("The last backup is of today.")),
    "backup_demo": Words(mark("A demo needs no backup.")),
    "backup_old": Words(
        mark("The last backup is %(hours)s hours old."),
        mark("Run keshi backup, and see that a worker runs at night (KESHI_BACKUP_HOUR)."),
    ),
    "backup_none": Words(
        mark("There is no backup."),
        mark("Run keshi backup, and see that a worker runs at night (KESHI_BACKUP_HOUR)."),
    ),
    "backup_none_yet": Words(
        mark("There is no backup yet."), mark("The first is made tonight; at once: keshi backup")
    ),
    "backup_proven": Words(mark("Backups are restored for trial, and come back equal.")),
    "backup_untried": Words(mark("No backup has failed.")),
    "backup_failed": Words(
        mark("The last backup failed (%(error)s)."),
        mark("Run keshi backup and read what it says."),
    ),
    "backup_broken_off": Words(
        mark("The last backup was broken off."), mark("Run keshi backup and let it finish.")
    ),
    "backup_unproven": Words(
        mark("No backup was restored for trial this week."), mark("Run: keshi backup")
    ),
    "accounts": Words(mark("Every account is used.")),
    "accounts_dormant": Words(
        mark("%(number)s accounts were not used for 45 days."),
        mark("Disable those who left, on the page Staff."),
    ),
    "accounts_own": Words(mark("No account has a login that everybody tries first.")),
    "accounts_default": Words(
        mark("Accounts have logins that everybody tries first: %(names)s."),
        mark("Give their people accounts of their own name and disable these."),
    ),
    "audit": Words(mark("The audit agrees with its seals.")),
    "audit_differs": Words(
        mark("The audit differs from its seals in %(number)s places."),
        mark("Keep the database as it is, run keshi audit verify, and ask who had access."),
    ),
    "audit_unsealed": Words(
        mark("Rows of the audit wait for their seal for more than an hour."),
        mark("See that a worker runs."),
    ),
    "check_failed": Words(
        mark("The check %(check)s could not be made (%(error)s)."),
        mark("Look into the log, and tell the makers of Keshi."),
    ),
}


def said(finding: Finding, language: str = "en") -> Words:
    """What to tell of a finding, in a language of the house."""
    words, say = CONDITION[finding.code], wording(language).gettext
    what, mend = say(words.what), say(words.mend) if words.mend else ""
    if not finding.places:
        return Words(what, mend)
    return Words(what % finding.places, mend % finding.places)
