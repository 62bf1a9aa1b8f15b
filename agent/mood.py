"""How a sentence of ours speaks: does it state a thing, or deny it, ask it, offer it, hang it on a condition?"""

import re

IDIOMS = re.compile(
    r"\bno (?:problem|worries|doubt|trouble|sweat)\b|\bnot a problem\b|\bdon't (?:worry|"
    r"forget)\b(?: about (?:it|a thing))?|\bnot only\b|\bwithout (?:a )?(?:doubt|question|fail|delay)\b|"
    r"\bcan't wait(?: to)?\b|\b(?:was|were|been) able to\b|\bmanaged to\b|\bno need to \w+|"
    r"\b(?:you )?can (?:consider|count|expect|relax|rest)\b|\bi can (?:confirm|tell|assure|see)\b|\b(?:happy|glad|"
    r"pleased|able|like|delighted) to (?:confirm|say|report|tell|let you know)\b|"
    r"\bonce (?:again|more)\b|\bif you (?:need|have|want to (?:change|cancel)|don't mind|ever)\b|"
    r"\bif (?:any|some)thing\b|\bnot to worry\b|\bno se preocupe\b|\bno hay problema\b|\bsin (?:duda|problema|"
    r"falta)\b|\bnothing (?:else|more) (?:to do|needed|is needed)\b|\bwe would like to (?:confirm|inform)\b|"
    r"\bsi tiene (?:alguna|preguntas)\b|\bsi necesita\b",
    re.I,
)
BREAK = re.compile(
    r"[;:!.]\s|\s-+\s|\b(?:but|however|though|although|pero|because|"
    r"since|so)\b|\n",
    re.I,
)
DENIED = re.compile(
    r"\b(?:not|never|nothing|no|none|nobody|neither|nor|without|cannot|unable|nunca|nada|ningun[oa]?|sin|"
    r"ni|tampoco|hardly|yet to)\b|n't\b|\bno one\b",
    re.I,
)
IFFY = re.compile(
    r"\b(?:would|could|can|may|might|shall|want(?:s|ed)?|(?:like|love|prefer|need|ask(?:ed)?|hop(?:e|ing)|"
    r"try(?:ing)?|happy|glad|ready|able|wish(?:es)?|asking) (?:\w+ ){0,3}to|let me know|let's|to (?:get|have|be|"
    r"keep|make)|in order to|before|until|once|if|"
    r"when|whenever|unless|after|as soon as|needs? to|must|reply|whether|either|say|what|which|how|puedo|"
    r"podemos|podria|puede|pueden|quiere|quieres|quisiera|desea|gustaria|si(?= \w)|cuando|una vez|para (?:que|"
    r"confirmar|reservar|agendar|cancelar)|antes de|hasta|"
    r"in case|supposed to|options?|should (?:i|we)|(?:do|did|have|are|were|is|was|has) (?:you|i|we|your|it|"
    r"that|the)(?: \w+){0,3}?$)\b",
    re.I,
)
LEAD_IF = re.compile(
    r"\b(?:tell me|let me know|reply|say|pick|choose|send|give|text|name) [^.;]*\b(?:and|then) (?:then )?$|"
    r"\b(?:digame|dime|aviseme|avisame|responda|elija|escoja|mandeme|escribame)\b[^.;]*\by (?:yo )?$|"
    r"(?:^|[,.] |- |\band )\s*(?:and |then |so |great |ok |okay |pero |but )?(?:if|once|when|as soon as|"
    r"after|unless|until|before|si|cuando|una vez|en cuanto|despues)\b(?! (?:all|checking|looking|reviewing|"
    r"you go))[^,]*,[^,]*$",
    re.I,
)
TAIL_IF = re.compile(
    r"\b(?:once|if|as soon as|after|when|until|unless|pending|subject to|provided|cuando|una vez que|si|"
    r"hasta que|en cuanto)\s+(?:(?:you|he|she|it|they|we|i|the office|that)(?:'re|'ve|'s)?\b(?! (?:need|have any|"
    r"want to|ever|require))|approv|your|confirm|lo |la |usted|me |nos |dice|that|one )",
    re.I,
)
ASKING = re.compile(
    r"(?:^\s*|[,;:.!-]\s+|\b(?:and|so|or|but|then|ok|okay|great|y|o)\s+)(?:and |so |or |also |then |"
    r"just to (?:confirm|check), )?(?:would|do|does|did|can|could|shall|should|want|is|are|am|was|were|has|have|"
    r"had|which|what|when|where|who|how|may|might|will|won't|isn't|aren't|ready|need|any|like (?:me|us)|"
    r"you(?:'d| would) (?:like|prefer)|you (?:want|mean|meant|wanted|said)|did you|¿)(?:\b|(?<=¿))[^?]*$",
    re.I,
)


def near(left: str) -> str:
    """Everything left of a spot in a sentence in; its own clause out: what a "not" must stand in to deny it."""
    return BREAK.split(left)[-1].split(",")[-1]


def asserted(sentence: str, start: int, end: int, *, denial_counts: bool = True) -> bool:
    """A sentence without its idioms and the span of a wording in; False when it is denied, asked, offered or hangs on
    a condition."""
    left, right = sentence[:start], sentence[end:]
    if denial_counts and DENIED.search(near(left)):
        return False
    if IFFY.search(near(left)) or LEAD_IF.search(left):
        return False
    if "?" in right and ("¿" in left or ASKING.search(left + " ")):
        return False
    return not TAIL_IF.search(re.split(r"[;,.!]|\bbut\b", right)[0])


def without_idioms(sentence: str) -> str:
    """ "No problem", "don't worry" and their like deny nothing and ask nothing: blanked out, lengths stay."""
    return IDIOMS.sub(lambda idiom: "~" * len(idiom[0]), sentence)
