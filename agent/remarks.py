"""What people say besides their wishes: refusals, thanks, questions about us, what is broken (see agent.wishes)."""

# fmt: off
REMARKS: dict[str, tuple[tuple[float, str], ...]] = {
    "deny": (
        (3.5, r"^(?:\W|oh|well|um+|sorry|hmm|i said|the answer is|it'?s a|hell|heck)*\b(?:no+|nope|nah+|nay"
            r"|uh-?uh|negative|not (?:really|now|right now|yet|today|interested|that|this|quite|at all)|never"
            r"|false|wrong|incorrect|no way|nothing|neither|none|don'?t|cancel that)\b(?! (?:problem|worries"
            r"|idea|clue|doubt|rush|hurry|heat|hot water|power|ac\b|a/?c|water|cold|cool|need to))"),
        (3, r"\b(?:the|my) answer is (?:\w+ )?no\b|\b(?:that|it|this|which)(?:'s|s| is| was| would be"
            r"|'d be) (?:\w+ )?(?:not|wrong|incorrect|false|erroneous|untrue|inaccurate|a no|a negative|a lie"
            r"|mistaken|negative|no)\b|\b(?:isn'?t|is not|not|wasn'?t) (?:\w+ )?(?:right|correct|true|accurate"
            r"|what i|my name|it)\b|\bnot (?:that|this) (?:one|time|day)\b"),
        (3, r"\bi (?:never|didn'?t|did not) (?:say|said|ask|want|agree)\b|\bi (?:said|meant) no\b"
            r"|\bi (?:don'?t|do not) (?:need|want) (?:it|that|to|any)\b|\bnever ?mind\b|\bno(?:,"
            r"| )? ?(?:thanks|thank you|thx|gracias)\b|\bthat'?s (?:all|it|everything)\b.{0,12}$"
            r"|\bnothing else\b|\bi (?:disagree|refuse|decline)\b|\b(?:i'?m )?afraid not\b|\bnot a chance\b"
            r"|\b(?:please|just) don'?t\b|\b(?:say|saying|be|is) no\b$|\bain'?t (?:right|true|so|it)\b|\b(?:un"
            r"|not )true\b|\bno,? (?:no|nope)\b"),
        (5, r"\bi (?:don'?t|do not) (?:need|want) (?:anything|any (?:more|other) \w+)\b"),
        (2.5, r"\b(?:some other|another|maybe another|maybe some other) time\b|\bnot (?:right )?now\b"
            r"|\bwon'?t work\b|\b(?:doesn'?t|does not|can'?t|don'?t) (?:work|do that)\b|\b(?:i'?ll"
            r"|i will) pass\b|\bi'?m (?:good|all set)\b|\bdon'?t think so\b|\bnot gonna\b"),
        (2, r"\bactually\b|^\W*(?:oh )?wait\b|\binstead\b|\brather\b|\bi prefer\b|\bmake (?:that|it)\b"
            r"|\bno longer\b|\bmis(?:remembered|spoke|took)\b"),
    ),
    "other": (
        (8, r"\b(?:are|r) (?:you|u)\b(?: (?:really|actually|a|an|some|just|not|even|kind of|the|real|live"
            r"|actual|like))* ?(?:bot|robot|human|person|ai|a\.i|machine|computer|automated|alive|living|being"
            r"|program|chatbot|real|life|virtual|android|somebody|sentient|software|people)\b(?! (?:estate"
            r"|quick|soon))"),
        (1.5, r"\b(?:good|great|nice) (?:job|work)\b"),
        (8, r"\b(?:is (?:this|it|that)|am i (?:talking|speaking|chatting|texting)(?: to| with)?|this is"
            r"|who am i (?:talking|speaking))\b.{0,24}\b(?:bot|robot|human|person|ai|machine|computer"
            r"|automated|real)\b|\byou(?:'re| are)? (?:really |just |probably |not |actually )*(?:an? )?(?:bot"
            r"|robot|human|ai|machine|computer|real|chatbot)\b|\bif you(?:'re| are)\b.{0,24}\b(?:bot|robot"
            r"|human|person|ai|machine|computer|real)\b|\beres (?:un )?(?:robot|humano|persona)\b"),
        (5, r"\b(?:don'?t|do not|dunno|not|haven'?t|have no|no|hell if i|never|idk|isn'?t"
            r"|who) ?(?:\w+ )?(?:know|sure|knowledge|idea|clue|certain)s?\b|\bi (?:can'?t|cannot) (?:tell|say"
            r"|remember|recall)\b|\bbeats me\b|\bidk\b|\bnot a clue\b|\bunsure\b|\bcan'?t be sure\b"),
        (4.5, r"\b(?:repeat|say)\b.{0,16}\b(?:again|that|it|one more|last|yourself|repeated|once)\b"
            r"|\brepeat(?:ed)?\b|\b(?:one more time|come again|pardon|say what|didn'?t (?:catch|hear|get)"
            r"|what did you (?:just )?say)\b|\bwhat do you mean\b"),
        (4, r"\b(?:maybe|perhaps|possibly|could be|might be|either)\b.{0,20}$"),
        (3.5, r"\b(?:thanks|thank you|thank,? you|thx|ty|cheers|appreciated?|grateful|gracias)\b"),
        (4, r"\b(?:good ?bye|bye|see (?:ya|you)(?: (?:soon|later|again|around))?|talk (?:to you )?later"
            r"|have a (?:good|great|nice|wonderful|blessed)|take care|good night|got(?:ta)? (?:to )?(?:go|run)"
            r"|have to get going|nice (?:talking|chatting|to chat)|farewell|ciao|later gator|enjoy\w* (?:to"
            r"|talking))\b"),
        (3, r"^\W*(?:hi|hello|hey|howdy|yo|greetings|good (?:morning|afternoon|evening)|hola|sup|what'?s up"
            r"|hiya)\b[^?]{0,24}$|\bhow are you\b|\bhow(?:'s| is) it going\b|\bwhat'?s new\b|\b(?:good|great"
            r"|nice) (?:job|work)\b|\bwell done\b|\bhi\b.{0,12}\bdoing\b"),
        (1.5, r"^(?:\W|so|and|ok|okay|well|hi|hello|hey|um)*(?:who|why|what|how|when|where|which|whose|is|are"
            r"|does|do|did|can you (?:tell|list|explain)|tell me|explain|please (?:tell|explain)|will (?:it"
            r"|there|the))\b"),
        (2.5, r"\b(?:rating|phone number|address|unisex|pets|price|cost|how much|insured|licen[cs]ed|reviews?"
            r"|warranty|discount|payment|credit cards?)\b.{0,24}\?"),
        (3, r"\bsort(?:ed)? (?:it |that )?out\b|\bfixed it(?:self)?\b|\bworking (?:again|now)\b|\bwrong number\b"),
        (2.5, r"\b(?:my|our|your|a) (?:flight|order status|package|bill|invoice|account|password|refund)\b"),
    ),
    "give_issue": (
        (2.5, r"\b(?:leak\w*|broke\w*|clog\w*|not (?:working|heating|cooling|turning on|draining|starting"
            r"|blowing)|won'?t (?:turn on|start|drain|flush|heat|cool|stop|light|ignite|shut off)"
            r"|doesn'?t (?:work|heat|cool|drain|turn on|start)|isn'?t (?:working|heating|cooling|draining)"
            r"|stopped working|no (?:heat|hot water|power|ac|a/c|air|water|cold air|cooling)|burst|overflow\w*"
            r"|backed up|flood\w*|dripp\w*|smell\w*|noise|noisy|rattl\w*|tripp\w*|spark\w*|frozen|freezing"
            r"|went out|quit|died|is (?:out|down|dead)|running (?:constantly|all the time|nonstop)|blow(?:s"
            r"|ing) (?:hot|warm|cold)|making a|gurgl\w*|squeal\w*|stuck|cracked|rust\w*|error code|pilot light"
            r"|no funciona|gotea)\b"),
        (1, r"\b(?:water heater|heater|furnace|boiler|a/?c|air conditioner|heat pump|thermostat|toilet|faucet"
            r"|sink|drain|sewer|pipe|outlet|breaker|dishwasher|disposal|sump pump|tankless|hvac)\b"),
        (1.5, r"\b(?:runny nose|sneez\w+|cough\w*|headaches?|sore|dizz\w+|fever|nausea|pain|ache|aches|itch\w*"
            r"|rash|sick|weakness|symptoms?|fatigue)\b"),
    ),
}
# fmt: on
