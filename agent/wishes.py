"""What people say when they want something: phrases with their weights, one list per intent.

Written for text in lower case with slips mended. A weight says how surely the phrase alone means the intent; the sum is
weighed against the other intents and against what the business had asked (agent.intent).
"""

_VISIT = (
    r"(?:appointments?|appts?|bookings?|reservations?|visits?|meetings?|viewings?|jobs?|service calls?"
    r"|slots?|tables?|rides?|orders?|sessions?"
    r"|inspections?|install(?:ation)?s?|tune-?ups?|check-?ups?|consultations?|part(?:y|ies)|dinner"
    r"|lunch|stay|room|service|estimate|manicure|massage|treatment|technician|plumber|electrician)"
)
_PARTICULAR = (
    rf"(?:{_VISIT}|dates?|days?|times?|details|locations?|destination|departure|arrival|pick-?up"
    rf"|drop-?off|check-?in|address|number of)"
)
_ALTER = (
    r"(?:chang(?:e|es|ing)|mov(?:e|ing)|shift(?:ing)?|switch(?:ing)?|modif(?:y|ying|ications?)"
    r"|amend(?:ing|ments?)?|updat(?:e|ing)|adjust(?:ing|ments?)?|alter(?:ing|ations?)?"
    r"|edit(?:ing)?|upgrade|delay|bump|swap|correct|revise|extend|shorten|push(?:ing)?(?: back| out)?"
    r"|transfer|adapt|reassign|tweak|rearrange)"
)
_PERSON = (
    r"(?:humans?|persons?|people|someone|somebody|anyone|anybody|agents?|representatives?|reps?"
    r"|managers?|operators?|supervisors?|owner|boss|staff|team|advisors?|advisers?"
    r"|employees?|assistant|receptionist|dispatch(?:er)?|front desk|customer (?:service|support|care)"
    r"|office|call cent(?:er|re)|real one|live one|specialist|technician|specialists|reception"
    r"|colleague|department|desk)"
)
_AGENT = (
    r"(?:humans?|(?:real|live|actual|normal|human) (?:person|people|human|someone|agent|being)"
    r"|live agent|agents?|representatives?|reps?|managers?|operators?|supervisors?|owner|boss"
    r"|customer (?:service|support|care)|call cent(?:er|re)|receptionist)"
)
_WISH = (
    r"(?:i(?:'d| would|'ll| will)?(?: really| just)? (?:like|love|want|need|wish|prefer|rather|wanna"
    r"|have|gotta|must)|i'?m (?:looking|trying|calling|hoping)|we(?:'d| would)? (?:like|want|need)"
    r"|can (?:i|we|you)|could (?:i|we|you)|please|let'?s|may i|is it possible|help me)"
)

# fmt: off
WISHES: dict[str, tuple[tuple[float, str], ...]] = {
    "cancel": (
        (5.5, r"\bcancel(?:s|led|ed|ling|ing|lation|ation)?\b(?! (?:policy|policies|fees?|charges?|anytime|terms))"),
        (-6, r"\b(?:don'?t|do not|not|never|didn'?t|without) (?:want to |need to |going to |)cancel"
            r"|\bcancell?ation (?:policy|fee)"),
        (
            5,
            rf"\b(?:call(?:ing)? off|get(?:ting)? rid of|delet(?:e|ing)|remov(?:e|ing)|drop(?:ping)?|scrap"
            rf"|scratch|repeal|void|nix|withdraw|take (?:off|down)|undo|abort|annul|terminate|eliminate|erase"
            rf"|kill|rescind|pull|dismiss|discard)\b.{{0,40}}\b{_VISIT}",
        ),
        (5, rf"\b(?:no longer|don'?t|do not|not|won'?t|will not|never|didn'?t)\b(?: \w+){{0,3}} (?:need|want"
            rf"|require|needing|keep|attend|use|necessary)(?:ed)?\b.{{0,30}}\b{_VISIT}"),
        (5, rf"\b{_VISIT}\b.{{0,60}}\b(?:no longer|don'?t|do not|not|won'?t|isn'?t"
            rf"|is not)\b (?:\w+ ){{0,2}}(?:need|want|require|necessary|happening|keep|going to happen)"),
        (4, r"\bno (?:longer )?need (?:to (?:confirm|come|send|keep|hold)|for)\b.{0,30}"),
        (4, r"\b(?:don'?t|do not|no longer) (?:want to|need to|wanna) (?:meet|come|go|see|be seen)\b"
            r"|\bdon'?t (?:come|send (?:anyone|anybody|him|someone))\b"),
        (3.5, r"\b(?:can'?t|cannot|won'?t be able to|will not be able to|unable to|not going to|not able to"
            r"|not gonna) (?:make|come|attend|keep|be there|be home)\b(?! .{0,20}\b(?:until|before)\b)"),
        (5, r"\b(?:call|calling) (?:it|the \w+|everything|that) off\b|\b(?:don'?t|do not) need (?:you|it|him"
            r"|them|anyone) (?:any ?more|to come|after all)\b|\bcancela(?:r|d)?\b"),
        (3, r"\bforget (?:about )?(?:it|the|my)\b|\bfound (?:someone|somebody) else\b|\bwent with (?:someone"
            r"|another)\b"),
    ),
    "reschedule": (
        (6, r"\breschedul\w*|\brebook\w*|\bpostpon\w*|\bre-?arrang\w+|\breprogramar\b|\bput off\b|\bbring forward\b"),
        (5, rf"\b{_ALTER}\b.{{0,60}}\b{_PARTICULAR}\b"),
        (4.5, rf"\b(?:my|our|the|a|this|that|existing|current) (?:\w+ ){{0,3}}{_VISIT}\b.{{0,80}}\b(?:{_ALTER}"
            rf"|different|instead)\b"),
        (4, rf"\b{_ALTER} (?:it|that|this|mine|him|them)\b|\bthere is a change\b|\b{_ALTER}\b.{{0,30}}\b(?:to"
            rf"|for) (?:a )?(?:different|another|later|earlier|new)\b"),
        (4.5, rf"\b(?:add|includ(?:e|ing)|adding|put(?:ting)?|bring(?:ing)?|have)\b.{{0,40}}\b(?:person|people"
            rf"|somebody|someone|more|guests?|others|another|kids|adults?|children)\b.{{0,40}}\b(?:{_VISIT}"
            rf"|under)\b"),
        (4.5, rf"\b{_VISIT}\b.{{0,60}}\b(?:add|includ(?:e|ing)|upgrade|adding)\b.{{0,30}}\b(?:person|people"
            rf"|somebody|someone|more|guests?|kids|adults?|it)\b"),
        (3, r"\bnew (?:arrival|departure|pick-?up|drop-?off|location|destination|date|time)\b.{0,20}\bis\b"),
        (2.5, rf"^(?:\W|hi|hello|hey|wait|now|please|and|so|ok|okay|oh)*(?:{_WISH} (?:to "
            rf"|you )?(?:help me )?)?(?:{_ALTER})\b"),
        (2.5, r"\b(?:a|another|some) (?:different|later|earlier|other|new) (?:day|time|date"
            r"|slot)\b.{0,30}\binstead\b|\bpush (?:it|that|my \w+) (?:back|out)\b"),
        (4, r"\bcambiar (?:mi|la|de)\b|\bmove (?:my|the|our|me)\b(?! (?:furniture|car|fridge|couch))"),
    ),
    "book": (
        (4, rf"\b(?:(?:book|schedul(?:e|ing)|reserv(?:e|ing))\b|set(?:ting)? up|arrang(?:e|ing)|mak(?:e|ing)"
            rf"|plan(?:ning)? (?:a|an|to)|organi[sz]e|set|request|create|put in|order)\b.{{0,40}}\b{_VISIT}\b"),
        (3.5, r"\b(?:need|want|like|get|have|hoping for|looking for|require|wish|pay|give me|getting"
            r"|after)\b (?:to (?:make|get|have|book|pay) |for |in for )?(?:an?|another|my|the"
            r"|some)? ?(?:\w+ ){0,3}\b(?:appointment|appt|booking|reservation|visit|viewing|table|room"
            r"|service call|estimate|quote|inspection|tune-?up|meeting|session|check-?up|installation"
            r"|consultation)s?\b"),
        (3, rf"\b{_WISH}\b.{{0,40}}\b(?:book|schedul(?:e|ed|ing)|reserve|set up|arrange)\b|^(?:\W|please"
            rf"|ok(?:ay)?|yes|now|so|great|hi|hello)*(?:book|schedule|reserve|arrange|set up)\b"),
        (3, r"\bneed (?:a |an |my )?\w* ?(?:\w+ )?(?:scheduled|booked|looked at|fixed|repaired|serviced"
            r"|replaced|installed|cleaned|inspected|checked)\b"),
        (3, r"\b(?:how|where|who)\b.{0,30}\b(?:schedule|book|reserve|make an appointment|get an appointment)\b"),
        (3, r"\b(?:send|get|have|find|need|want|looking for|looking to get)\b.{0,12}\b(?:someone|somebody"
            r"|anyone|a (?:tech|technician|plumber|guy|person|electrician|pro|mechanic"
            r"|repairman))\b.{0,12}\b(?:to|out|over|look|come|who|for|here|asap|today|now)\b"),
        (2.5, r"\b(?:can|could|will|would) (?:you|someone|somebody|you guys|anyone|y'?all) (?:please )?(?:come"
            r"|send|stop by|swing by|fix|repair|replace|install|look at|check out|take a look"
            r"|help (?:me )?with|service|squeeze|fit me|see me)\b"),
        (2.5, r"\bneed(?:s|ed)?\b.{0,12}\b(?:to be |to get |to have |to go in for )?(?:brought|taken|maintenance"
            r"|service|repairs?|checked|fixed|replaced|serviced|looked|(?:a|an|my|new) (?:new )?\w+ (?:change"
            r"|changed|installed|fixed|repaired|replaced|checked|cleaned|inspection|tune-?up))\b"),
        (2.5, rf"\b{_WISH}\b.{{0,16}}\b(?:see|visit|view|meet|look at|interested in|tour|stay|come in|get in"
            rf"|be seen|check out|go see|go to|find an?)\b|\bfind (?:me |us )?an?\b"),
        (2.5, r"\binterested in (?:\w+ing|a|an|your|getting|the)\b|\blooking (?:to|for) (?:stay|book|get|have"
            r"|schedule|a|an|someone)\b|\bplanning (?:to|a)\b"),
        (2, r"\b(?:i'?d like|i want|i need|we need|we'?d like|i would like|we want|need) (?:an?|some|someone"
            r"|somebody|\d|two|three|help|service|maintenance|repairs?|the \w+ appointment)\b"),
        (2, r"\b(?:check engine|oil change|maintenance|tire|tires|brakes)\b.{0,30}\b(?:light|on|checked|change"
            r"|appointment|rotat|schedule)|\b(?:schedule|get|need|set)\b.{0,30}\b(?:oil|tires?|maintenance"
            r"|repairs?|service|inspect\w*)\b"),
        (3, r"\b(?:necesito|quiero|quisiera|hacer)\b.{0,20}\b(?:cita|visita|t[eé]cnico|plomero|ayuda|reparar"
            r"|arreglar)\b"),
        (-4, r"\b(?:have|had|made|'ve|i|we) (?:\w+ )?(?:reserved|booked|scheduled|made)\b|\b(?:have|had|made"
            r"|got) (?:an? |the |my |existing |\w+ )?(?:\w+ )?(?:booking|reservation|appointment)\b(?! (?:with"
            r"|please))"),
        (3, r"\b(?:i|we) can (?:schedule|book|reserve)\b|\b(?:go ahead|proceed|continue) (?:with"
            r"|and) .{0,24}(?:book|appointment|schedul|reserv)\w*"),
        (2.5, r"\bappointment (?:with|for|on|at)\b|\bmake (?:me )?(?:an? )?(?:\w+ )?appointment\b|\bsign me up\b"),
    ),
    "availability": (
        (4.5, r"\b(?:am i|i am|i'?m|is (?:he|she|it|anyone|anybody|someone|dr|doctor|\w+)|are (?:you|they"
            r"|you guys|there))\b.{0,16}\b(?:free|available|open|availability|openings?|slots?)\b.{0,60}\?"
            r"|\bwhen (?:am i|i'?m|i am|will i be|are you|can you|could you|would you be able"
            r"|is (?:the )?(?:next|earliest|soonest|\w+ available))\b"),
        (4, r"\b(?:what|which|when|any|find|show|check|have|got|see|do i have|is there|are there|tell me"
            r"|know)\b.{0,40}\b(?:availab\w+|free (?:times?|slots?|hours?|periods?)|open(?:ings?)? ?(?:times?"
            r"|slots?)?|slots?|time slots?|times? (?:is|are|do)|free)\b"),
        (3, r"\b(?:what|which)(?:'s| is| are| other)? (?:the |your )?(?:next |soonest |earliest |other |first "
            r"|else |next available )?(?:times?|days?|dates?|appointments?|hours?)\b.{0,50}\b(?:available|open"
            r"|free|have|can|could|do you|work|you got|there|soonest|earliest)\b"),
        (3, r"\b(?:earliest|soonest|next available|first available)\b|\banything (?:earlier|later|sooner|open"
            r"|available|on|in|at|before|after)\b|\bhow soon\b"),
        (2.5, r"\b(?:how|what) about\b|\bcan (?:you|we|i|he|she|they) (?:try|do|make it|come|fit)\b"
            r"|\bcould (?:you|we|i) (?:try|do)\b|\blet'?s try\b|\bwould\b.{0,24}\bwork\b.{0,20}\?"
            r"|\btry (?:for )?(?:a|an|another|some|\d)"),
        (2.5, r"\bany ?time\b|\bany day\b|\bi can go\b|\b(?:i'?m|i am) (?:free|available|open|flexible)\b"
            r"|\bdifferent (?:time|day)\b|\b(?:another|other) (?:time|day)\b"),
        (3, r"\bdo (?:you|i|they|we|y'?all) have (?:\w+ ){0,3}(?:time|openings?|availability|spots?|anything"
            r"|appointments?|slots?)\b|\bis there (?:an?|any|anything)\b.{0,40}\b(?:appointment|slot|opening"
            r"|time|table|room|earlier|later|tomorrow|today)\b"),
        (3, r"\b(?:cu[aá]ndo|qu[eé] d[ií]as?|horarios?|disponib\w+)\b"),
    ),
    "lookup": (
        (6, rf"\b(?:when(?:'s| is|s| was| are)?|what (?:time|day|date)(?:'s| is| was| are)?|where(?:'s| is"
            rf"| are)?|what(?:'s| is| are))\b (?:\w+ )?(?:my|our)\b.{{0,30}}\b{_VISIT}"),
        (5, rf"\bdo (?:i|we) (?:still |already )?have (?:an?|any|my|another) (?:\w+ )?(?:{_VISIT})\b"
            rf"|\bam i (?:still )?(?:booked|scheduled|on (?:the|your) (?:schedule|books))\b|\bdid (?:you|i|we"
            rf"|they)\b.{{0,12}}\b(?:book|schedule|get) (?:me|my|an|it)\b"),
        (5, rf"\b(?:check|see|look up|find|pull up|show|view|verify|review|details of|status of"
            rf"|information (?:on|about)|remind me)\b (?:\w+ ){{0,4}}(?:my|our|existing"
            rf"|upcoming) (?:\w+ ){{0,2}}{_VISIT}\b(?! (?:to|can))"),
        (5, r"\b(?:when|what time|where)(?:'s| is| are| will| does| do)? (?:the |your |my |)(?:tech\w*|guy"
            r"|plumber|electrician|he|she|they|you|someone|somebody|dana|luis)\b.{0,16}\b(?:coming|arriv\w+"
            r"|get(?:ting)? here|be here|show(?:ing)? up|at)\b|\bon (?:his|her|their|your|the) way\b.{0,6}\?"
            r"|\beta\b|\bstill coming\b"),
        (6, r"\bwhat (?:do|did|have) (?:i|we) (?:have |got )?(?:booked|book|scheduled|coming up)\b"
            r"|\bwhat have (?:i|we) got booked\b"),
        (4, r"\bwhat time (?:was|is|did|am) (?:i|it|that|my|the)\b.{0,24}\b(?:booked|scheduled|for"
            r"|appointment)\b|\bmy (?:next|upcoming) \w+\b.{0,12}\?"),
    ),
    "human": (
        (
            6.5,
            r"\b(?:talk|speak|chat|talking|speaking|chatting|connect|connected|transfer|transferred|(?:put"
            r"|pass|patch|get|hand|bring|give|take) (?:me|us)|forward|switch|refer|redirect|reach|through)"
            rf"\b(?: (?!(?:about|for|at|if|because)\b)[\w'-]+){{0,5}}? {_PERSON}\b(?! (?:to|out|over|come"
            rf"|who (?:can|could)|here|asap|look|available|can|free|that can)\b)",
        ),
        (6.5, rf"\b(?:want|need|have|prefer|find|like|see|contact|get|give|rather|ask for)\b(?: (?:me|us|with|to"
            rf"|an?|the|your|some|actual|real|live|normal|human|directly|proper|have))* {_AGENT}\b"),
        (2, r"\b(?:real|live|actual|normal|non-?robot\w*|human) (?:person|human|agent|people|representative"
            r"|one|being|advisor|someone)\b"),
        (6.5, r"\b(?:talk|speak|chat|connect|transfer|put|pass|patch)\b(?: \w+){0,2} (?:to|with"
            r"|through)\b (?:me |us )?(?:to |with )?(?:the|your|a|an|my|some|someone|somebody|room|customer"
            r"|technical|tech|guest)\b"),
        (6.5, r"\b(?:connect|transfer|forward|patch|put) (?:me|us|this call|my call)\b|\b(?:don'?t|do not|stop"
            r"|not|rather not|instead of|tired of|sick of|hate)(?: \w+){0,3} (?:talk|speak|chat|deal|talking"
            r"|speaking|chatting|dealing)\w* (?:to|with) (?:you|a (?:bot|robot|machine|computer)|bots?|robots?"
            r"|machines?|virtual|an? ai|this)"),
        (6.5, r"\b(?:can|could|have|please|get|ask)\b.{0,20}\b(?:someone|somebody|a person|a human|the owner"
            r"|the manager|dana|luis|your boss) (?:please )?(?:call|phone|ring|contact|reach out)\b"
            r"|(?<!can )(?<!they )(?<!people )\b(?:call me|give me a call|phone me|ring me)\b(?! \w+ \w+$)"
            r"|\bcall ?back\b"),
        (6.5, r"^\W*(?:an? |the |real |live |actual )*(?:human|agent|representative|operator|person|manager"
            r"|real person|live person|human being|customer service|receptionist|front desk)(?: please| now"
            r"| pls)?\W*$"),
        (5, r"\b(?:let me|i'?d rather|i want to|i need to|i'?d like to|can i|could i|may i|wanna"
            r"|is it possible to|how (?:can|do) i)\b.{0,16}\b(?:talk|speak|chat)\b (?:to|with)\b"
            r"|\bhuman (?:please|now|help|agent)\b|\bpersona real\b|\bhablar con\b|\b(?:manager"
            r"|supervisor) (?:please|now|on the (?:line|phone))\b|\bon the (?:line|phone)\b"),
        (6.5, r"\b(?:don'?t|do not|not|won'?t|never|rather not|uncomfortable)\b.{0,24}\b(?:comfortable|trust"
            r"|shar(?:e|ing)|giv(?:e|ing)|tell(?:ing)?|discuss(?:ing)?|explain(?:ing)?|like)\b.{0,40}"
            r"\b(?:with|to|by)? ?(?:an? |the |this )?(?:machine|bot|robot|computer|ai|chatbot)\b"),
        (3, r"\bnot (?:a )?(?:bot|robot|machine|computer)\b|\bwithout (?:a|the) (?:bot|robot|machine)\b"),
    ),
}
# fmt: on
