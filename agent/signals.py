"""What the script listens for beside intents: moods, doubts, and phrases that must never lead to a write."""

import re

INSTEAD = re.compile(
    r"\b(instead|resched\w*|move (?:it|my|the)|change (?:it|my|the)|(?:different|another|other) (?:day|time)|"
    r"push (?:it|my)|can'?t make (?:it|that)|doesn'?t work any\s?more|switch)\b",
    re.IGNORECASE,
)
CORRECTS = re.compile(
    r"\W*(?:oh,? )?(?:no+|nope|nah|actually|wait|sorry|hold on|scratch that|oops|hmm+)\b", re.IGNORECASE
)
WISHES = re.compile(
    r"\b(?:i|we)(?:'?d| would) (?:really |also )?(?:like|love|prefer)\b|\b(?:i|we) (?:really |also |still )?"
    r"(?:want|need|wish|am looking|are looking)\b|"
    r"\b(?:make|get|have|set up|schedule|book) (?:me |us )?(?:an?|another)\b|"
    r"\b(?:can|could|may) (?:i|we)\b|\bif (?:at all )?(?:possible|available|open|free)\b|"
    r"\bif (?:that'?s|it'?s|it is|that is) (?:still )?(?:possible|available|open|free)\b",
    re.IGNORECASE,
)
LIKES = re.compile(
    r"\W*(?:oh |wow |that'?s )*(?:so |very |really )?(?:nice|neat|lovely|cool|great|good to know)\W*", re.I
)
CANNOT_COME = re.compile(
    r"\b(?:can'?t|cannot|can not|won'?t be able to|not able to|unable to) (?:make|do|be there|keep|be home)\b|"
    r"\b(?:something|somethin|smth) (?:came|has come) up\b|\b(?:won'?t|will not|not going to) be (?:home|there)\b",
    re.IGNORECASE,
)
THINKING = re.compile(
    r"\blet me (?:think|check|see|ask|talk|look)\b|\bthink (?:about it|it over)\b|\bget back to (?:you|u)\b|"
    r"\bnot sure yet\b|\b(?:need|have|got) to (?:check|ask|talk|think|look)\b|"
    r"\bi'?ll (?:let (?:you|u) know|think|check|see|call|text|ask)\b|"
    r"\b(?:one|a) (?:sec|second|moment|minute)\b|\bhold on\b",
    re.IGNORECASE,
)
ANY_TIME = re.compile(
    r"\b(?:any ?time|any of (?:them|those|these)|either(?: one| of them)?|whichever|whatever(?: works| is best)?|"
    r"you (?:pick|choose|decide)|doesn'?t matter|don'?t (?:care|mind)|(?:i'?m|we'?re) (?:flexible|easy|open))\b",
    re.IGNORECASE,
)
UPSET = re.compile(
    r"\b(?:ridiculous|unacceptable|never (?:showed|came|called)|didn'?t (?:show|even show)|no[- ]show(?:ed)?|worst|"
    r"terrible|horrible|awful service|furious|pissed|scam(?:m\w+)?|rip(?:ped)? ?off|lawyer|sue you|bbb|refund|"
    r"complain\w*|disgusted|fed up|sick of|waiting all (?:day|morning|afternoon)|(?:bad|angry) review)\b",
    re.IGNORECASE,
)
GOODBYE = re.compile(
    r"\b(?:(?:good)?bye+|see (?:you|ya|u)|cya|take care|have a (?:good|great|nice)|talk (?:soon|later)|good ?night|"
    r"sounds? good|perfect|awesome|great|cool|got it|will do|no worries)\b|^\W*\U0001f44d",
    re.IGNORECASE,
)
TROUBLE = re.compile(
    r"\b(?:leak\w*|br[eo]ke\w*|broken|clog\w*|dead|died|out|down|stopped|quit|nothing|stuck|cold|freezing|frozen|"
    r"no (?:heat|hot water|power|ac|a/c|air|water|cold air)|not (?:work\w*|heat\w*|cool\w*|turn\w*|start\w*|blow\w*)|"
    r"(?:won'?t|doesn'?t|isn'?t|does not|will not|is not) \w+|burst|overflow\w*|flood\w*|dripp\w*|smell\w*|nois[ey]\w*|"
    r"rattl\w*|bang\w*|acting up|weird|strange|broke down)\b",
    re.IGNORECASE,
)
LINK = re.compile(
    r"\b(?:send|text|give|share|m[aá]nd\w+|env[ií]\w+|p[aá]se\w*)\b[^.?!]{0,30}\b(?:link|enlace)\b|"
    r"\b(?:is there|do you have|have you got|(?:can|could|may) i (?:get|have)|hay|tienen?)\b[^.?!]{0,20}"
    r"\b(?:link|enlace)\b",
    re.IGNORECASE,
)
TO_A_VISIT = re.compile(
    r"\b(?:my|change|move|cancel\w*|resched\w*|manage|see|mi|cambi\w+|anul\w+|ver)\b", re.IGNORECASE
)
SALES = re.compile(
    r"\b(?:seo|google (?:ranking|reviews? for sale)|rank(?:ing)? (?:your|on google)|business (?:loan|funding)|"
    r"merchant (?:cash|services)|crypto|bitcoin|congratulations|you(?:'ve| have) won|lottery|web ?site design|"
    r"boost your (?:sales|traffic)|more leads for your)\b",
    re.IGNORECASE,
)
WRONG_NUMBER = re.compile(r"\bwrong (?:number|person)\b|\bdidn'?t (?:call|mean to call)\b|\b(?:butt|pocket) dial", re.I)
