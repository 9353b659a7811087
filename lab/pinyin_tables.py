"""``python -m lab.pinyin_tables``: writes the tables of ``crm/kit/pinyin.py`` from pypinyin.

The library keeps 42,000 characters and 47,000 phrases in dictionaries of 54 MB a process. The
tables hold the same readings: characters by what they share, and only those phrases that change a
reading, which are those whose characters are read otherwise than one by one, and those that hold
such a phrase without being read like it.
"""

import json
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

TARGET = Path(__file__).parents[1] / "crm" / "kit"


def characters() -> dict[str, str]:
    """Character → its readings with tones, parted by commas, the usual first."""
    text = files("pypinyin").joinpath("pinyin_dict.json").read_text(encoding="utf-8")
    return {chr(int(code)): ways for code, ways in json.loads(text).items()}


def phrases_that_matter() -> dict[str, list[str]]:
    """Phrase → its readings with tones, one a character."""
    text = files("pypinyin").joinpath("phrases_dict.json").read_text(encoding="utf-8")
    every: dict[str, list[list[str]]] = json.loads(text)
    single = {char: ways.split(",")[0] for char, ways in characters().items()}
    first = {
        phrase: [ways[0] for ways in said]
        for phrase, said in every.items()
        if len(said) == len(phrase) > 1
    }
    odd = {p: said for p, said in first.items() if said != [single.get(char) for char in p]}
    longer = {p: s for p, s in first.items() if p not in odd and _holds_one_of(p, odd)}
    return dict(sorted((odd | longer).items()))


def _holds_one_of(phrase: str, odd: dict[str, list[str]]) -> bool:
    return any(
        phrase[start:end] in odd
        for start in range(len(phrase))
        for end in range(start + 2, len(phrase) + 1)
    )


def write() -> None:
    shared: dict[str, list[str]] = defaultdict(list)
    for char, ways in sorted(characters().items()):
        shared[ways].append(char)
    lines = (f"{ways} {''.join(chars)}\n" for ways, chars in sorted(shared.items()))
    (TARGET / "pinyin_characters.txt").write_text("".join(lines), encoding="utf-8")
    phrases = phrases_that_matter().items()
    lines = (f"{phrase} {' '.join(said)}\n" for phrase, said in phrases)
    (TARGET / "pinyin_phrases.txt").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write()
