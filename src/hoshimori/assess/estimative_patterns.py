"""What the linter of estimative language looks for: the words of the scale, the words beside it, and where a sentence ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

RELIABILITY = (
    "completely reliable", "usually reliable", "fairly reliable", "not usually reliable", "unreliable",
    "reliability cannot be judged",
)  # fmt: skip
CREDIBILITY = (
    "confirmed by other sources", "probably true", "possibly true", "doubtful", "improbable", "truth cannot be judged",
)  # fmt: skip
RELIABILITY_JA = (
    "完全に信頼できる", "通常は信頼できる", "かなり信頼できる", "通常は信頼できない", "信頼できない", "信頼性を判定できない",
)  # fmt: skip
CREDIBILITY_JA = (
    "他の情報源により確認済み", "おそらく真実", "真実かもしれない", "疑わしい", "真実とは考えにくい", "真偽を判定できない",
)  # fmt: skip
"""Admiralty grades (NATO AJP-2.1): the words belong to the grade of a source, not to an estimate of ours."""

GRADE = re.compile(
    rf"\b[A-F][1-6], (?:{'|'.join(RELIABILITY)}), (?:{'|'.join(CREDIBILITY)})"
    rf"|[A-F][1-6]、(?:{'|'.join(RELIABILITY_JA)})、(?:{'|'.join(CREDIBILITY_JA)})"
)
QUOTED = re.compile(r"“[^”\n]*”|「[^」\n]*」|『[^』\n]*』|(?<!\w)\"[^\"\n]*\"(?!\w)")
END = re.compile(r"[。！？]+[」』）]*|[.!?]+[)\"”’]*(?=\s|$)")
ABBREVIATIONS = frozenset(
    """e.g i.e cf vs no nos fig figs art arts approx ca dr mr mrs ms gen col lt maj capt adm sgt prof st sec para pp p vol al
    resp incl jan feb mar apr jun jul aug sep sept oct nov dec""".split()  # noqa: SIM905
)
STARTERS = r"(?:The|It|There|That|This|These|Those|We|They|He|She|In|On|At|A|An|Confidence|No|Not|What|Whether|If|From|For)\b"
OPENINGS: Mapping[str, str] = {
    "almost no chance": "There is almost no chance",
    "roughly even chance": "There is a roughly even chance",
    "roughly even odds": "There are roughly even odds",
    "remote": "The chance is remote",
}


@dataclass(frozen=True)
class Book:
    """The patterns of one language. `worn`: a term of the scale under a word that makes it another, such as "highly likely"."""

    rows: tuple[tuple[int, re.Pattern[str]], ...]
    worn: re.Pattern[str]
    outside: re.Pattern[str]
    confidence: re.Pattern[str]
    share: re.Pattern[str]
    hostile: re.Pattern[str]
    paper: re.Pattern[str]
    act: re.Pattern[str]
    article: re.Pattern[str]
    holds: re.Pattern[str]

    def treaty(self, sentence: str) -> str:
        """The words that claim a treaty's invocation, "" where none do. Denials are caught too: the matter is not spoken of."""
        for about, claim in ((self.paper, self.act), (self.article, self.holds)):
            named, said = about.search(sentence), claim.search(sentence)
            if named and said:
                return f"{named[0]} ... {said[0]}"
        return ""


def _english(lines: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """One pattern a line, of whole words; a space stands for any white space."""
    parts = (line.strip().replace(" ", r"\s+") for line in lines.strip().splitlines())
    return re.compile("|".join(rf"\b(?:{part})(?!\w)" for part in parts), flags)


def _japanese(lines: str) -> re.Pattern[str]:
    return re.compile("|".join(line.strip() for line in lines.strip().splitlines()))


EN = Book(
    rows=(
        (
            1,
            _english("""
            almost no chance
            very (?:un)?likely
            (?:un)?likely
            roughly even chance
            almost certain(?:ly)?
            """),
        ),
        (
            2,
            _english("""
            highly (?:im)?probable
            (?:im)?probabl[ey]
            roughly even odds
            nearly certain
            remote (?:chance|possibility)
            (?:is|are|was|as|from|to) remote(?! (?:sens|control|site|island|station|terminal|area))
            """),
        ),
    ),
    worn=_english("""
        (?:highly|extremely|quite|rather|fairly|somewhat|most|more|less|least|hardly|overwhelmingly|reasonably|not) (?:un)?likely
        (?:not at all|not very|increasingly|really) (?:un)?likely
        (?:very|extremely|quite|rather|fairly|more|most|less|not) (?:im)?probable
        (?:virtually|absolutely|practically|all but|quite|completely|not) certain
        (?:un)?likel(?:ier|iest)
    """),
    outside=_english("""
        possibly
        (?:is|was|it's|remains|seems) (?:\\w+ )?possible
        possible that
        perhaps|maybe|might
        (?:conceivabl|presumabl|plausibl)[ey]
        apparently|seemingly|supposedly|certainly|definitely|surely
        (?:un)?doubtedly|doubtless|no doubt
        (?:is|was|seems) doubtful
        impossible
        (?:is|was|are|were) certain
        certain that
        (?:cannot|can't|can not|could not) (?:be )?ruled? out
        in all (?:likelihood|probability)
        (?:good|slight|small|fair|real|strong|outside|serious|even|high|low) (?:chance|possibility|probability|likelihood|odds)
        there is a (?:chance|possibility)
        could (?:well |also |not )?(?:be|have)(?! (?:been )?(?:seen|read|found|known|told|computed|measured|checked|heard|shown))
        (?-i:may(?!(?: not)? (?:read|see|request|ask|be read|be seen|be shared|be released)))
        (?-i:May (?:well )?(?:be|have))
    """),
    confidence=_english("confiden(?:ce|t|tly)(?! (?:interval|region|ellipse|bound|limit))"),
    share=_english(r"\d+(?:\.\d+)?\s?(?:%|percent|per cent)(?! confidence (?:interval|region|ellipse|bound|limit))"),
    hostile=_english("""
        hostil(?:e|ity)(?! environment)
        acts? of (?:war|aggression)
        aggress(?:ion|or|ors)
        maliciou\\w*|malign
        (?:the|an?) (?:enemy|adversary|attacker)
        (?:is|was|were|are|constitute[sd]?|amount(?:s|ed)? to|became) (?:an? )?(?:armed )?attacks?
    """),
    paper=_english("""
        articles?
        art\\.?\\s?(?:[ivx]+|\\d+)
        treat(?:y|ies)
        clauses?|pact
        collective (?:self-)?defen[cs]e
    """),
    act=_english("""
        invok\\w*|invocation
        trigger\\w*
        activat\\w*
        comes? into play
        sets? off
    """),
    article=_english("(?:article|art\\.?)\\s?(?:v|5|five)"),
    holds=_english("""
        appl(?:y|ies|ied|icable)
        (?:is|are|was|were) (?:now )?(?:met|fulfilled|satisfied|due|in force)
        obliges?
    """),
)

JA = Book(
    rows=(
        (
            1,
            _japanese("""
            可能性[はがも]、?(?:(?:ほとんどない|非常に低い|低い|ほぼ五分五分|高い|非常に高い|ほぼ確実)～?)+
            ほぼ確実
            ほぼ五分五分
            """),
        ),
        (
            2,
            _japanese("""
            蓋然性[はがも]、?(?:(?:ごくわずか|極めて小さい|小さい|ほぼ半々|大きい|極めて大きい|確実に近い)～?)+
            確実に近い
            ほぼ半々
            """),
        ),
    ),
    worn=_japanese("""
        可能性[はがも]、?(?:極めて|きわめて|かなり|やや|比較的|十分に?|相当|著しく|ほぼ|最も|一番)(?:高い|低い|大きい|小さい)
        可能性[はがも]、?(?:大きい|小さい|濃厚|濃い|高ま|低ま)
        最も可能性[はがも]、?高い
        蓋然性[はがも]、?(?:非常に|きわめて|かなり|やや|比較的|十分に?|相当|著しく|ほぼ|最も|一番)(?:高い|低い|大きい|小さい)
        蓋然性[はがも]、?(?:極めて)?(?:高い|低い)
        公算
    """),
    outside=_japanese("""
        かもしれない|かも知れない
        おそらく|恐らく|たぶん|多分|もしかすると|ひょっとすると
        と思われる|と[見み]られる|と考えられる
        可能性[がもは](?:ある|あり|あった|否定|排除)
        (?:否定|排除)でき(?:ない|ず)
        [あり]得る|ありうる|あり得ない|ありえない
        疑いがある
        だろう|であろう|はずである|に違いない
        間違いな[いく]
        確実(?!に近い)
        必ず|必然|不可能
        (?:見込み|恐れ|おそれ)が(?:ある|高い|大きい)
    """),
    confidence=_japanese("確度|確信|自信"),
    share=_japanese(r"\d+(?:\.\d+)?\s?[%％]"),
    hostile=_japanese("""
        敵対(?:的|行為|心)|敵意|悪意|敵国
        侵略|攻撃者|戦争行為
        攻撃(?:である|であった|だった|に当たる|にあたる|に該当)
    """),
    paper=_japanese("""
        条約|安保|条項|集団的自衛権
        第?[0-9０-９一二三四五六七八九十]+条
    """),
    act=_japanese("発動|援用|トリガー"),
    article=_japanese("第?[5５五]条"),
    holds=_japanese("適用|満た|充足|該当|義務"),
)

BOOKS: Mapping[str, Book] = {"en": EN, "ja": JA}
