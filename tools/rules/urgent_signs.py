"""The words that mean a home cannot wait: no heat, somebody fragile, water where it should not be.

Matched against a whole message in lower case, without accents, apostrophes or punctuation.
"""

import re

_HEATING = r"(?:heats?|heating|heater|furnace|boiler|heat pump|radiators?|hvac)"
_BROKEN = (
    r"(?:out|off|down|dead|broken|broke|died|quit|stopped|kaput|gone|failed|not (?:working|running|heating|on|coming on"
    r"|turning on|kicking on|blowing)|isnt (?:working|running|heating|on|coming on|turning on|blowing)"
    r"|wont (?:turn|come|kick|start|stay|work|run|heat|light|fire|ignite)\w*|doesnt (?:work|turn|come|kick|heat)"
    r"|went (?:out|off|down)|stopped working|blowing cold|not producing)"
)
NO_HEAT = re.compile(
    r"\bno heat(?:ing|er)?\b(?! (?:pump|issue|problem))|\bwithout (?:any )?heat(?:ing)?\b|\blost (?:our |the |my"
    r" )?heat\b"
    rf"|\b(?<!water )(?<!hot ){_HEATING}(?: (?:is|has|been|just|was|in|the|our|my|house|system|unit|completely|again"
    r"|suddenly|all))*"
    rf" {_BROKEN}\b"
    rf"|\b(?:dont|do not|havent|doesnt) have (?:any )?heat\b|\bnot (?:getting )?(?:any )?heat\b|\bnot heating\b"
    r"|\b(?:sin|no hay|no tenemos|no tengo) (?:calefaccion|calenton|calentador)\b|\bcalefaccion no (?:funciona|sirve"
    r"|prende)\b"
)
NO_COOLING = re.compile(
    r"\bno (?:ac|a c|air|air conditioning|air conditioner|aircon|cooling|cool air)\b|\bwithout (?:ac|a c|air)\b"
    r"|\b(?:ac|a c|air conditioner|air conditioning|air|aircon|cooling)(?: (?:is|has|just|unit|system|our|the"
    r"|completely))*"
    rf" {_BROKEN}\b|\b(?:dont|do not) have (?:any )?(?:ac|air|cooling)\b|\bsin aire\b|\baire no (?:funciona|sirve"
    r"|enfria)\b"
)
VULNERABLE = re.compile(
    r"\b(?:bab(?:y|ies)|infants?|newborns?|new born|toddlers?|preemie|(?:weeks?|months?|mo|wk) olds?|elderly"
    r"|senior(?:s| citizen)?"
    r"|grand(?:ma|mas|mother|mothers|pa|pas|father|parents?)|nana|granny|wheelchair|bedridden|disabled|oxygen|dialysis"
    r"|ventilator|pregnant|hospice|(?:little|small|young) (?:kids|children|ones)|bebes?|recien nacid[oa]s?|abuel[oa]s?"
    r"|ancian[oa]s?|embarazada|nin[oa]s? pequen[oa]s?)\b|\b(?:7[5-9]|8\d|9\d)(?: years?| yr| yrs| yo)(?: old)?\b"
    r"|\b(?:shes|hes|she|he|im|am|who|mom|mother|dad|father|wife|husband|neighbor|parents|they|theyre|aged?|turned"
    r"|in (?:her|his|their))(?: (?:is|are))? (?:7[5-9]|8\d|9\d)s?\b"
    r"|\bheart condition\b|\bcopd\b|\bolder (?:parents|couple|woman|man|mom|dad|mother|father)\b"
)
KIDS = re.compile(r"\b(?:kids?|child|children|nin[oa]s)\b")
COLD = re.compile(
    r"\b(?:freez\w*|frozen|ice cold|icy|snow\w*|below (?:zero|freezing|0)|sub ?zero|frost\w*|blizzard|ice storm|so cold"
    r"|very cold|really cold|bitter\w*|(?:minus|negative) \d+|(?:[12]?\d|3[0-5])(?: ?degrees| ?f)\b|teens outside"
    r"|helando|congela\w*|mucho frio|bajo cero)\b"
)

_ACTIVE_LEAK = (
    r"\b(?:burst|busted|broken|ruptured|split|cracked|frozen) (?:\w+ )?(?:pipe|pipes|line|main|hose)\b|\bpipes?"
    r" (?:\w+ )?"
    r"(?:burst|broke|busted|split|cracked|exploded)\b|\bflood(?:ed|ing)\b|\bgush\w+|\bspray(?:ing|s) (?:water"
    r"|everywhere)\b"
    r"|\bwater (?:\w+ ){0,2}(?:everywhere|pouring|coming (?:through|out|in|down|up)|all over|leaking|spraying"
    r"|running down)\b"
    r"|\bleak(?:ing|s)?(?: \w+){0,4} (?:through|into|from|in|all over|on|onto) (?:the |my |our )?(?:ceiling|wall"
    r"|walls|floor|"
    r"upstairs|kitchen|basement|attic|closet|carpet)\b|\b(?:water heater|heater|tank|boiler|pipe|toilet|main|ac|unit"
    r"|furnace"
    r"|ceiling|roof|washer|dishwasher|radiator)(?: \w+){0,3} (?:leaking|leaks|leaked|overflowing|overflowed|pouring)\b"
    r"|\b(?:major|big|bad|huge|active|serious|water|slab) leak\b|\bcant (?:turn|shut) (?:off )?(?:the )?water(?:"
    r" off)?\b"
    r"|\boverflow\w*|\bleaking (?:\w+ ){0,2}(?:bad|badly|everywhere|fast|water|a lot)\b|\bfuga de agua\b|\binunda\w+"
)
_SEWAGE = (
    r"\bsew(?:age|er)(?: \w+){0,4} (?:back\w*|overflow\w*|coming|up|in|smell)\b|\bsewage\b|\bsewer (?:backup|back up"
    r"|line)\b"
    r"|\b(?:toilets?|drains?|tub|shower|sinks?)(?: \w+){0,3} (?:backing up|backed up|overflow\w*)\b|\bbacking up\b"
    r"|\b(?:poop|feces|raw waste)\b|\baguas negras\b|\bdrenaje\b.*\btap\w+"
)
_NO_WATER = (
    r"\bno (?:running )?water\b(?! (?:leak|damage|softener|filter|pressure (?:problem|issue)))|\bwithout (?:any"
    r" )?water\b"
    r"|\bwater (?:is |has been )?(?:shut off|turned off|off|out)\b(?! of)|\b(?:dont|do not) have (?:any )?(?:running"
    r" )?water\b"
    r"|\bno water at all\b|\bsin agua\b|\bno (?:hay|tenemos|tengo) agua\b"
)
_POWER_LOSS = (
    r"\b(?:no|lost|without) (?:power|electricity)\b|\bpower (?:is |went |has been )?out\b|\bhalf (?:of )?(?:the |my "
    r"|our )?house\b"
    r"|\bbreaker(?: \w+){0,3} (?:wont|will not|cant|doesnt) (?:reset|stay)\b|\b(?:panel|breaker|outlet|switch"
    r"|box)(?: \w+){0,2}"
    r" (?:buzz\w*|humming|crackl\w*)\b|\bbuzzing (?:\w+ )?(?:panel|breaker|outlet|switch)\b|\bexposed (?:\w+"
    r" )?wir\w+|\bsin luz\b"
)
_STUCK_DOOR = (
    r"\b(?:car|truck|van|vehicle)(?: \w+){0,3} (?:stuck|trapped|blocked)\b|\b(?:stuck|trapped)(?: \w+){0,3}"
    r" (?:inside|in the garage)\b"
    r"|\bdoor(?: \w+){0,3} (?:stuck open|wont (?:close|shut|go down|come down)|off (?:the |its )?tracks?|fell|fallen"
    r"|crashed)\b"
    r"|\b(?:stuck|wide) open\b|\b(?:cant|cannot|wont) (?:close|shut|secure|lock) (?:the |my |our )?(?:garage|door)\b"
    r"|\b(?:broken|broke|snapped|busted) (?:\w+ )?(?:spring|cable)\b|\b(?:spring|cable) (?:\w+ )?(?:broke|broken"
    r"|snapped|popped)\b"
)

# What cannot wait for the next free week, whoever was called, and what only that trade is called for.
ALWAYS_URGENT = re.compile("|".join((_ACTIVE_LEAK, _SEWAGE, _NO_WATER)))
URGENT: dict[str, re.Pattern[str]] = {
    "electrical": re.compile(_POWER_LOSS),
    "garage_doors": re.compile(_STUCK_DOOR),
    "general": re.compile(f"{_POWER_LOSS}|{_STUCK_DOOR}"),
}
