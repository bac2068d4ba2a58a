"""How likely, in words: the seven terms of ICD 203 in English and Japanese, and a linter that holds texts to them.

Scale: Intelligence Community Directive 203, Analytic Standards (2015): seven ranges, each with a word of either row; one text
keeps to one row; a confidence level and a degree of likelihood never stand in the same sentence. The Japanese words are ours
(judged: no published translation was found): row 1 grades 可能性, row 2 grades 蓋然性, and confidence is 確度, so that likelihood
and confidence never share a noun.

The linter reads words, not meaning. It is strict rather than clever: what it cannot tell from a fault, it calls one. It passes
over what stands between quotation marks, which is what somebody else said, and over Admiralty grades written out by `graded`.
A question is no estimate and no finding: it may use words outside the scale, and ask about hostility.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hoshimori.assess import estimative_patterns as patterns
from hoshimori.errors import UsageError
from hoshimori.judgements import check_grade

LEVELS = ("low", "moderate", "high")
LEVELS_JA = {"low": "低い", "moderate": "中程度", "high": "高い"}
RELIABILITY = {
    "en": dict(zip("ABCDEF", patterns.RELIABILITY, strict=True)),
    "ja": dict(zip("ABCDEF", patterns.RELIABILITY_JA, strict=True)),
}
CREDIBILITY = {
    "en": dict(zip("123456", patterns.CREDIBILITY, strict=True)),
    "ja": dict(zip("123456", patterns.CREDIBILITY_JA, strict=True)),
}
SETTLE = 9
"""Decimals that a share is rounded to before it is put into a range, so that 1 - 0.45 is the boundary 0.55."""


@dataclass(frozen=True, slots=True)
class Term:
    """One range of the scale. `words`, `words_ja`: row 1, row 2; the Japanese ones are what 可能性 and 蓋然性 are said to be."""

    term_id: str
    low: float
    high: float
    words: tuple[str, str]
    words_ja: tuple[str, str]

    def word(self, language: str = "en", row: int = 1) -> str:
        _check(language, row)
        return (self.words if language == "en" else self.words_ja)[row - 1]


TERMS = (
    Term("almost_no_chance", 0.01, 0.05, ("almost no chance", "remote"), ("ほとんどない", "ごくわずか")),
    Term("very_unlikely", 0.05, 0.20, ("very unlikely", "highly improbable"), ("非常に低い", "極めて小さい")),
    Term("unlikely", 0.20, 0.45, ("unlikely", "improbable"), ("低い", "小さい")),
    Term("roughly_even", 0.45, 0.55, ("roughly even chance", "roughly even odds"), ("ほぼ五分五分", "ほぼ半々")),
    Term("likely", 0.55, 0.80, ("likely", "probable"), ("高い", "大きい")),
    Term("very_likely", 0.80, 0.95, ("very likely", "highly probable"), ("非常に高い", "極めて大きい")),
    Term("almost_certain", 0.95, 0.99, ("almost certain", "nearly certain"), ("ほぼ確実", "確実に近い")),
)
BY_ID = {t.term_id: t for t in TERMS}


def term(p: float) -> Term:
    """The term of a share of 1. A boundary belongs to the term nearer to an even chance, the weaker claim.

    Below 1 % it stays "almost no chance", above 99 % "almost certain": nothing is ever called impossible or certain.

    >>> term(0.55).term_id, term(0.551).term_id, term(0.2).term_id, term(0.0).term_id
    ('roughly_even', 'likely', 'unlikely', 'almost_no_chance')
    """
    if not 0.0 <= p <= 1.0:
        raise UsageError(f"likelihood {p}: a share of 1, from 0 to 1")
    p = round(p, SETTLE)
    if p < 0.5:
        return next(t for t in TERMS if p < t.high)
    return next(t for t in reversed(TERMS) if p > t.low)


def wording(low: float, high: float, *, language: str = "en", row: int = 1) -> str:
    """The words of a range: one term, or "from X to Y" where it spans several.

    >>> wording(0.6, 0.7), wording(0.3, 0.7), wording(0.3, 0.7, language="ja")
    ('likely', 'from unlikely to likely', '低い～高い')
    """
    if low > high:
        raise UsageError(f"likelihood from {low} to {high}: the low end first")
    first, last = term(low).word(language, row), term(high).word(language, row)
    if first == last:
        return first
    return f"from {first} to {last}" if language == "en" else f"{first}～{last}"


def percent(p: float, language: str = "en") -> str:
    """A share in whole percent, never 0 or 100: "below 1 %" and "above 99 %" at the ends.

    >>> percent(0.004), percent(0.996), percent(0.55)
    ('below 1 %', 'above 99 %', '55 %')
    """
    if p < 0.01:
        return "below 1 %" if language == "en" else "1 %未満"
    if p > 0.99:
        return "above 99 %" if language == "en" else "99 %超"
    return f"{100.0 * p:.0f} %"


def ends(low: float, high: float, language: str = "en") -> str:
    """Both ends of a range in percent, once where they read the same.

    >>> ends(0.62, 0.81), ends(0.001, 0.004)
    ('62 % to 81 %', 'below 1 %')
    """
    first, last = percent(low, language), percent(high, language)
    return first if first == last else f"{first} to {last}" if language == "en" else f"{first}～{last}"


def figures(low: float, value: float, high: float, *, language: str = "en") -> str:
    """A range with its best value, in percent.

    >>> figures(0.62, 0.73, 0.81)
    '62 % to 81 %, best value 73 %'
    """
    said = ends(low, high, language)
    return f"{said}、最良値 {percent(value, language)}" if language == "ja" else f"{said}, best value {percent(value)}"


def likelihood(what: str, low: float, value: float, high: float, *, language: str = "en", row: int = 1) -> str:
    """One sentence about how likely it is that this was `what` ("a technical failure"), and nothing about confidence.

    >>> likelihood("a technical failure", 0.62, 0.73, 0.79)
    'It is likely (62 % to 79 %, best value 73 %) that this was a technical failure.'
    >>> likelihood("a technical failure", 0.31, 0.5, 0.68)
    'The likelihood that this was a technical failure ranges from unlikely to likely (31 % to 68 %, best value 50 %).'
    """
    said = wording(low, high, language=language, row=row)
    numbers = figures(low, value, high, language=language)
    if language == "ja":
        noun = ("可能性", "蓋然性")[row - 1]
        if term(low) == term(high) == TERMS[-1]:
            return f"{what}であることは{said}である（{numbers}）。"
        return (
            f"{what}である{noun}は{said}（{numbers}）。"
            if "～" not in said
            else f"{what}である{noun}は{said}の範囲（{numbers}）。"
        )
    if term(low) != term(high):
        return f"The likelihood that this was {what} ranges {said} ({numbers})."
    opening = patterns.OPENINGS.get(said, f"It is {said}")
    return f"{opening} ({numbers}) that this was {what}."


def confidence(level: str, *, language: str = "en") -> str:
    """One sentence about the confidence, and nothing about how likely.

    >>> confidence("moderate")
    'Confidence in this judgement is moderate.'
    """
    if level not in LEVELS:
        raise UsageError(f"confidence {level!r}: one of {', '.join(LEVELS)}")
    _check(language, 1)
    return f"Confidence in this judgement is {level}." if language == "en" else f"この判断の確度は{LEVELS_JA[level]}。"


def graded(grade: str, *, language: str = "en") -> str:
    """An Admiralty grade in words: how reliable the source is, how credible what it says. No likelihood of ours.

    >>> graded("B2")
    'B2, usually reliable, probably true'
    """
    check_grade(grade)
    _check(language, 1)
    join = ", " if language == "en" else "、"
    return join.join((grade, RELIABILITY[language][grade[0]], CREDIBILITY[language][grade[1]]))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing a text says that it may not say so. `found`: the words; `expected`: what would do."""

    code: str
    found: str
    sentence: str
    expected: str

    def __str__(self) -> str:
        return f"{self.code}: {self.found!r} in {self.sentence!r}: {self.expected}"


def lint(text: str, language: str = "en") -> tuple[Fault, ...]:
    """What a text says that the scale, or the law of this house, forbids; in the order of the text, empty where nothing.

    Codes: confidence-with-likelihood, rows-mixed, outside-scale, treaty, hostility.

    >>> [f.code for f in lint("We judge with high confidence that it is likely. Perhaps it was hostile.")]
    ['confidence-with-likelihood', 'outside-scale', 'hostility']
    >>> lint("It is likely (62 % to 79 %) that this was a technical failure. Confidence is moderate, e.g. as two sources agree.")
    ()
    """
    _check(language, 1)
    book = patterns.BOOKS[language]
    rows: list[tuple[int, str, str]] = []
    faults: list[Fault] = []
    for sentence in sentences(text, language):
        faults += _in_sentence(sentence, book, rows)
    first_row = rows[0][0] if rows else 1
    faults += [
        Fault("rows-mixed", found, said, f"one text keeps to the words of one row; this one began with row {first_row}")
        for row, found, said in rows
        if row != first_row
    ]
    return tuple(faults)


def sentences(text: str, language: str = "en") -> list[str]:
    """The sentences of a text, what is quoted and grades written out blanked.

    Ends are 。！？ and . ! ? before a space; not after an abbreviation ("e.g.", "Art.", "U.S."), an initial or a decimal point.
    A blank line, a bullet or a table's bar ends one too; a line break alone does not.
    """
    out: list[str] = []
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*•・|]|\d+[.)]\s))", text):
        quiet = patterns.QUOTED.sub(lambda m: " " * len(m[0]), patterns.GRADE.sub(lambda m: " " * len(m[0]), block))
        out += _split(" ".join(quiet.split()) if language == "en" else "".join(x.strip() for x in quiet.splitlines()))
    return [s for s in out if s.strip()]


def _split(block: str) -> list[str]:
    out, start = [], 0
    for end in patterns.END.finditer(block):
        if end[0][0] == "." and not _ends(block, end):
            continue
        out.append(block[start : end.end()].strip())
        start = end.end()
    return [*out, block[start:].strip()]


def _ends(block: str, end: re.Match[str]) -> bool:
    """Does this full stop end a sentence? Where that is open, it does not: the longer sentence is held to more."""
    before, after = block[: end.start()], block[end.end() :].lstrip()
    word = re.search(r"\S*$", before)
    last = word[0].lstrip("(\"'“") if word else ""
    if after[:1].islower() or last.lower() in patterns.ABBREVIATIONS:
        return False
    if re.fullmatch(r"[A-Z]", last) or re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", last):
        return re.match(patterns.STARTERS, after) is not None
    return True


def _in_sentence(sentence: str, book: patterns.Book, rows: list[tuple[int, str, str]]) -> list[Fault]:
    faults = []
    rest = sentence
    outside = [m[0] for m in book.worn.finditer(rest)]  # "highly likely": before the terms, of which they hold a part
    rest = book.worn.sub(_blank, rest)
    terms = []
    for row, pattern in book.rows:
        terms += [(m.start(), row, m[0]) for m in pattern.finditer(rest)]
        rest = pattern.sub(_blank, rest)
    rows += [(row, found, sentence) for _, row, found in sorted(terms)]
    outside += [m[0] for m in book.outside.finditer(rest)]
    sure = book.confidence.search(sentence)
    degree = [found for _, _, found in sorted(terms)] or outside or [m[0] for m in book.share.finditer(sentence)]
    if sure and degree:
        found = f"{sure[0]} ... {degree[0]}"
        faults.append(Fault("confidence-with-likelihood", found, sentence, "two sentences, one for each"))
    asked = sentence.rstrip('」』）)"” ').endswith(("?", "？", "か。"))
    if not asked:
        faults += [Fault("outside-scale", found, sentence, "a term of the scale, or a plain statement") for found in outside]
    if acted := book.treaty(sentence):
        faults.append(Fault("treaty", acted, sentence, "whether a treaty is invoked is for ministers, case by case"))
    if not asked and (hostile := book.hostile.search(sentence)):
        faults.append(Fault("hostility", hostile[0], sentence, "what was seen and done; intent is not answered by a machine"))
    return faults


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _check(language: str, row: int) -> None:
    if language not in ("en", "ja"):
        raise UsageError(f"language {language!r}: one of en, ja")
    if row not in (1, 2):
        raise UsageError(f"row {row!r} of the scale: 1 or 2")
