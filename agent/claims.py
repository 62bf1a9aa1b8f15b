"""Deeds and states a sentence of ours claims: booked, moved, cancelled, handed on. Questions, offers and denials claim
nothing."""

import re
from dataclasses import dataclass

from agent.asides import ELSEWHERE, REFUSED, WORDS_COME
from agent.mood import Mood, without_idioms
from agent.spoken_days import TODAY_AS_DAY, WD
from agent.spoken_times import Moment

SOON = rf"(?:{WD}|today|tonight|tomorrow|then|there|at|on|in|around|by|next|this|bright|\d)"
CALLED_SO = (
    r"(?:appointment|appt|visit|booking|slot|spot|reservation|service call|install\w*|repair|job|time|diagnostic)"
)
GOES = r"\b(?:'ll|will|going to|gonna|should)(?: \w+ly| all| both| definitely| also)?"
# The wordings per kind. "booking": a visit stands. "request": it waits for the office. "done": something was done.
# "intent": we are about to book or move. "promise": somebody will call, was told, got a text. "lookup": we looked.
WORDINGS: dict[str, tuple[str, ...]] = {
    "cancel": (
        r"\bcancel+ed\b|\bdid (?:\w+ )?cancel\b",
        r"\bcancel+ation\b.{0,20}?(?:\bis\b(?! (?:free|up|possible|always|at|no|\$))|\bhas|'s|\bwent|\bcomplete|"
        r"\bdone|\bconfirmed|\bprocessed|\bthrough)\b",
        r"\bcall(?:ed)? (?:it |that |the visit )?off\b",
        r"\b(?:off|from|out of) (?:the|our|your) (?:calendar|schedule|books?|list|agenda)\b",
        r"\bno longer (?:on|scheduled|booked|have|coming|expect\w*|down|exists?|active|valid|stands?|in|"
        r"planned|needed)\b",
        r"\b(?:scrapped|removed|deleted|dropped|voided|axed|wiped|nixed|scratched|struck|freed|released|"
        r"withdrawn|undone|annulled|(?:been |was )?let go|given (?:back|up|away)|open(?:ed)? (?:back )?up again)\b",
        r"\bwon't (?:be )?(?:com\w+|out|there|see|send\w*|show\w*)\b",
        r"\b(?:visit|appointment|appt|booking|install\w*|reservation)(?: \w+){0,3}? (?:is|'s)(?: now| all)? off\b|"
        r"\b(?:\d\d?|[ap]m|\w{3,6}day) (?:is|'s)(?: now)? off\b",
        r"\b(?:canceladas?|cancelados?|anulad[oa]s?|eliminad[oa]s?|borrad[oa]s?|quitad[oa]s?)\b",
        r"\bya no (?:tiene|esta|hay|iremos|vamos)\b(?! (?:disponib|libre|abiert|\w+ (?:disponib|libre|abiert)))",
    ),
    "move": (
        r"\bre-?(?:scheduled|booked)\b|\bdid (?:\w+ )?(?:move|reschedule|change|push|switch)\b",
        r"\b(?:moved|pushed|shifted|bumped|slid|postponed|transferred|swapped|switched|relocated|nudged)\b(?! in\b)",
        r"\bbrought (?:\w+ ){1,3}?forward\b|\b(?:changed|updated|put back)\b (?:it|that|you|your|the|my|"
        r"forward)?\b(?! ?(?:\w+ )?(?:address|number|name|email|phone|notes?|info|details|file|contact))",
        rf"\b(?:new (?:{CALLED_SO}|date) (?:is|will be)|now (?:on|at|for|set for|scheduled for) {SOON})",
        r"\b(?:movid[oa]s?|cambiad[oa]s?|reprogramad[oa]s?|reagendad[oa]s?|trasladad[oa]s?|aplazad[oa]s?|"
        r"pasad[oa]s? (?:al|para))\b",
        r"\b(?:queda|quedo) (?:ahora|movid\w+|reprogramad\w+|cambiad\w+)",
    ),
    "request": (
        r"\b(?<!as )(?<!as you )request(?:ed\b|\b.{0,20}?(?:\bis|\bhas|'s|\bwent|\bsent|\bsubmitted))",
        r"\b(?:holding|held|on hold|being held|pending|awaiting|waiting (?:on|for) (?:the office|approval))\b",
        r"\bpencil+(?:ed|ing)\b",
        r"\b(?:solicitad[oa]|pendiente)\b",
    ),
    "booking": (
        r"\b(?:booked|reserved|scheduled|confirmed|approved|assigned)\b|\bdid (?:\w+ )?(?:book|reserve|"
        r"schedule|confirm)\b|\b(?:thanks|thank you) for (?:booking|scheduling|reserving)\b",
        r"\bset (?:it|that|this|you|everything|your \w+) up\b",
        r"\b(?:booking|reservation|appointment|visit|slot|spot)(?: is|'s|:)? (?:all )?(?:complete|official|"
        r"final|in place|good|secure|set)\w*|\b(?:your|the) (?:\w+ )?(?:visit|appointment|appt|booking|slot|spot|"
            r"reservation|place|time)(?: (?:on|at|for|with) [\w:]+){0,2}(?: is|'s| are| stays| remains) (?:all |now |"
            r"still )?(?:safe|secure\w*|waiting for you|ready for you|protected|kept|reserved|guaranteed|saved)\b",
        r"\b(?:your|the) (?:confirmation|booking|reference|appointment) (?:number|code|id|ref\w*|#)",
        r"\bbooking id\b",
        rf"\b{CALLED_SO} (?:has been|was|is|got|is all|has now been)(?: all| now)? (?:made|created|placed|"
        r"entered|filed|put in|added|recorded|done|granted|fixed|accepted)\b|\b(?:reserva|cita|visita) (?:esta|"
        r"fue|queda) (?:hecha|lista|creada|puesta)\b",
        r"\bmark (?:your|the|it on your) calendar|\b(?:save|remember) the date\b",
        r"\block(?:ed)? (?:you |it |that |this )?(?:in|down)\b|\block you in\b",
        r"\bset (?:up )?for (?:" + SOON + r"|the|your|\w+ \d)",
        r"\b(?:got|get|have|'ve|had|has|put|putting|wrote|added|getting) you (?:all )?(?:in|down|on|for|"
        r"set|at|scheduled|slotted|covered)\b",
        r"\b(?:squeez|fit|slot|sign|line|add|enter|mark|writ|jot|schedul|pencil|book)(?:ed|ted|ned|d|t|te|"
        r"ten)? (?:you|it|that|this|your visit) (?:in|up|down|into|to the|on)\b",
        r"\byou(?:'re| are)(?: now| all| back| \w+ly?)? (?:down|in|on) (?:for|the|our)\b",
        rf"\byou(?:'re| are) (?:now )?(?:at|for|on) (?:{WD}|tomorrow|\d\d?(?=[:.,!]| ?[ap]m\b| now| on\b|$))|"
        r"\byou(?:'re| are)(?: now)? in(?=[!.,]|$| (?:at|on) )",
        r"\b(?:got|get) you (?:(?:the|that|an?) (?:\w+ ){0,2}?)?(?:slot|spot|place|appointment|visit|morning|\d)",
        r"\b(?:on|in) (?:the|our) (?:schedule|calendar|books?|board|agenda)\b",
        rf"\bsee(?:ing)? you(?: all| both)? (?:{SOON}|soon)\b|\byou(?:'ll| will) (?:see|meet)\b|\b(?:'ll|"
        r"will|to) see(?:ing)? you\b|\bsee ya\b",
        r"\blook(?:ing|s)? forward to (?:see|seeing|meet|meeting|help|helping|hav|having|visit|visiting|"
        r"your (?:visit|appointment))\w*",
        rf"{GOES} (?:be (?:right |back )?(?:there|out|by|over|at(?! home)|here(?<!i'll be here)|com\w+|arriv\w+|"
        rf"with you|on ?site|knocking|on (?:his|"
        r"her|their) way)|arrive|come\b|stop by|swing by|drop by|show up|get (?:there|to you)|head|visit|meet you|"
        r"roll up|fix|install|handle|take care|(?:get|have|send) (?:somebody|someone|an? (?!call|text|e-?mail|"
        r"message|reply|answer|quote)\w+|one of our \w+|"
        r"our \w+|the \w+) (?:out|over|there|by|to (?:you|your))\b)",
        r"\b(?:is|are|'s|'re)(?: already| now| just)? (?:com\w+|arriv\w+|head\w+|driving|assigned|en route|"
        r"on (?:the|his|her|their) way|"
        r"due|expected)\b",
        r"\barrives?\b|\barrival\b",
        r"\b(?:you can )?expect (?:us|him|her|them|the|your|our|a|someone|\w+ (?:at|on|between|"
        r"around))\b(?! (?:\w+ )?(?:call|text|e-?mail|message|reply|confirmation))",
        r"\bcount on (?:us|him|her)\b",
        rf"\b(?:your|the|his|her) (?:\w+ ){{0,3}}?{CALLED_SO}(?: time| with \w+)?(?: is|'s| will be|"
        r" has been| was| falls| stays| remains| starts| begins|:| -)(?: still| now| all| already)?(?: on| at|"
        rf" for| set| {SOON}| the| good| as| unchanged)\b",
        r"\b(?:is|'s|are|'re) (?:all |now |officially )?(?:set|fixed|settled|arranged|sealed|"
        r"planned)\b(?! (?:up|by|fee|price|at \$))|\b(?:everything|it|that)(?:'s| is) (?:all )?(?:arranged|sorted|"
        r"organi[sz]ed)\b",
        r"\bon (?:\w+'s|his|her) (?:\w+ )?(?:list|schedule|route|calendar|books?|agenda|roster)\b|\b(?:be|"
        rf"we're|looking at) seeing\b|\bcomes? (?:by|out|over|to you|on|at|{WD}|tomorrow|today)\b",
        rf"\b(?:it|that|visit|appointment|everything)(?:'s| is) still {SOON}\b",
        r"\bstill (?:stands?|on|good|in place|set|exists?|valid|active|happening)\b|\b(?:visit|appointment|booking|"
        r"it)(?: \w+){0,3}? ?(?:is|'s) still there\b",
        r"\byou(?: already| still| now)?(?: have|'ve got| got)(?: got)? (?:(?:an?|your|the|one|"
        rf"\d) )?(?:\w+ ){{0,3}}?(?:{CALLED_SO}s?)\b",
        rf"\bwe(?: have|'ve got| got)(?: got)? (?:an?|your) (?:\w+ ){{0,2}}?(?:{CALLED_SO})\b",
        r"\b(?:is|are) (?:all )?(?:yours|his|hers)\b|\ball yours\b|\bwith your name on it\b",
        r"\b(?:secured|earmarked|guaranteed|nailed down|snagged|nabbed|grabbed|claimed)\b",
        r"\b(?:saved|blocked|set aside|finali[sz]ed|sealed|made|created|placed|arranged|organi[sz]ed|"
        r"set up|lined up|set|kept|keeping|saving|taken|took|filled)\b(?: (?:off|aside|in))?(?: (?:you|your|that|"
        r"the|it|an?|this))?(?: \w+){0,3}? (?:" + CALLED_SO + r"|for you|calendar|schedule|\d{1,2})\b",
        rf"\b(?:{WD}|\d|am|pm|morning|afternoon)\w* it is\b",
        r"\b(?:is|'s) a (?:go|yes|done deal|sure thing)\b|\bit(?:'s| is) (?:a date|official|settled|yours|set|final)\b",
        r"\b(?:i|we) can confirm\b|\bconfirming (?:your|that|you|the|for)\b|\bconfirmed:",
        r"\b(?:reservad[oa]s?|confirmad[oa]s?|agendad[oa]s?|programad[oa]s?|apartad[oa]s?|apuntad[oa]s?|"
        r"asegurad[oa]s?)\b",
        r"\b(?:reservamos|agendamos|programamos|apartamos)\b|\b(?:le|te) confirm(?:o|amos)\b",
        r"\b(?:anotad[oa]|anote)\b.{0,12}\b(?:para|el|a las)\b",
        r"\bqued(?:o|a|amos|aste|aron)\b(?! (?:claro|alguna|algo|libre|abiert|disponib|solicitad|pendient|"
        r"cancelad))",
        r"\b(?:lo|la) (?:esperamos|vemos|veremos|visitaremos|atenderemos)\b|\b(?:le|te|los|nos) (?:espera(?:mos)?|"
        r"vemos|veremos|visita(?:remos|ra|mos)?|atendera|atenderemos|toca)\b",
        r"\b(?:estaremos|estara|llegara|llegaremos|llega|ira|iremos|pasara|pasaremos|llegamos|pasamos|salimos|"
        r"vamos)\b(?! informad| a \w+r\b)",
        r"\b(?:su|tu|la) (?:\w+ )?(?:cita|visita|reserva|reservacion)(?: \w+){0,3}? (?:es|esta|sera|sigue|va)\b",
        r"\b(?:tiene|tienes|tenemos) (?:una |su |tu |la )?(?:\w+ )?(?:cita|visita|reserva)\b",
        r"\b(?:va|viene|sale|llega|pasa)(?: \w+)? (?:el|la|un|una|nuestr[oa]) tecnic[oa]\b|\bes suy[oa]\b|"
        r"\bsuyo es\b|\b(?:sale|salen|va|van|viene|vienen) (?:ya |ahora )?(?:para (?:alla|su|tu)|"
        r"hacia (?:alla|su|tu)|en camino|a su (?:casa|domicilio))\b",
    ),
    "done": (
        r"\b(?:all|you(?:'re| are)(?: now)?|everything(?:'s| is)) (?:set|sorted|good to go)\b|"
        r"\bgood to go\b|\byou(?:'re| are)(?: all)? good(?=[.!]|$| for\b| on\b)",
        r"\b(?<!almost )(?<!nearly )(?<!be )(?<!you're )(?<!are )(?:all )?done(?=\s*(?:[!.,:;-]|$|"
        r"and dusted|deal|for you))",
        r"\b(?:got|get) (?:it|that) (?:all )?done\b|\bdone deal\b",
        r"\b(?:taken care of|took care of|all handled|been handled|is handled|consider it|went through|"
        r"gone through|goes through)\b",
        r"\bsuccess(?:ful|fully)?\b",
        r"\b(?:is|been|was|all|now|booking|process) (?:complete|completed|processed|finali[sz]ed|in the system)\b",
        r"\b(?:^|(?<=[,.!])|(?<=[,.!] ))(?:all )?sorted\b(?! (?:by|out))",
        r"\breturned (?:ok|true|success)\b|\bok:? ?true\b|\bcompleted\b(?= for you)|"
            r"\bmission accomplished\b|\bit's in the system\b",
        r"\b(?:^|(?<=[,.!])|(?<=[,.!] )|(?<=ya ))(?:listo|hecho|todo listo|todo arreglado)\b(?! para (?:ayud|"
            r"reserv|agend))|\bya esta\b|\bcon exito\b",
    ),
    "noted": (
        r"\b(?:i've|i have|i|we've|we have|i just|we) (?:just |now |also )?(?:noted|updated|recorded|saved|"
        r"logged|changed|corrected|added) (?:a |the |your |that |it |this )",
        r"\b(?:is|been|are) (?:now )?(?:on file|noted|saved|updated|recorded|on your file|in your file)\b",
        r"\b(?:he|hemos|ya) (?:anotado|actualizado|guardado)\b|\bactualizad[oa]\b",
    ),
    "intent": (
        r"\b(?:i'll|i will|we'll|we will|i'm|i am|we're|let me|i am going to|i'm going to)(?: (?:just|now|"
        r"go ahead and|get|also|gladly|quickly|then|going to|gonna|right away|have|\w+ly))* "
        r"(?:(?:book|reserv|schedul|cancel+|mov|re-?schedul|pencil+|lock|push|shift|switch|confirm|add|put|"
        r"set|sign|squeez|fit|get|arrang|remov|take)(?:e|ing|ting|ling)?) "
        r"(?:(?!which|what)\w+ )??(?:it|that|this|you|your|the|for|in|us|everything|monday|tuesday|wednesday|thursday|"
        r"friday|\d+)\b(?! (?:know|to|with (?:the|our) (?:office|team)|an?|my|some)\b)",
        r"\b(?:booking|reserving|scheduling|cancel+ing|moving|rescheduling) (?:that|it|you|this|your|"
        r"the) .{0,20}?(?:now|for you|right away|as we speak)\b|\b(?:^|(?<=^ ))(?:booking|cancel+ing|moving|"
        r"rescheduling) (?:that|it|you|this|your)\b",
        r"\b(?:le|te|lo|la|se la|se lo) (?:reservo|agendo|cancelo|muevo|cambio|programo|aparto|apunto|"
        r"anoto|paso)\b|\b(?:voy a|vamos a) (?:reservar|agendar|cancelar|mover|cambiar|programar|apartar)\w*",
    ),
    "promise": (
        r"\b(?:'ll|will|going to|gonna|you should)(?: \w+ly| also| just| then| have \w+| have (?:the|"
        r"our|a|my) \w+| get \w+ to| ask \w+ to)* (?:give you a (?:call|ring|buzz|shout)|call|ring|text|phone|"
        r"e-?mail|message|contact|reach out|reach you|get back|get in touch|be in touch|follow up|check (?:back|"
        r"in)|let you know|notify|remind|send|forward|pass|transfer|connect|escalate|alert|inform|tell|ask(?! you\b)|"
        r"update you|hear (?:from|back)|receive|get (?:an?|your|the|another) (?:\w+ )?(?:call|text|e-?mail|"
        r"confirmation|reminder|message|link|quote|estimate)|look into|respond|reply|confirm|credit|refund|"
        r"waive)\b(?! (?:911|it from there|if anything))",
        r"\b(?:have|having|get|getting|ask|asking) (?:\w+|the \w+|someone|our \w+|one of our \w+|"
        r"a \w+)(?: to)? (?:call|text|ring|phone|contact|reach|follow up|get back|e-?mail)\w*\b",
        r"\b(?:i've|i have|i|we've|we have|i just|we|has been|have been|was|been|already|just) (?:just |"
        r"already |now |also )?(?:let(?! go)|told|notified|alerted|informed|messaged|forwarded|passed|sent|texted|"
        r"e-?mailed|called|asked|flagged|escalated|transferred|paged|contacted|left|submitted|filed|opened|"
        r"dispatched|relayed|reached out|spoke|spoken|talked|checked with|connected|raised|handed)\b(?! (?:me|us|"
        r"off|you (?:said|had))\b)",
        r"\b(?:^|(?<=^ ))(?:sent|texted|emailed|forwarded|notified|escalated|transferring|connecting|passing|sending|"
        r"texting|dispatching)\b",
        r"\b(?:transferring|connecting|putting you through|patching|sending|texting|e-?mailing|forwarding|"
        r"notifying|alerting|passing|dispatching|escalating|calling)\b (?:you|it|this|that|him|her|the|your|a|dana|"
        r"luis|someone|now|over|help)\b",
        r"\b(?:in|to) your (?:inbox|e-?mail|phone|messages|texts)\b|\bon (?:its|the|his|her|their) way\b|"
        r"\bheaded your way\b|\bhelp is coming\b",
        r"\b(?:someone|somebody|the office|our team|our office|the team|a manager|dispatch|a technician|"
        r"our dispatcher)(?: is going to|'s going to|'ll| will(?! (?:need|have) to)| has been| is (?:calling|texting|"
        r"contacting|"
        r"reaching|looking|aware))\b",
        r"\b(?:knows|(?:office|team|they|crew|people) know|is aware|are aware|has your (?:message|number|"
        r"request)|have your (?:message|request))\b(?=.{0,30}(?:now|already|about|$))",
        r"\bcheck your (?:phone|texts?|e-?mail|inbox)\b|\b(?:expect|watch for|look (?:out )?for|check your (?:phone|"
        r"texts?|e-?mail|inbox) for) (?:an?|"
        r"the|our|your|his|her) (?:\w+ )?(?:call|text|e-?mail|message|confirmation|reminder|link)",
        r"\b(?:confirmation|reminder|text|e-?mail|link|message|ticket|call|callback|invoice|receipt|quote)(?: (?:text|"
        r"e-?mail|call|message))? (?:has been|was|is|will be|should|is being|gets|went|will|is going to) (?:sent|on|"
        r"com\w+|arriv\w+|created|"
        r"opened|forwarded|passed|out|delivered|logged|headed|with)",
        r"\b(?:le|lo|la|te|les)(?: vamos a| va a| van a)? (?:llam|enviar|mandar|avis|contact|escrib|marc|"
        r"devolver|notific|recordar|informar|envi|transfer|comunic|paso con|conect|pas)\w*",
        r"\bse (?:lo|la|le)? ?(?:comunicar|pondra|avis|inform|envi|mand|pondran|comunica)\w*|"
        r"\bnos (?:pondremos|comunicaremos|pondremos)\b|\bestaremos en contacto\b|\brecibira\b|\bva a recibir\b|"
        r"\b(?:he|hemos|ya) (?:le |les )?(?:avis|inform|envi|mand|notific|pas|transfer|dej)(?:ado|e|amos)\b|"
        r"\b(?:avisado|enviado|mandado|informado|dejado|pasado)\b(?= (?:a |al |el |la |un |una |su ))",
    ),
    "lookup": (
        r"\b(?:i've|i have|i|we've|we|i just) (?:just |already )?(?:checked|looked|searched|verified|"
        r"pulled up|reviewed) (?!in\b|back\b|with\b|forward\b)",
        r"\baccording to (?:our|the|my) (?:records?|system|calendar|schedule)\b|\b(?:our|the|my) (?:system|"
        r"records?|calendar|schedule) (?:shows?|says?|has|indicates?)\b|\b(?:i see(?! ?[.,!])|i can see|i found|"
        r"i'm seeing)\b",
        r"\b(?:is|are|'s|'re|was|looks|got)(?: \w+){0,2} (?:taken|full|unavailable|gone|filled)\b|\b(?:it|this|"
        r"(?:that|the)"
        r"(?: time| slot| day| one)?)(?:'s| is| looks)(?: still| totally| wide| completely)? (?:open|free|available)\b",
        r"\b(?:\d+|last|few|couple|only) (?:\w+ )?(?:slots?|openings?|spots?|times?) (?:left|open|available|"
        r"remaining)\b",
        r"\b(?:fully|completely|totally|all) booked\b|\bbooked (?:up|solid|out)\b|\b(?:no|"
        r"zero) (?:openings?|availability|slots?|times? (?:open|available|left))\b|\bnothing(?:'s|"
        r" is)?(?: \w+)? (?:open|available)\b|\bno (?:hay|tenemos|queda) (?:nada (?:disponible|libre|abierto)|"
        r"citas|espacio|horario|lugar)\w*",
    ),
}  # fmt: skip
# All wordings of a kind are read at once, a fourth of the time of one after another: each must begin with \b.
PATTERNS = tuple((kind, re.compile("|".join(wordings))) for kind, wordings in WORDINGS.items())
OF_A_VISIT = ("booking", "move", "cancel", "request", "done")


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim, at text[start:end] of its sentence. `kind`: a key of WORDINGS."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence of the reply: its plain words in lower case, how it speaks, itself as written; its claims, and the
    moments it states, those it asks or offers, those it denies."""

    words: str
    mood: Mood
    written: str
    claims: tuple[Claim, ...]
    stated: tuple[Moment, ...]
    floated: tuple[Moment, ...]
    denied: tuple[Moment, ...]

    @property
    def moments(self) -> tuple[Moment, ...]:
        return self.stated + self.floated + self.denied


def spoken(written: str, named: list[Moment]) -> Spoken:
    """A sentence of plain text and the moments in it, sorted by how it speaks of them."""
    words = written.lower()
    mood = Mood(without_idioms(words))
    stated, floated, denied = [], [], []
    for moment in named:
        start, end = len(moment.left), len(words) - len(moment.right)
        if (
            moment.clock is None
            and words[start:end] in ("today", "tonight", "hoy", "this morning", "this afternoon", "this evening")
            and not TODAY_AS_DAY.search(words[:start])
        ):
            continue
        if REFUSED.match(words, end) or mood.denied(start):
            denied.append(moment)
        elif mood.asserted(start, end):
            stated.append(moment)
        else:
            floated.append(moment)
    return Spoken(words, mood, written, tuple(claims(words, mood)), tuple(stated), tuple(floated), tuple(denied))


def claims(sentence: str, mood: Mood) -> list[Claim]:
    """One sentence of plain text (from `plain`) in lower case and how it speaks in; what it asserts out. A cancel or
    move wording hides a booking wording it holds."""
    found: list[Claim] = []
    elsewhere = [other.span() for other in ELSEWHERE.finditer(sentence)]
    words_come = [other.span() for other in WORDS_COME.finditer(sentence)]
    for kind, wordings in PATTERNS:
        start, hidden = 0, elsewhere if kind in ("lookup", "promise") else elsewhere + words_come
        hidden = hidden if kind != "lookup" else []
        while match := wordings.search(sentence, start):
            start, end = match.span()
            taken = kind != "promise" and any(
                one.start < end and start < one.end for one in found if one.kind != "promise"
            )
            free = not taken and not any(begin < end and start < stop for begin, stop in hidden)
            if free and mood.asserted(start, end, denial_counts=kind != "lookup"):
                found.append(Claim(kind, start, end))
                start = end
            else:
                start += 1
    return found
