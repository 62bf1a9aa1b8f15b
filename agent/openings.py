"""Wordings of an offer, of an agreement and of opening hours, and those that look like an offer and are none.

Texts are in lower case."""

import re

HOURS = re.compile(
    r"\bhours\b|\bwe(?:'re| are) (?:open|closed|here)\b|\bopen (?:from|until|till|mon|on (?:mon|week)|at|"
    r"\d|weekdays)|\bclos(?:e|es|ed)\b|\boffice (?:is|opens)\b|\bhorario\b|\babr(?:imos|e)\b|"
    r"\babiert[oa]s?\b|\bcerrad[oa]s?\b|\bcerramos\b|\batendemos\b|\bweekdays\b|\bevery (?:week)?day\b|"
    r"\bopen again\b|\b(?:between|entre)(?: el)? \w+day and \w+day\b|\bentre (?:el )?lunes y\b|\b(?:call|"
    r"reach) (?:us|the office|our office)\b|\breopen\w*\b|"
    r"\bwork(?:s|ing)? (?:mon|from)|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days\b|\blos (?:sabado|domingo)s\b",
)
OFFER = re.compile(
    r"\b(?:open(?:ing|ings)?|availab(?:le|ility)|free|slots?|times|spots?|options?|earliest|soonest|"
    r"next (?:one|time|available)|how about|what about|"
    r"(?:we|i)(?: (?:have|can|could|got|do)|'ve(?: got)?)\b(?! (?:your|you|told|let|sent|\w+ed|to)\b)|"
    r"(?:'ve|have|has) (?:got )?(?:\w+ )?(?=\d|monday|tuesday|wednesday|thursday|friday|tomorrow)|"
    r"can (?:come|do|be|get|fit|make|offer|see)|could (?:come|do|be|get|fit|make)|works? (?:for us|on our|great|"
    r"fine|well|perfectly|too|as well)|works\b(?! (?:best|better|for you))|"
    r"checks out|looks (?:good|clear|doable|open)|fits|suits us|is (?:fine|doable|good) (?:with|by|for|on) (?:us|our)|"
    r"disponibles?|libres?|tenemos|hay|quedan|puedo (?:ofrecer\w*|hacer)|podemos|le ofrezco|tengo|espacio)\b",
)
ABOUT_THEM = re.compile(
    r"\b(?:are|be|were) you (?:\w+ )?(?:free|available|open|home)\b|\byou(?:'re| are) (?:free|available|"
    r"home)\b|\b(?:let me|let's|i'll|i can|i will|can i|me) (?:check|see|look)\b|\bfor you to\b|"
    r"\bbefore (?:i|we)\b|\bonly (?:time|day|one) (?:that|you)\b|\bany (?:use|good)\b|"
    r"\bas your (?:\w+ )?(?:wish|preference|choice|pick)\b|"
    r"\b(?:if|whether) (?:it|that|this|there|they)(?:'s| is|'re| are)(?: still)? (?:open|free|available|possible|"
    r"full|taken)\b",
)
WHOLE_DAY = re.compile(
    r"\b(?:all (?:day|morning|afternoon|week)|any ?time|whenever|wide open|todo el dia|toda la (?:manana|tarde)|"
    r"cualquier hora)\b"
)
# "Works for us. Monday, 9 AM.": the time that follows is agreed to.
AGREED = re.compile(
    r"\b(?:works (?:for us|for me|on (?:our|my) (?:end|side))|(?:we|i) can do (?:that|it)|can do|you bet|of course|"
    r"absolutely|"
    r"certainly|(?:that|it)(?:'s| is) (?:fine|doable|possible|free|open)|claro que si|por supuesto|con gusto|"
    r"si podemos)\b"
)
WEEK = re.compile(r"\bmon(?:day)?s? (?:to|through|thru|-) fri(?:day)?s?\b|\blunes a viernes\b")
SHUT = re.compile(r"\b(?:clos\w+|cerr\w+|not|no|never|except|but|menos|salvo|until|reopen\w*)\b|n't\b")
CHANGING = re.compile(r"\b(?:move|cancel|change|keep|reschedule|request|pending|mover|cambiar|cancelar)\b")
OPEN = re.compile(r"\b(?:open\w*|availab\w+|free|slots?|spots?|work(?:s|able)?|libres?|disponibles?|hay|espacio)\b")
IF_OPEN = re.compile(r"\b(?:if|whether|check|see|look|checking|si)\b")
