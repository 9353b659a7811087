"""Learns from closed cases with scikit-learn, in a process of its own that ends with the lesson.

The library and what it needs take a hundred megabytes, and a worker may live in a web process:
``python -m segmentation.triage.learning`` reads examples from its input and writes the lesson to
its output. Texts pass from process to process on one machine and touch no disk.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits  # comes with scikit-learn, which needs it

from segmentation.triage.rules import pieces, plain
from segmentation.triage.terms import (
    CASES_LEAST,
    CONFIDENCE,
    FOLDS,
    FORMAT,
    GUESTS_LEAST,
    LABEL_LEAST,
    PIECES_MOST,
    UNLEARNED,
    Question,
)

SEED = 20_260_101
STRENGTH = 10.0
ROUNDS = 1_000
GLOSSARY_TIMES = 2
"""How often the master list is read for every time that the cases are (measured: 1 to 3 are alike,
0 costs a tenth of the right answers at 300 cases)."""
PATIENCE = 10
DIGITS = 6


class Example(NamedTuple):
    """A closed case. ``of`` tells cases of one guest, so that nobody is asked about himself."""

    text: str
    category: str
    severity: str
    of: str


Glossary = Sequence[tuple[str, str]]
"""Words of the master list and the category they stand under: no guest's words."""


class Answer(NamedTuple):
    """What was said of a case that was kept back, what it was, and how sure one was."""

    said: str
    was: str
    sure: float


def learn(examples: Sequence[Example], glossary: Glossary = ()) -> dict[str, Any]:
    """``cases``, ``figures`` by question, and ``weights`` or None when there are too few.

    The same words count once, whoever said them. The master list's own words help to tell
    categories apart, where cases of the category are there at all. Accuracies are of a five-fold
    cross-validation in which all cases of one guest lie in the same fold; everything, the choice
    of pieces too, is learned anew for every fold, and only about cases is asked.
    """
    different = list({plain(one.text): one for one in examples}.values())
    lesson: dict[str, Any] = {"cases": len(different), "figures": {}, "weights": None}
    if len(different) < CASES_LEAST:
        return lesson
    # Many small sums: on two cores that others use as well, threads wait for each other
    # (95 s with two of them, 3 s with one).
    with threadpool_limits(1):
        return lesson | _lesson(different, glossary)


def _lesson(different: Sequence[Example], glossary: Glossary) -> dict[str, Any]:
    lesson: dict[str, Any] = {"figures": {}, "weights": None}
    listed = [Example(text, category, "", "") for text, category in glossary]
    chosen = _pieces_of(different, listed)
    if not chosen:
        return lesson
    whole = vectoriser(different, chosen)
    weights: dict[str, Any] = {
        "format": FORMAT,
        "pieces": chosen,
        "rarity": [round(float(value), DIGITS) for value in whole.idf_],
        "questions": {},
    }
    for question in Question:
        learned = _labelled(different, question)
        if len({label for _, label in learned}) < 2:
            continue
        helping = listed if question is Question.CATEGORY else []
        lesson["figures"][question.value] = _figures(_cross_validated(learned, helping))
        taught = classifier(learned + _helping(helping, learned), whole)
        weights["questions"][question.value] = _numbers(taught)
    lesson["weights"] = weights if Question.CATEGORY.value in weights["questions"] else None
    return lesson


def _labelled(examples: Sequence[Example], question: Question) -> list[tuple[Example, str]]:
    """Examples with their labels; those of rare categories under one, if they are many together."""
    labels = [getattr(one, question.value) for one in examples]
    counts = Counter(labels)
    rare = sum(count for count in counts.values() if count < LABEL_LEAST)
    together = question is Question.CATEGORY and rare >= LABEL_LEAST
    found = []
    for one, label in zip(examples, labels, strict=True):
        if counts[label] >= LABEL_LEAST:
            found.append((one, label))
        elif together:
            found.append((one, UNLEARNED))
    return found


def _helping(
    listed: Sequence[Example], learned: Sequence[tuple[Example, str]]
) -> list[tuple[Example, str]]:
    """The master list's words of the categories that are being learned."""
    labels = {label for _, label in learned}
    return [(one, one.category) for one in listed if one.category in labels] * GLOSSARY_TIMES


def _pieces_of(examples: Sequence[Example], listed: Sequence[Example]) -> list[str]:
    """The pieces that cases of enough different guests hold, the most frequent of them, and those
    of the master list, which are nobody's."""
    held: dict[str, set[str]] = {}
    for one in examples:
        for piece in set(pieces(one.text)):
            held.setdefault(piece, set()).add(one.of)
    many = [(-len(guests), piece) for piece, guests in held.items() if len(guests) >= GUESTS_LEAST]
    most = {piece for _, piece in sorted(many)[:PIECES_MOST]}
    return sorted(most.union(*(pieces(one.text) for one in listed)))


def vectoriser(examples: Sequence[Example], chosen: Sequence[str]) -> TfidfVectorizer:
    """Weighs pieces by how rare they are in these examples."""
    made = TfidfVectorizer(analyzer=pieces, vocabulary=chosen, sublinear_tf=True, norm="l2")
    return made.fit([one.text for one in examples])


def classifier(
    learned: Sequence[tuple[Example, str]], weighing: TfidfVectorizer
) -> LogisticRegression:
    """Multinomial logistic regression; the same examples always give the same weights."""
    made = LogisticRegression(C=STRENGTH, max_iter=ROUNDS)
    return made.fit(
        weighing.transform([one.text for one, _ in learned]), [label for _, label in learned]
    )


def _cross_validated(
    learned: Sequence[tuple[Example, str]], listed: Sequence[Example]
) -> list[Answer]:
    """An answer to every case, by a lesson that has seen no case of its guest."""
    labels = np.array([label for _, label in learned])
    groups = np.array([one.of for one, _ in learned])
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    answers: list[Answer] = []
    for seen, kept_back in folds.split(labels, labels, groups):
        lesson = [learned[place] for place in seen]
        asked = [learned[place] for place in kept_back]
        chosen = _pieces_of([one for one, _ in lesson], listed)
        if not asked or len({label for _, label in lesson}) < 2:
            continue
        weighing = vectoriser([one for one, _ in lesson], chosen)
        taught = classifier(lesson + _helping(listed, lesson), weighing)
        found = taught.predict_proba(weighing.transform([one.text for one, _ in asked]))
        for (_, was), row in zip(asked, found, strict=True):
            best = int(row.argmax())
            answers.append(Answer(str(taught.classes_[best]), was, float(row[best])))
    return answers


def _figures(answers: Sequence[Answer]) -> dict[str, Any]:
    """Counts, so that every share can be made from them and told with them."""
    spoken = [a for a in answers if a.sure >= CONFIDENCE and a.said != UNLEARNED]
    labels = sorted({a.was for a in answers} | {a.said for a in spoken})
    return {
        "cases": len(answers),
        "right": sum(a.said == a.was for a in answers),
        "commonest": max(Counter(a.was for a in answers).values(), default=0),
        "spoken": len(spoken),
        "spoken_right": sum(a.said == a.was for a in spoken),
        "labels": [
            {
                "label": label,
                "cases": sum(a.was == label for a in answers),
                "right": sum(a.was == label == a.said for a in answers),
                "spoken": sum(a.said == label for a in spoken),
                "spoken_right": sum(a.said == label == a.was for a in spoken),
            }
            for label in labels
        ],
    }


def _numbers(taught: LogisticRegression) -> dict[str, Any]:
    """Weights as numbers: a row for every piece, a column for every label.

    Of two labels scikit-learn keeps one row, for the second; the first then weighs nothing.
    """
    rows, intercepts = taught.coef_, taught.intercept_
    if len(taught.classes_) == 2:
        rows = np.vstack([np.zeros_like(rows[0]), rows[0]])
        intercepts = np.array([0.0, intercepts[0]])
    return {
        "labels": [str(label) for label in taught.classes_],
        "intercepts": [round(float(value), DIGITS) for value in intercepts],
        "rows": [[round(float(value), DIGITS) for value in row] for row in rows.T],
    }


def main() -> None:
    """``examples`` and ``glossary`` as JSON on the input, the lesson as JSON on the output."""
    os.nice(PATIENCE)
    told = json.load(sys.stdin)
    examples = [Example(*one) for one in told["examples"]]
    glossary = [(text, category) for text, category in told["glossary"]]
    json.dump(learn(examples, glossary), sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
