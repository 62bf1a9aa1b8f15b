"""How a sentence of ours speaks: does it state a thing, or deny it, ask it, offer it, hang it on a condition?

Every text here is in lower case: a pattern that minds no capitals takes twice the time."""

import re
from bisect import bisect_right
from functools import cached_property

IDIOMS = re.compile(
    r"\bno (?:problem|worries|doubt|trouble|sweat)\b|\bnot a problem\b|\bdon't (?:worry|"
    r"forget)\b(?: about (?:it|a thing))?|\bnot only\b|\b(?:just )?(?:want(?:ed)?|writing|reaching out|here|calling|"
    r"texting) to (?:say|let you know|tell you|inform you)(?: that)?\b|"
    r"\bwithout (?:a )?(?:doubt|question|fail|delay)\b|"
    r"\bcan't wait(?: to)?\b|\bmanaged to\b|\bno need to \w+|"
    r"\b(?:you )?can (?:consider|count|expect|relax|rest)\b|\bi can (?:confirm|tell|assure|see)\b|\b(?:happy|glad|"
    r"pleased|able|like|delighted) to (?:confirm|say|report|tell|let you know)\b|"
    r"\bonce (?:again|more)\b|\bif you (?:need|have|want to (?:change|cancel)|don't mind|ever)\b|"
    r"\bif (?:any|some)thing\b|\bnot to worry\b|\bno se preocupe\b|\bno hay problema\b|\bsin (?:duda|problema|"
    r"falta)\b|\bnothing (?:else|more) (?:to do|needed|is needed)\b|\bwe would like to (?:confirm|inform)\b|"
    r"\bsi tiene (?:alguna|preguntas)\b|\bsi necesita\b",
)
BREAK = re.compile(
    r"[;:!.]\s|\s-+\s|\b(?:but|however|though|although|pero|because|"
    r"since|so)\b|\n",
)
DENIED = re.compile(
    r"\b(?:not|never|nothing|no|none|nobody|neither|nor|without|cannot|unable|nunca|nada|ningun[oa]?|sin|"
    r"ni|tampoco|hardly|yet to)\b|n't\b|\bno one\b",
)
IFFY = re.compile(
    r"\b(?:would|could|can|may|might|shall|want(?:s|ed)?|(?:like|love|prefer|need|ask(?:ed)?|hop(?:e|ing)|"
    r"try(?:ing)?|happy|glad|ready|(?<!was )(?<!were )(?<!been )able|wish(?:es)?|asking) (?:\w+ ){0,3}to|let me know|"
    r"let's|(?<!able )(?<!going )to(?= (?:get|have|be|"
    r"keep|make|come|see(?! you)|book|fix|move|cancel|schedule)\b)|in order to|before|until|once|if|"
    r"when|whenever|unless|after|as soon as|needs? to|must|reply|whether|either|say|what|which|how|puedo|"
    r"podemos|podria|puede|pueden|quiere|quieres|quisiera|desea|gustaria|si(?= \w)|cuando|una vez|para (?:que|"
    r"confirmar|reservar|agendar|cancelar)|antes de|hasta|"
    r"in case|supposed to|options?|should (?:i|we)|(?:do|did|have|are|were|is|was|has) (?:you|i|we|your|it|"
    r"that|the)(?: \w+){0,3}?$)\b",
)
IF_OK = re.compile(
    r"\bif (?:that|it|this)(?:'s| is) (?:ok|okay|fine|all right|alright|good)\b|\bif you(?:'d)? (?:like|want|wish|"
    r"prefer)\b(?! to)"
)
BARE_QUESTION = re.compile(r"[^,;:.!?]*\?")  # "All set to start?"
# "Your request isn't with them yet", "I've booked nothing": denied after the word.
DENIED_AFTER = re.compile(r"n't\b| (?:not|nothing|never|none|nobody)\b(?! (?:only|yet heard))")
# "Tell me a day and I'll book it", "once you pick one, it is booked": what they lead up to has not happened.
LEADS_UP = re.compile(
    r"\b(?:tell me|let me know|reply|say|pick|choose|send|give|text|name) |"
    r"\b(?:digame|dime|aviseme|avisame|responda|elija|escoja|mandeme|escribame)\b"
)
THEN = re.compile(r"\b(?:and|then|y) (?:then |yo )?(?:it's |it is |that's |you're |you are )?$")
LEAD_IF = re.compile(
    r"(?:^|[,.] |- |\band )\s*(?:and |then |so |great |ok |okay |pero |but )?(?:if|once|when|as soon as|"
    r"after|unless|until|before|si|cuando|una vez|en cuanto|despues)\b(?! (?:all|checking|looking|reviewing|"
    r"you go))"
)
TAIL_IF = re.compile(
    r"\b(?:once|if|as soon as|after|when(?! (?:he|she)\b)|until|unless|pending|subject to|provided|cuando|"
    r"una vez que|si|"
    r"hasta que|en cuanto)\s+(?:(?:you|he|she|it|they|we|i|the office|that)(?:'re|'ve|'s)?\b(?! (?:need|have any|"
    r"want to|ever|require))|approv|your|confirm|lo |la |usted|me |nos |dice|that|one )|"
    r"\b(?:(?:whichever|whatever|any(?:thing)?|either)(?: \w+)?|one|time|day)(?: that)? you\b"
)
TAIL_ENDS = re.compile(r"[;,.!]|\bbut\b")
ASKING = re.compile(
    r"(?:^\s*|[,;:.!-]\s+|\b(?:and|so|or|but|then|ok|okay|great|y|o)\s+)(?:and |so |or |also |then |"
    r"just to (?:confirm|check), )?(?:would|do|does|did|can|could|shall|should|want|is|are|am|was|were|has|have|"
    r"had|which|what|when|where|who|how|may|might|will|won't|isn't|aren't|ready|all set|good to go|need|any|"
    r"like (?:me|us)|"
    r"you(?:'d| would) (?:like|prefer)|you (?:want|mean|meant|wanted|said)|did you|¿)(?:\b|(?<=¿))"
)


class Mood:
    """One sentence in lower case, without its idioms, and where it denies, asks, offers and hangs on a condition: read
    once for everything the sentence says."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    @cached_property
    def breaks(self) -> list[int]:
        """Where each clause begins."""
        commas = [spot for spot, letter in enumerate(self.sentence, start=1) if letter == ","]
        return sorted([0, *commas, *(found.end() for found in BREAK.finditer(self.sentence))])

    @cached_property
    def denials(self) -> list[tuple[int, int]]:
        return [found.span() for found in DENIED.finditer(self.sentence)]

    @cached_property
    def ifs(self) -> list[tuple[int, int]]:
        return [found.span() for found in IFFY.finditer(self.sentence)]

    @cached_property
    def lead_ifs(self) -> list[int]:
        return [found.end() for found in LEAD_IF.finditer(self.sentence)]

    @cached_property
    def leads_up(self) -> list[int]:
        return [found.end() for found in LEADS_UP.finditer(self.sentence)]

    @cached_property
    def tail_ifs(self) -> list[tuple[int, int]]:
        return [found.span() for found in TAIL_IF.finditer(self.sentence)]

    @cached_property
    def if_ok(self) -> list[int]:
        return [found.start() for found in IF_OK.finditer(self.sentence)]

    @cached_property
    def askings(self) -> list[int]:
        return [found.end() for found in ASKING.finditer(self.sentence)]

    def denied(self, start: int) -> bool:
        """True when the clause says "not" before that spot."""
        return within(self.denials, self.clause(start), start)

    def clause(self, spot: int) -> int:
        """Where the clause around that spot begins."""
        return self.breaks[bisect_right(self.breaks, spot) - 1]

    def asserted(self, start: int, end: int, *, denial_counts: bool = True) -> bool:
        """The span of a wording in; False when it is denied, asked, offered or hangs on a condition."""
        if denial_counts and (self.denied(start) or DENIED_AFTER.match(self.sentence, end)):
            return False
        text = self.sentence
        if within(self.ifs, self.clause(start), start):
            return False
        if any(lead <= start and text.count(",", lead, start) == 1 for lead in self.lead_ifs):
            return False
        if self.leads_up and THEN.search(text, max(0, start - 20), start):
            if any(lead <= start and not {".", ";"} & {*text[lead:start]} for lead in self.leads_up):
                return False
        if "?" in text[end:] and (
            "¿" in text[:start] or any(lead <= start + 1 and "?" not in text[lead:start] for lead in self.askings)
        ):
            return False
        if any(end <= spot for spot in self.if_ok) or (start < 2 and BARE_QUESTION.match(text, end)):
            return False
        if not self.tail_ifs:
            return True
        stop = TAIL_ENDS.search(text, end)
        return not within(self.tail_ifs, end, stop.start() if stop else len(text))


def within(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """True when one of the spans lies between those two spots."""
    return any(start <= first and last <= end for first, last in spans)


def near(left: str) -> str:
    """Everything left of a spot in a sentence in; its own clause out: what a "not" must stand in to deny it."""
    return BREAK.split(left)[-1].split(",")[-1]


def without_idioms(sentence: str) -> str:
    """ "No problem", "don't worry" and their like deny nothing and ask nothing: blanked out, lengths stay."""
    return IDIOMS.sub(lambda idiom: "~" * len(idiom[0]), sentence)
