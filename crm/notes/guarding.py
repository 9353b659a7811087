"""What free words of notes and tasks may not hold, and what they should be looked at for."""

from crm.preferences.cautions import REFUSED, cautions_in
from crm.preferences.refusals import numbers_in_words
from crm.preferences.terms import TextCaution


def looked_at(*texts: str | None) -> list[TextCaution]:
    """What the words should be looked at for; raises for a card or an identity number."""
    found = cautions_in(*texts)
    for each in found:
        if each in REFUSED:
            raise numbers_in_words(each)
    return found
