"""Sentences by which people say that they do not want our texts, in English and Spanish."""

import re

_TEXTS = (
    r"(?:texts?|txts?|text messages?|messages?|msgs?|sms|notifications?|reminders?|alerts?|spam|spamming"
    r"|communications?|solicitations?|mensajes|textos)"
)
_OUR = (
    r"(?:(?:all of|all|any more|anymore|any|more|the|these|those|this|that|your|ur|of|such|with|future|further|so many)"
    r"\s+)*"
)
_ME = r"(?:me|us|my (?:phone|number|cell)|this (?:number|phone|cell|line)|here|at this number)"
_WRITE = (
    r"(?:text|txt|message|messag|msg|contact|sms|write|write to|reach out to|hit up"
    rf"|(?:bother|bug|spam|harass)(?= {_ME}))"
)
_WRITING = (
    r"(?:texting|txting|text messaging|messaging|msging|contacting|bothering|spamming|harassing|bugging|writing(?: to)?"
    r"|reaching out|blowing up|hitting up)"
)
# A wish about when, where or how leaves the consent standing: "don't text me before 9".
_NO_LIMIT = (
    r"(?!\s+(?:before|after|until|till|til|unless|while|during|at|on|between|today|tonight|tomorrow|now|so|too|when|if"
    r"|this (?:late|early|morning|week)|in the|right now|yet|back yet|about it yet|the (?:address|time|code|details)"
    r"|in spanish))"
)
# "Why don't you text me" and "you don't text back" ask for more texts, not fewer.
_ORDER = r"(?<!\bi )(?<!\byou )(?<!\bthey )(?<!\bwe )(?<!\bhe )(?<!\bshe )(?<!\bwhy )(?<!\bif )"
# "Don't stop texting me", "did you stop texting", "I can't stop".
_HALT = (
    r"(?<!\bdont )(?<!\bdo not )(?<!\bcant )(?<!\bcannot )(?<!\bnever )(?<!\bwont )(?<!\bdidnt )(?<!\bthey )"
    r"(?<!\bdid you )(?<!\bhave you )(?<!\bif you )(?<!\bwhen you )\b(?:stop|quit|cease|halt|discontinue)"
)
_LIST = (
    r"(?:(?:contact|text|texting|texts?|message|messaging|mailing|marketing|call|calling|sms|phone|customer|customers"
    r"|distribution|e ?mail|spam)\s+)*(?:lists?|database|contacts|system|records|texts|messages|messaging|thread|calls)"
)
_UNWILLING = r"\b(?:dont|do not|no longer)"

_OPT_OUT = re.compile(
    "|".join(
        (
            # stop ...
            rf"{_HALT} (?:all )?(?:of )?(?:the |this |these |your |with the )*{_WRITING}\b",
            rf"{_HALT} (?:calling|phoning)(?! (?:before|after|at|while|when))",
            rf"{_HALT} (?:sending|getting|receiving) (?:{_ME}\s+)?{_OUR}(?:{_TEXTS}\b|stuff|these$|those$|this$|that$)",
            rf"{_HALT} sending (?:to )?{_ME}\b(?=$| ,| please| anything| things)",
            rf"{_HALT} {_OUR}{_TEXTS}\b",
            r"\bstop (?:this|these|that|it|all this|the spam) (?:please|now|already|at once|right now)\b",
            rf"\b{_TEXTS} (?:\w+ ){{0,3}}stop(?:ped)?$",
            r"\bcease and desist\b|\bcease (?:all )?(?:contact|communication)",
            # don't ...
            rf"{_ORDER}\b(?:dont|do not|dnt|never|please not)(?: ever| you)? {_WRITE}(?: {_ME})*(?: please)?\b"
            rf"{_NO_LIMIT}(?=$| ,| again| anymore| any more| ever| please| thanks| thank| or | period"
            r"| and (?:dont|never|lose|remove))",
            rf"{_ORDER}\b(?:dont|do not|never)(?: ever)? (?:call|phone)(?: {_ME})*"
            r"(?: (?:ever|again|anymore|any more))+",
            rf"\b(?:dont|do not|never)(?: ever)? call (?:or|and|nor) (?:text|message)\b{_NO_LIMIT}",
            r"\b(?:dont|do not|do nt) (?:call|contact|text) list\b",
            rf"\b(?:prefer|rather|asked|ask|want)(?: that)? you (?:dont|do not|didnt|not|to stop|to quit)(?: to)?"
            rf" {_WRITE}\b",
            # I no longer want ...
            rf"{_UNWILLING} (?:want|wish|care|need|agree|consent)(?: to)?"
            r"(?: (?:get|getting|receive|receiving|have|any|you to send me|you sending me))*"
            rf" {_OUR}{_TEXTS}\b(?! (?:before|after|at|until|about|with))",
            rf"{_UNWILLING} (?:want|wish) (?:to be|you|y all|you guys|being)(?: to)?"
            rf" (?:{_WRITE}(?:ed)?|{_WRITING}|contacted|texted|messaged|bothered)\b{_NO_LIMIT}",
            rf"{_UNWILLING} consent\b|\b(?:revoke|withdraw|withdrawing|revoking) (?:my |all |any )*consent\b",
            rf"\bno more (?:of )?{_OUR}(?:{_TEXTS}|texting|messaging|contact)\b|\bno more calls? or texts\b",
            r"\bno (?:texts|messages|texting) (?:please|anymore|any more|ever)\b",
            # take me off ...
            rf"\b(?:remove|take|drop|get|delete|pull|keep) {_ME} (?:off|from|out)(?: of)? {_OUR}{_LIST}\b",
            r"\b(?:remove|delete|drop) me(?=$| ,| please| now| thanks| immediately)",
            r"\btake (?:me|us|my number) off(?=$| ,| please| now| thanks)",
            r"\b(?:remove|delete|erase|take off|take down|scrub) (?:my|this|our) (?:phone |cell |mobile )?"
            r"(?:number|phone|cell|contact info|info|information|data|contact)\b"
            r"(?! (?:from|off) (?:the |my |that |this )?(?:appointment|visit|booking|job|order|reservation))",
            r"(?<!\bdont )(?<!\bnot )(?<!\bi )(?<!\byou )"
            r"\b(?:lose|forget|block|blocking) (?:my|this|our) (?:phone )?number\b",
            # unsubscribe, opt out, turn off
            r"(?<!\bdont )(?<!\bnot )(?<!\bto )\b(?:un ?su[bs]c?s?c?rib(?:e|ing)|unsub)\b",
            r"\b(?:want|like|wish|need|have|how do i|how|how can i) to unsub(?:scribe)?\b",
            r"\b(?:be|get) unsubscribed\b",
            r"(?<!\bdont )(?<!\bnot )(?<!\bnot to )\bopt(?:ing)?(?: (?:me|us|my number|this number))? out\b"
            rf"(?=$| ,| please| now| thanks| from| of {_OUR}(?:{_TEXTS}|texting|messaging|everything|it|this|list)\b)",
            rf"\b(?:cancel|end|turn off|disable|shut off|kill) {_OUR}(?:my )?(?:texts|text messages?|messages|sms"
            r"|texting|text alerts|notifications|text notifications|text subscription|spam)\b",
            # go away
            r"(?<!\bdont )(?<!\bnot )\bleave (?:me|us) alone\b",
            r"^(?:please |just )?(?:go away|get lost|buzz off|piss off|f off|fuck off|fuck you|screw off)"
            r"(?: please| now| already)?$",
            # Spanish
            r"\b(?:ya )?no me (?:mand|envi|escrib|texte|contact|moles|llam)\w+(?: (?:mas|mensajes|textos|nunca))*"
            r"(?! (?:antes|despues|hasta|en la|a las|por la|la direccion))",
            r"\b(?:deja|dejen|deje|pare|paren|para) de (?:mandar|enviar|escribir|moles|texte|contact|llamar)\w*",
            r"\bno (?:quiero|deseo)(?: recibir)?(?: mas)? (?:sus |estos |los )?(?:mensajes|textos)\b",
            r"\bno mas (?:mensajes|textos)\b|\bcancelar (?:mi )?suscripcion\b|\bdejenme en paz\b",
            r"\b(?:quiten?me|saquen?me|borren?me|eliminen?me)(?: (?:de|por favor)\b.*)?$|\b(?:dar|den|de)me de baja\b",
            r"\b(?:borren?|eliminen?|quiten?) mi numero\b",
        )
    )
)


def found_in(text: str) -> bool:
    """Whether the message asks us to stop texting. `text` is lower case without accents, apostrophes or punctuation,
    its clauses parted by " , "."""
    return _OPT_OUT.search(text) is not None
