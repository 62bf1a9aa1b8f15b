"""Is this a yes? The words of agreement, refusal and doubt, read sentence by sentence.

A false yes writes a booking, so a yes must be spelled like one: no typo is ever mended into agreement, and
one word of refusal or doubt in the same sentence takes it back.
"""

import re
from dataclasses import dataclass

from tools.rules.half_past import mended, slipped

LONGEST = 1000  # characters read; a person who accepts a time does it well before that

_QUOTES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "`": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u00a0": " "}
)
_SENTENCE = re.compile(
    r"(?:^|(?<=\n)) *(?:yes|yeah|yep|yup|correct|that's right|that is right)(?: that(?:'s"
    r"| is) (?:great|fine|good|right|correct|perfect))?"
    r"(?: please| thanks| thank you| sir| ma'am)?,|[^.!?;\n]+[.!?;\n]*"
)
_DOTTED_HALF = re.compile(r"\b([ap])\.\s?m\b\.?")
_FULL_STOP_INSIDE = re.compile(r"\b(dr|mr|mrs|ms|st|ave|apt|no)\.")

_IDIOMS = re.compile(
    r"\bno (?:problem(?:s|o)?|worries|issues?|doubt|rush|prob|hurry|preference|biggie)\b|\bnot a problem\b"
    r"|\bwhy not\b|\bcan'?t wait\b|\bcannot wait\b|\bnot bad\b|\bdon'?t mind\b|\bno,? that'?s (?:fine"
    r"|great|perfect)\b"
    r"|\bif (?:at all )?(?:possible|available|open|free)\b"
    r"|\bif (?:that'?s|it'?s|it is|that is) (?:still )?(?:possible|available|open|free|ok|okay)\b"
    r"|\b(?:do you know|(?:can|could|would) you tell me|any idea|do they say) (?:if|whether)\b"
    r"|\bcan'?t thank\b|\bcouldn'?t be better\b|\bi'?m not picky\b"
)

# Said first in a sentence, after sighs and greetings, these agree.
_LEAD = (
    r"(?:(?:oh|ah|omg|wow|well|hi|hello|hey|okay|ok|alright|all right|great|good|cool|perfect|awesome|nice|fine"
    r"|thanks|thank you|um+|uh+|hmm+|so|and|then|got it|oh my god|gosh|wonderful|fantastic|excellent"
    r"|lovely)[\s,]+)*"
)
_YES_WORD = (
    r"(?:yes+|yea+h*|yep+|yup+|yeap|ye|ya|yah|yessir|yes sir|yes ma'?am|sure|surely|absolutely"
    r"|definitely|certainly"
    r"|of course|affirmative|agreed|correct|indeed|exactly|right|ok+|okay|okie dokie|okey|kk|k|alright|all right"
    r"|fine|great|perfect|excellent|awesome|wonderful|fantastic|lovely|cool|deal|done|sí|claro|you bet"
    r"|for sure|uh[- ]?huh|aye|roger|yes indeed|10-4|mhm+|yeah sure|why not|by all means|gladly|good)"
)
_GOOD = (
    r"(?:good|great|perfect|fine|excellent|wonderful|awesome|fantastic|lovely|nice|ideal|amazing|okay|ok|alright"
    r"|all right|correct|right|true|accurate|brilliant|fully fine|a deal|what i want|what i wanted"
    r"|doable|acceptable)"
)
_ADVERB = r"(?:(?:really|very|so|just|totally|absolutely|actually|all|also|much|fully|quite|pretty|probably) )*"
_OPENING = re.compile(
    rf"^[\s,\"']*{_LEAD}{_YES_WORD}(?![\w'])"
    r"(?! (?:morning|afternoon|evening|day|night|bye|luck|now|after|away|before|about|i think|i guess|thing|point"
    r"|question|news|to know|because|grief))"
)
_PHRASES = re.compile(
    rf"\b(?:sounds?|looks?|seems?|works?) {_ADVERB}(?:like a plan|{_GOOD})\b"
    rf"|\b(?:that|it|this|everything|all|which|you)(?:'s|s| is| are|'re| would be| will be|'d be|'ll be"
    rf"| should be) {_ADVERB}{_GOOD}\b"
    r"|\b(?:that|it|this|which|time|day|slot|one|then) (?:time |day |slot |one )?(?:works|work"
    r"|will work|would work|should work|'ll work|suits|will do|does it|is good)\b"
    r"|\b(?:that|it)'(?:ll|d) (?:work|do|be)\b"
    rf"|\b(?:would|will|should) be {_ADVERB}(?:fine|good|great|perfect|ok|okay|lovely|wonderful|ideal|best)\b"
    r"|\b(?:works?|fine|good|perfect|great|ok|okay|suits) (?:for |with |by )?(?:me|us)\b"
    r"|\bgo (?:ahead|for it)\b|\b(?:please )?proceed\b|\bdo (?:it|that|so)\b(?! (?:later|another|some))"
    r"|\bplease do\b|\blet'?s (?:do|go with|book|take|lock|make it|say|go)\b"
    r"|\b(?:book|schedule|reserve|confirm|take|grab|lock|keep|want|have|pencil) (?:it|that|this|me"
    r"|us)(?: (?:in|down|up|one|time|slot))?\b"
    r"(?!\s+(?!please|for|at|on|now|and|then|thanks|thank|asap|as|so|too|sounds|works|is|ride"
    r"|appointment|visit|with|mon|tue|wed|thu|fri|sat|sun)[a-z])"
    r"|\b(?:put|sign|pencil|get|set) (?:me|us|it|that) (?:down|up|in)\b|\bmake it so\b"
    r"|\bsee you (?:then|there|at|on|mon|tue|wed|thu|fri|sat|sun)\b"
    r"|\bi (?:do|would|will|accept|confirm|agree)\b(?=[\s.,!]*$)|\bthat'?s (?:it|the one)\b"
    r"|\bcount me in\b|\byou'?re (?:right|correct)\b|\byou (?:got it|are (?:right|correct))\b"
    r"|\b(?:believe|think) (?:so|that'?s (?:right|correct|true))\b|\bi (?:agree|concur)\b"
    r"|\bwhat you (?:just )?said is (?:true|right|correct)\b|\bi'?(?:ll| will) (?:take|have|go with"
    r"|be there|do)\b"
)

# Any of these, anywhere in the message, takes a yes back.
_TURNS_BACK = re.compile(
    r"\bno\b(?! longer have)|\bnop+e\b|\bnah+\b|\bnever ?mind\b|\bneither\b|\bnone\b|\bnegative\b"
    r"|\bincorrect\b|\bwrong\b|\bfalse\b"
    r"|\bactually\b|\binstead\b|\bcancel|\breschedul|\bforget (?:it|about|that)\b|\bdifferent (?:day"
    r"|date|time|one|slot)|\banother (?:day|date|time|one|slot)\b|\bother (?:time|day|slot|one|option)"
    r"|\bchange (?:it|that|this|the|my|to)\b|\bmove (?:it|that|this|the|my)\b"
    r"|\b(?:can'?t|(?:could|wo|would|does|do|is|was|are|should)n'?t)\b(?= (?:do|make|work|want|be|book"
    r"|schedule|available|free|good|ok|okay|fine|come|go|right|correct|like|need|suit|fit|happen|it"
    r"|that|this|on|at|mon|tue|wed|thu|fri|sat|sun|\d))"
    r"|\bcannot\b|\bunable\b|\bnot (?:\x02|able|available|free|home|there|that|this|good|ok|okay|fine|right"
    r"|correct|now|yet|today|tomorrow|sure|going|what|the|mon|tue|wed|thu|fri|sat|sun|\d|until|before"
    r"|if|so|really|interested)"
    r"|\btoo (?:early|late|soon|far|expensive|much|long)\b|\brather\b|\bwait\b(?! for you)"
    r"|\bhold (?:on|off|up)\b|\bbusy\b|\bconflict"
    r"|\bdon'?t (?:book|schedule|do|want|think|know|need|like|come|send)\b|\bnot\b[\s.!]*$"
    r"|\bon second thought\b|\bjust kidding\b"
)
# A slip may turn a yes into a question, never the other way: these take a yes back misspelt as well ("actuually").
_MISSPELT_TOO = (
    "actually",
    "instead",
    "different",
    "another",
    "perhaps",
    "nevermind",
    "earlier",
    "however",
    "reschedule",
)
_LONG_WORD = re.compile(r"[a-z]{6,11}")
_DOUBTS = re.compile(
    r"\bbut\b|\bmaybe\b|\bmight\b|\bperhaps\b|\bpossibly\b|\bprobably (?!be)|\bif\b|\bunless\b"
    r"|\bdepends\b|\bnot sure\b|\bunsure\b|\bi guess\b(?! it)"
    r"|\blet me (?:check|see|think|ask|look|talk|get)\b|\bget back to\b|\bcheck with\b|\bask my\b"
    r"|\btalk to my\b|\bcall you\b|\bthink about\b"
    r"|\bhmm+\b|\bearlier\b|\blater\b|\bsooner\b|\bexcept\b|\bhowever\b|\bthough\b"
    r"|\bi'?ll (?:let you know|call|text|think)\b|\bonce i\b"
    r"|\bi forgot\b|\bjust remembered\b|\bi thought\b|\bdidn'?t\b|\bsome other\b"
)
_WEAK_NO = re.compile(r"\bnot\b|n't\b|\bnever\b|\b(?:dont|doesnt|cant|wont|isnt|wouldnt|couldnt)\b")
_ASKING = re.compile(
    r"^[\s,]*(?:and |so |or |but |well |ok(?:ay)?,? |hi,? |hello,? |hey,? )*"
    r"(?:can|could|would|will|is|are|am|do|does|did|what(?! you (?:just )?said)|how|when|which|who"
    r"|where|why|any|may|should|shall|has|have you|whats|what's|hows|how's)\b"
)


_PLEASE = re.compile(r"\bp(?:ls|lz|leas|lease?e|laese|elase|leaes|llease|leaase|lesae|lase|lese|ease)\b")


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str  # lower case, straight quotes, "p.m." as "pm", idioms such as "no problem" taken out
    asks: bool
    agrees: bool
    refuses: bool
    doubts: bool
    negates: bool  # a "not" of the milder kind: it spoils the yes it stands with, not one said elsewhere


def plain(text: str) -> str:
    """Lower case, straight quotes, single spaces, "p.m." as "pm"; at most LONGEST characters of the message."""
    short = mended(_PLEASE.sub("please", text[:LONGEST].translate(_QUOTES).lower()))
    short = _FULL_STOP_INSIDE.sub(r"\1", _DOTTED_HALF.sub(r"\1m ", short))
    return "\n".join(" ".join(line.split()) for line in short.splitlines() if line.strip())


def sentences(text: str) -> tuple[Sentence, ...]:
    """The message cut at full stops, question and exclamation marks and line breaks, each part read for yes and no."""
    found = []
    for part in _SENTENCE.findall(plain(text)):
        words = _IDIOMS.sub(" ", part).strip()
        if not words.strip(" .!?;,"):
            continue
        asks = "?" in words or bool(_ASKING.match(words))
        refuses = bool(_TURNS_BACK.search(words)) or any(
            slipped(word, meant) for word in _LONG_WORD.findall(words) for meant in _MISSPELT_TOO
        )
        found.append(
            Sentence(
                text=words,
                asks=asks,
                agrees=bool(_OPENING.match(words) or _PHRASES.search(words)),
                refuses=refuses,
                doubts=bool(_DOUBTS.search(words)),
                negates=bool(_WEAK_NO.search(words)),
            )
        )
    return tuple(found)


def agrees(text: str) -> bool:
    """True when some sentence says yes, asks nothing and doubts nothing, and no sentence of the message refuses."""
    read = sentences(text)
    return any(s.agrees and not (s.asks or s.doubts or s.negates) for s in read) and not any(s.refuses for s in read)


def refuses(text: str) -> bool:
    """True when a sentence of the message says no, corrects, or takes something back."""
    return any(s.refuses for s in sentences(text))
