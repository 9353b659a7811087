"""Names for a million guests: three in four Chinese by the demo's table, the others made up."""

import random

from crm.guests.naming import NameParts
from crm.guests.terms import NameKind
from lab.demo.chinese_names import a_name

_GIVEN_WORDS = (
    "Anna Bert Camille Daniel Emma Felix Grace Hugo Irene Jonas Karen Louis Maria Nils Olga "
    "Paul Rosa Simon Tessa Ulrich Vera Walter Yvonne Zoe Adam Bella Carlos Diana Edgar Fatima "
    "Georg Helen Ivan Julia Kevin Laura Marco Nadia Oscar Petra Ralf Sofia Tomas Ursula "
    "Victor Wendy"
)
GIVEN = _GIVEN_WORDS.split()
_STEMS_WORDS = (
    "Ander Berg Cast Dahl Eber Frank Gold Hamm Ing Jans Kell Lind Mart Nor Olm Peter Rich "
    "Schn Thom Ull Vogt Wint Zimm Alm Brun Cold Duv Ess Fern Grun Holt Jord Kow Land Mont Nov "
    "Ort Perr Ross San Tor Vill Wald Yard Bast Cres Dorn Falk Garn Hoff Kirch Lamb Mend Pell "
    "Rask Sand Tann"
)
_STEMS = _STEMS_WORDS.split()
_FAMILY_WORDS = (
    "Smith Dubois Garcia Mueller Rossi Novak Jensen Kowalski Andersson Ferreira Papadopoulos "
    "Okonkwo Haddad Petrov Yilmaz Nguyen Tanaka Williams Fischer Laurent Moreau Bianchi Costa"
)
FAMILY = _FAMILY_WORDS.split()
_ENDS_WORDS = "er mann sen son berg ini ez ski ova ard elli feld quist ier idis yan"
_ENDS = _ENDS_WORDS.split()


def names_of(rng: random.Random) -> tuple[list[NameParts], bool | None]:
    """The names of one guest, as a registration would have read them, and whether a woman's."""
    if rng.random() < 0.25:
        given, family = rng.choice(GIVEN), rng.choice(_STEMS) + rng.choice(_ENDS)
        return [NameParts(f"{given} {family}", NameKind.LATIN, family, given)], None
    female = rng.random() < 0.5
    spelt = a_name(rng, female)
    native = NameParts(spelt.family + spelt.given, NameKind.NATIVE, spelt.family, spelt.given)
    full = f"{spelt.latin_family.upper()} {spelt.latin_given}"
    latin = NameParts(full, NameKind.LATIN, spelt.latin_family.upper(), spelt.latin_given)
    return [native, latin], female
