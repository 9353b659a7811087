"""Who may see which class, and how long a document stays."""

from datetime import date, timedelta

from crm.documents.terms import DocumentClass, FileKind

LAST_DAY = date(9999, 12, 31)


def policy_field(document_class: DocumentClass) -> str:
    """The field of the policy that speaks for a class of documents."""
    if document_class is DocumentClass.IDENTITY:
        return "document.identity"
    return "document.other"


def delete_after(shelved_on: date, keep_days: int) -> date:
    """The last day a document is kept."""
    if keep_days >= (LAST_DAY - shelved_on).days:
        return LAST_DAY
    return shelved_on + timedelta(days=keep_days)


def is_overdue(delete_after_day: date, today: date) -> bool:
    """Whether it must be gone: the day itself still belongs to it."""
    return today > delete_after_day


_ENDINGS = {"jpg", "jpeg", "jpe", "jfif", "png", "webp"}


def fits_name(kind: FileKind, named: str) -> bool:
    """Whether a file may come by this name: no ending, or one of its kind.

    Cameras and messengers mix up the endings of pictures, and pictures are drawn anew anyway.
    """
    last = named.replace("\\", "/").rpartition("/")[2].strip(" .")
    _, dot, ending = last.rpartition(".")
    if not dot or not ending.isalnum() or len(ending) > 10:
        return True
    return ending.casefold() in ({"pdf"} if kind is FileKind.PDF else _ENDINGS)


def file_name(title: str, suffix: str) -> str:
    """A name for the downloaded file that no system takes for a path or a device."""
    kept = "".join(c if c.isalnum() or c in " -_()" else "_" for c in title).strip(" ._")
    return f"{kept[:80] or 'document'}{suffix}"
