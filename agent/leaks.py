"""What must never leave in a message: our machinery, unreadable characters, and the pretence of being a person."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from agent.evidence import Evidence, read
from agent.plain_numbers import plain
from agent.spoken_times import without_contacts

TOOL_NAME = re.compile(
    r"\b[a-z]+\d?(?:_[a-z\d]+)+\b|\b(?:listopenslots|bookjob|getconversationsummary|findmybookings|"
    r"updatelead|checkservicearea|handoff)\b|"
    r"\bbook[ -]?job\b|\b(?:reschedule|cancel|hand[ -]?off|list open slots|check service area|"
    r"find my bookings|update lead|booking|slot lookup)"
    r" (?:tool|function|returned|call(?:ed)? (?:the|with)|api)\b|\b(?:reschedule|cancel|hand_?off|"
    r"book\w*)\s*\(|\b(?:tool|function)[ _-]?(?:call|result|output|response)s?\b|"
    r"\b(?:the|this|my|a) (?:tool|function|api) (?:returned|said|says|call|result|failed|response)|"
    r"\b(?:the|my|our) (?:\w+ )?(?:function|tool|api|database|query|lookup|slot search) (?:says?|said|shows?|gave|came|"
    r"found|reports?|is|was|and|has|did|didn't|did not)\b|\b(?:ran|called|run|calling|running|used?|using|queried) "
    r"(?:the|a|my|our) (?:\w+ )?(?:function|tool|api|database|query|lookup|search)\b|"
    r"\breturned (?:ok|true|false|null|success|an error)\b|"
    r"\bok\s*[:=]\s*(?:true|false)\b",
)  # fmt: skip
MARKUP = re.compile(
    r"[{}]|```|`|</?[a-z_|][^>]{0,40}>|<\||\|>|\[/?(?:inst|slot|booking|code|tool|system|end)\b|\[\[|\]\(|\*\*|__|"
    r"^\s*#{1,6}\s|\"\w+\"\s*:|\[\s*\"|^\s*(?:assistant|user|system|tool|function|customer|human|ai|bot|"
    r"receptionist|developer)\s*:|"
    r"\\[nu\"]|\bnull\b|\b[a-z]{3,}(?:_[a-z]+)+\b|\bundefined\b",
    re.M,
)
# Wording rules the tools address to a model (contract 2.6), and the usual talk of a prompt.
OURS = re.compile(
    r"\b(?:BOOKING FAILED|BOOKING CANCELLATION FAILED|RESCHEDULE FAILED|SLOT LOOKUP FAILED|CHOICE NEEDED|"
    r"NO OPEN TIMES)\b:?|"
    r"(?i:\bsystem (?:prompt|message|instructions?)\b|\b(?:my|these|your|previous|above|"
    r"following) (?:instructions|prompt|guidelines|rules are)\b|"
    r"\bi(?:'m| am| was| have been) (?:instructed|told|programmed|prompted) (?:to|not)\b|"
    r"\bas an? (?:ai )?language model\b|"
    r"\byou are (?:an? |the )?(?:\w+ ){0,3}(?:receptionist|assistant|language model|chatbot|agent) (?:for|"
    r"of|at|that|who|named)\b|"
    r"\b(?:tell|offer|ask) the (?:caller|customer|user)\b|\bbracketed tags?\b|\bcall this tool\b|"
    r"\bclaim guard\b|\bjson\b|"
    r"\b(?:the )?(?:user|customer) (?:says|said|wants|asked|is asking|has asked)\b|\bmis instrucciones\b)"
)
HUMAN = re.compile(
    r"\b(?:i'?m|i am|we'?re|we are|this is|it'?s)(?: \w+ly| just| only| indeed| also| all| in fact|"
    r" of course)* (?:an? )?(?:(?:real|actual|live|genuine|living|breathing|normal|regular|fellow|100%|totally|"
    r"very much|completely|fully|human|local|friendly)[ ,]*(?:and )?)*"
    r"(?:human|person|people|woman|man|guy|gal|lady|dispatcher|employee|team member|staff member|"
    r"technician|office manager|being)\b(?! (?:resources|error|can|will|to|from|at|who|you))|"
    r"\b(?:i'?m|i am|this is|it'?s|you'?re (?:talking|speaking|chatting|texting) (?:to|"
    r"with)) (?:an? )?(?:real|alive)\b(?! (?:problem|time|quick|estate|issue|pain|shame))|"
    r"\bi'?m (?:not|no|hardly|far from) (?:just )?(?:an? |some )?(?:ai|bot|robot|machine|chatbot|computer|"
    r"automated|program|virtual|artificial)\b|\bi am (?:not|no) (?:an? )?(?:ai|bot|robot|machine|chatbot|computer|"
    r"automated|program)\b|"
    r"\b(?:no|not an?|isn't an?|never an?) (?:bots?|robots?|ai|machines?|chatbot|automation)\b(?! (?:can|will))|"
    r"\b(?:you'?re|you are|you have been|you've been) (?:\w+ly )?(?:talking|speaking|chatting|texting|"
    r"messaging|dealing) (?:to|with) (?:an? )?(?:(?:real|actual|live|living|genuine) )*(?:human|person|people|"
    r"someone real|member|staff)\b|"
    r"(?:^|[.!?] *)(?:yes|yep|yeah|yup|sure|of course|absolutely|definitely|100%|hi|hello)?[,!. ]{0,4}(?:i am |"
    r"an? )?(?:(?:real|actual|live|100%)[ ,]*)+(?:human|person)(?: here)?\b|"
    r"\bi'?m one of (?:the|our|their|bluebird)\b(?! (?:\w+ )?(?:assistants|bots))|\breal as\b|\bjust me\b|"
    r"\bflesh[ -]and[ -]blood\b|\bi(?:'ve been)? work(?:ing)? (?:here|at|for|in|out of|with) |\bi'?m (?:at|"
    r"in) (?:the|my) (?:front desk|office|shop|desk)\b|\b(?:human|person) (?:here|being on)\b(?<!a person here)|"
    r"\bas human as\b|\b(?:who's|i've|i have) worked (?:here|at|for|with|in)\b|\b(?:as an?|(?:i'?m|i am|this is|"
    r"soy) (?:an?|the|your|one of the|el|la|un|una))(?: (?!virtual|ai|automated|digital|"
    r"assistant)\w+){0,2}? (?:human|person|"
    r"homeowner|parent|mom|dad|manager|owner|dispatcher|coordinator|scheduler|supervisor|representative|secretary|"
    r"clerk|operator|employee|gerente|duen[oa]|encargad[oa]|secretari[oa])\b(?! (?:who|you|will|can|to|of))|"
    r"\bi have a (?:pulse|heartbeat|body|family|wife|husband|kids?)\b|"
    r"\bsoy (?:una? )?(?:persona|human[oa]|mujer|hombre|real|ser humano|de verdad|empleada|empleado|"
    r"tecnico)\b|\bno soy (?:una? )?(?:robot|bot|maquina|ia|inteligencia|programa|computadora)\b|\b(?:habla|"
    r"hablando|hablas|chateando) con una? (?:persona|human[oa])\b|\bpersona (?:real|de verdad),? (?:si|yes|"
    r"claro)\b|\byes,? (?:una )?persona (?:real|de verdad)\b",
)
ASKED_HUMAN = re.compile(r"\b(?:human|person|real|someone real|persona|humano|humana|actual (?:person|human))\b")
ASKED_BOT = re.compile(r"\b(?:bot|robot|ai|machine|computer|automated|maquina|ia|chatbot|recording)\b")
OWNED_UP = re.compile(
    r"\b(?:assistant|automated|ai|virtual|bot|asistente|automatic\w*|not an? (?:real |actual |live )*(?:person|human|"
    r"being)|computer)\b"
)
# "Are you a real person?" is answered by what we are, or by "you are" to a bot; anything else passes over it.
BEING_ASKED = re.compile(
    r"\b(?:are|r|is|am|eres|es|estoy)\b (?:you|u|this|i|usted|con|hablando|talking|texting|chatting|speaking|to|with|"
    r"a|an|the|una?|"
    r"real|actual|live|\s)*\b(?:human|person|bot|robot|machine|computer|ai|persona|humano|humana|maquina|ia|chatbot|"
    r"automated)\b",
)
NOT_ANSWERED = re.compile(
    r"\byou are\b|\bcorrect\b|\bthat's right\b|\bguilty\b|\bsoftware\b|\bprogram\b|\basi es\b|\bsi\b"
)
FINE = frozenset("\n\r\t\u200d\ufe0f")


def unreadable(text: str) -> bool:
    """True when the raw text holds control, hidden, unassigned or lone surrogate characters."""
    return any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") and letter not in FINE for letter in text)


def foreign(text: str) -> bool:
    """True when the raw text holds letters of a script this guard cannot read (it reads English and Spanish)."""
    return any(
        ord(letter) > 0x24F and letter.isalpha() and "LATIN" not in unicodedata.name(letter, "") for letter in text
    )


def as_person(text: str, asked: str, staff: tuple[str, ...]) -> bool:
    """Plain text and the customer's latest words in lower case and the staff names in; True when the text says it is a
    person, or one of them."""
    if HUMAN.search(text) or (any(staff) and as_one_of(staff).search(text)):
        return True
    if OWNED_UP.search(text) or (
        not asked.rstrip().endswith("?")
        and not re.search(r"\b(?:are|r|is|am|eres|es) (?:you|u|this|i|usted|una?)\b", asked)
    ):
        return False
    human, bot = ASKED_HUMAN.search(asked), ASKED_BOT.search(asked)
    answer = re.match(r"\W*(yes|yep|yeah|yup|of course|sure|absolutely|i am|claro|no|nope|nah|not at all)\b", text)
    if not (human or bot) or re.search(
        r"\b(?:talk|speak|get|reach|call|send|transfer|hablar) ?(?:to|with|me|con)?\b"
        r"(?!ing)",
        re.sub(BEING_ASKED, " ", asked),
    ):
        return False
    if answer is None:
        return BEING_ASKED.search(asked) is not None and NOT_ANSWERED.search(text) is None
    return (answer[1] in ("no", "nope", "nah", "not at all")) == bool(bot and not human)


@lru_cache(maxsize=64)
def as_one_of(staff: tuple[str, ...]) -> re.Pattern[str]:
    """Staff names in; the pattern of a text in lower case that speaks as one of them out."""
    names = "|".join(re.escape(part.lower()) for name in staff for part in (name, name.split(" ")[0]) if part)
    return re.compile(
        r"\b(?:i'?m|i am|this is|my name is|name's|it's|soy|me llamo|habla|"
        rf"speaking with)\s+(?:{names})\b(?!'s|\s+(?:will|is|can|who))|"
        rf"\b(?:{names})(?: \w+)? (?:here|speaking|at your service)\b|(?:^|\n|"
        rf"[.!] )\s*-+\s*(?:{names})\s*$|\b(?:{names}) le habla"
    )


def leaked(text: str, words: str, evidence: Evidence) -> Iterator[str]:
    """The reply raw and plain in; the reasons out that need no reading for sense."""
    bare = without_contacts(text)
    if unreadable(text) or MARKUP.search(bare.lower()) or OURS.search(words):
        yield "leaks_markup"
    if foreign(text):
        yield "unreadable"
    if TOOL_NAME.search(bare.lower()):
        yield "tool_name"
    asked = read(evidence.customer[-1][-2000:]) if evidence.customer else ""
    if as_person(words.lower(), asked.lower(), tuple(plain(name) for name in evidence.staff_names)):
        yield "claims_human"
