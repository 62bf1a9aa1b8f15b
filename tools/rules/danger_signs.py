"""The words that mean danger in a home, and the look-alikes that do not.

Everything here is matched against one clause in lower case, without accents, apostrophes or punctuation.
"""

import re

Signs = tuple[re.Pattern[str], ...]


def _signs(*patterns: str) -> Signs:
    return tuple(re.compile(pattern) for pattern in patterns)


_SMELL = r"(?:smel+(?:s|t|ed|ing|y)?|odou?rs?|stink(?:s|ing|y)?|stench|reek(?:s|ing)?|whiff|sniff)"
_GAS = r"(?:gass?|gaz|propane|natural gas|gasoline|petrol|mercaptan|sulfur|sulphur)"
_APPLIANCE = (
    r"(?:bill|furnace|stove|grill|company|range|oven|heater|water heater|fireplace|fire ?place|station|dryer|boiler"
    r"|logs|insert|meter|prices?|tank)"
)
_SOUNDING = (
    r"(?:going off|go off|goes off|went off|sounding|sounded|beeping|beeps|blaring|screaming|ringing|alarming|triggered"
    r"|tripped|activated|is on|wont (?:stop|shut|turn)|keeps|reading|reads|says|showing|shows)"
)
_DETECTOR = r"(?:alarms?|detectors?|sensors?|monitors?)"
_WIRING = (
    r"(?:breakers?(?: box(?:es)?| panel)?|(?:electric(?:al)?|fuse|main|service) (?:panel|box)|panel|fuse ?box|outlets?"
    r"|receptacles?|sockets?|switch(?:es)?|plugs?|wir(?:e|es|ing)|light fixtures?|ceiling light|ceiling fan|recessed"
    r" lights?"
    r"|can lights?|lights?|chandelier|junction box|extension cord|power strip|cord|meter box|electric meter|electrical)"
)

# Removed before anything is matched: they hold a danger word and mean none.
LOOK_ALIKES = re.compile(
    "|".join(
        (
            r"\bgas bills?\b",
            r"\bfire ?(?:pits?|places?|wood|side|plug|sprinklers?|extinguishers?|rated|proof|code|inspection"
            r"|tables?)\b",
            r"\b(?:wont|not|doesnt|isnt|cant|didnt|never) (?:even )?(?:fire|fires|firing|spark|sparking)(?: up| on)?\b",
            r"\b(?:fires|fired|firing|fire) up\b|\bmisfir\w+",
            r"\bspark ?(?:plugs?|igniters?|ignitors?|ignition|ignite)\b|\bsparkl\w+",
            r"\b(?:igniter|ignitor|pilot|burners?|stove|range)(?: (?:is|are|keeps|just|only|clicks|clicking|and"
            r"|will))* spark(?:s|ing)?\b",
            r"\b(?:non|no) smok(?:ing|er|ers)\b|\bsmoking (?:deal|hot|section|area)\b|\bsmoke tests?\b",
            r"\b(?:install|installs|installed|installing|installation of|replace|replaces|replacing|replacement|buy"
            r"|new|quote"
            r"|upgrade|add|adding|hardwire|mount|change|changing|swap)"
            r"(?: (?:my|the|a|an|our|all|some|new|old|few|two|three|four|hardwired|combo|combination|of|\d+))* "
            r"(?:smoke|fire|co|carbon monoxide|gas|gas leak|monoxide)(?: (?:and|or|co|smoke|carbon|monoxide))*"
            rf" {_DETECTOR}\b",
            rf"\b(?:smoke|fire|co|carbon monoxide|gas)(?: (?:and|co|carbon monoxide))* {_DETECTOR}"
            r"(?: (?:need|needs|wants|has|have|is|a|new|low|the|with|got|chirp\w*|dead))* "
            r"(?:install(?:ed|ation)?|batter(?:y|ies)|replac\w+|inspect\w+|expired?|end of life|quote)\b",
            rf"\b(?:batter(?:y|ies)|expired)(?: \w+){{0,4}} (?:smoke|co|carbon monoxide|fire) {_DETECTOR}(?: \w+)?",
            rf"\b(?:smoke|fire) {_DETECTOR}(?: \w+){{0,4}} chirp\w*|\bchirp\w*(?: \w+){{0,3}} (?:smoke|fire)"
            rf" {_DETECTOR}\b",
            rf"\b(?:smoke|fire) {_DETECTOR}(?: \w+){{0,6}} (?:for no reason|false alarms?|randomly|by itself"
            r"|when (?:i|we|she|he) (?:cook|shower|fry)|beep\w* (?:every|once|each|about every))\b",
            r"\b(?:check|checks|checking|test|tests|testing|inspect)(?: \w+){0,2} for carbon monoxide"
            r" (?:during|as part|with|when|too|also|as well)\b",
            r"\bgas (?:leak )?(?:tests?|testing|pressure test|inspection|line inspection|line test)\b",
            r"\bcarbon monoxide (?:tests?|testing|inspection)\b|\bco (?:test|inspection)\b",
            r"\b(?:hot |cold |tap |well |our |the |my )*water(?! heater)(?: \w+){0,2} (?:smells?|has|stinks?|smelling)"
            r"(?: \w+){0,4} (?:rotten )?(?:eggs?|sulfur|sulphur)(?: smell| odor)?\b",
            r"\b(?:rotten eggs?|sulfur|sulphur)(?: \w+)? ?(?:smell|odor)? ?(?:in|from|coming from|out of) "
            r"(?:the |my |our |a )?(?:(?:hot|cold|tap|well) )?(?:kitchen |bathroom )?"
            r"(?:water(?! heater)|faucets?|shower|tap|drains?|sink|toilet)\b",
            r"\bsewer gas(?:es)?\b",
            r"\bburn(?:ing)? (?:dust|dusty)(?: smell)?\b|\bdust(?:y)? burn(?:ing)?(?: smell| off)?\b",
            r"\bburning up\b|\byou (?:guys )?(?:were|are|re) on fire\b"
            r"|\bburning (?:question|through (?:gas|money|cash))\b",
            r"\b(?:giving|gives|gave|given|such|nothing but|full of|caused|been)(?: me| us)?(?: nothing but)?(?: a|"
            r" an)?"
            r"(?: real| big| huge| total)? headaches?\b",
            r"\bshock(?:ed|ing)? (?:at|by (?:the|your|that) (?:price|quote|bill|cost)|to (?:see|hear)|how"
            r"|price|about|me how)\b"
            r"|\b(?:price|quote|bill|cost"
            r"|estimate)(?: \w+)? shock(?:s|ed) (?:me|us)\b|\bsticker shock\b|\bshock absorb\w+",
            r"\b(?:pilot|indicator|warning|status|blinking|green|red|amber|error|night|day)(?: flame)? lights?\b"
            r"|\bpilot flame\b",
            r"\bflame sensors?\b|\bflame (?:out|failure|rollout switch)\b|\bno flames?\b",
            r"\b(?:float|pressure|limit|rollout|flow) switch(?:es)?\b|\bswitch(?:ed|ing) to\b|\bswitch(?:ed|ing)?"
            r" (?:companies|over)\b",
            r"\b(?:access|door|garage door|drywall|control|solar|wall|front|side|thermostat|shower) panels?\b",
            r"\b(?:drain|pipe|water|condensate|vent|hose|air|sink|tub|sewer) outlets?\b|\boutlet (?:pipe|hose|side"
            r"|valve)\b",
        )
    )
)

# One clause with one of these takes its own danger back: "no gas smell", "the smell is gone".
_STILL = r"(?!not\b|hasnt\b|isnt\b|wont\b|never\b|wasnt\b|aint\b|doesnt\b|havent\b|didnt\b)"
RESOLVED = re.compile(
    r"^(?!.*\b(?:now|again|still|today|tonight|currently|smells?|smelling)\b).*\bhad an? (?:\w+ )?(?:fire|leak)\b"
    r".*\b(?:last (?:year|month|summer|winter|spring|fall)|(?:years?|months) ago)\b|"
    r"^(?!.*\b(?:now|again|still|today|tonight|currently|smells?|smelling|is|are)\b).*\b(?:had|was|were|did|smelled)\b"
    r".*\b(?:last (?:year|month|summer|winter|spring|fall)|(?:years?|months) ago|back in (?:19|20)\d\d)\b"
    rf"|\b(?:smell|odor|smoke|leak|fire)(?: {_STILL}\w+){{0,4}}? (?:gone|went away|cleared up)\b"
    rf"|\b(?:fire|flames)(?: {_STILL}\w+){{0,3}}? (?:out now|put out)\b"
    r"|\b(?:was|were|just) (?:only |just )?a false alarm\b|\b(?:gave|got|given) (?:us |me )?(?:the |an )?all clear\b"
    r"|\bstopped smelling\b|\bjust kidding\b"
)
# Only right before the sign: "no i smell gas" and "no heat and I smell gas" are no denials.
NEGATED = re.compile(
    r"\b(?:no|not|dont|do not|doesnt|does not|didnt|did not|never|without|cant|cannot|isnt|arent|wasnt|aint|nor|havent"
    r"|hasnt|sin|ni)"
    r"(?: (?:a|an|any|really|actually|even|longer|more|see|seeing|detect|notice|anymore|have|having|had|be|been|hay"
    r"|ya))*"
    r" $"
)

GAS = _signs(
    rf"\b{_SMELL} (?:of |like )?(?:a |an |some |strong |the |natural |faint |lots of |like |of |really )*{_GAS}\b(?!"
    r" bill)",
    rf"\b{_SMELL}(?: \w+){{0,4}}? (?:like )?{_GAS}\b(?! {_APPLIANCE})",
    rf"\b{_GAS} (?:like )?{_SMELL}\b",
    rf"\b{_GAS} (?:in|inside|all over|throughout|filling) (?:the |my |our )?(?:house|home|kitchen|basement|garage|air"
    r"|room)\b",
    rf"\b{_GAS}(?: that)? (?:i|we|you) (?:can |could )?smell\b",
    rf"\b(?:rotten|bad|spoiled) eggs?\b.*\b{_SMELL}\b|\b{_SMELL}\b.*\b(?:rotten|bad|spoiled) eggs?\b|\brotten eggs?\b",
    r"\b(?:gas|propane)(?: \w+){0,2} (?:leak|leaks|leaking|leaked)\b|\bleaking (?:natural )?(?:gas|propane)\b"
    r"|\bleak(?:s|ing)?(?: \w+){0,3} gas (?:line|pipe|meter|valve)\b",
    r"\bleak of gas\b|\bgas escaping\b|\bgas (?:is )?(?:coming|hissing|blowing|pouring|spewing)\b",
    r"\b(?:hit|cut|broke|broken|burst|ruptured|struck|severed|punctured|damaged|nicked|snapped)(?: \w+){0,3} gas "
    r"(?:line|pipe|main)\b",
    r"\bgas (?:line|pipe|main)(?: \w+){0,3} (?:broke|broken|burst|ruptured|severed|hissing|cut|hit|snapped|cracked)\b",
    r"\bhiss(?:ing|es)?(?: \w+){0,5} (?:gas|propane)\b|\bgas(?: \w+){0,4} hiss(?:ing|es)?\b",
    rf"\bgas {_DETECTOR}(?: \w+){{0,3}} {_SOUNDING}\b|\bgas alarm\b",
    r"\bgas(?: \w+)? (?:wont|will not|cant|doesnt) (?:turn|shut) off\b|\bleft the gas on\b",
    r"\bhuele(?: \w+){0,3} gas\b|\bolor (?:a|de|fuerte a)(?: \w+)? ?gas\b|\b(?:fuga|escape) de gas\b|\bhuevos?"
    r" podridos?\b",
)

_CO = r"(?:co2?|c o|car?bon mon\w+|carbon dioxide|monoxido)"
CARBON_MONOXIDE = _signs(
    rf"\bcar?bon mon\w+\b(?! (?:and smoke )?{_DETECTOR})|\bmonoxido\b",
    rf"\b{_CO}(?: (?:gas|smoke|and smoke))? {_DETECTOR}(?: \w+){{0,4}} (?:{_SOUNDING}|chirp\w*|alert\w*|loud|high"
    r"|red)\b",
    rf"\b{_SOUNDING}(?: \w+){{0,4}} {_CO} {_DETECTOR}\b|^(?:\w+ )?{_CO} alarm$",
    r"\bco (?:poison\w*|leak\w*|levels?|readings?|in (?:the|my|our) (?:house|home|air))\b",
    r"\b(?:headaches|bad headache|splitting headache|dizz\w+|nause\w+|light ?headed|throwing up|vomit\w+|passed out"
    r"|faint(?:ed|ing)?|woozy)\b"
    r".*\b(?:furnace|heater|boiler|water heater|generator|exhaust|fumes|gas|heat (?:came|is|turned|kicked) on)\b",
    r"\b(?:furnace|heater|boiler|generator|exhaust|fumes)\b.*\b(?:headaches|dizz\w+|nause\w+|light ?headed|passed out"
    r"|throwing up|vomit\w+|everyone (?:is )?sick)\b",
    r"\b(?:exhaust|furnace|flue|heater|boiler|generator)(?: \w+){0,2} fumes\b|\bfumes\b.*\b(?:furnace|heater|boiler"
    r"|generator)\b"
    r"|\bexhaust(?: \w+){0,3} (?:in|into|inside) (?:the |my |our )?(?:house|home|living|basement|bedroom)\b",
)

FIRE = _signs(
    r"\b(?:on fire|caught fire|catching fire|catch fire|house fire|kitchen fire|electrical fire|grease fire|attic fire"
    r"|theres (?:a )?(?:\w+ )?fire|there is (?:a )?(?:\w+ )?fire|fire in (?:the|my|our)|started a fire|fire started)\b"
    r"|^(?:help )?(?:fire ?)+$",
    r"\bfire (?:coming|shooting|burning|is )(?!up)",
    r"\bflames\b(?! (?:\w+ )?(?:yellow|orange|weak|small|low|out|lazy|blue|wont|keep|go|stay)\b)"
    r"|\bflame (?:coming|shooting|out of|outside)\b",
    r"\b(?:house|home|kitchen|attic|wall|furnace|heater|panel|outlet|garage|ac|unit|dryer|motor) (?:is |are )?"
    r"(?:burning|ablaze|smoking|smoldering)\b(?! (?:up|hot))",
    r"\b(?:smell|smells|smelling|see|seeing|saw|there is|theres|lots of|black|white|thick|some) (?:of )?(?:\w+"
    r" )?smok(?:e|y|ey)\b"
    rf"(?! (?:and |or |co )*(?:{_DETECTOR}|co\b|carbon|tests?))",
    r"\bsmoke (?:is |was )?(?:coming|pouring|billowing|filling|rising|everywhere|in|inside|out of|from|came|smell)\b",
    r"\b(?:full of|filled with|filling with|filling up with|blowing|puffing) smoke\b|\bis smoking\b|\bstarted"
    r" smoking\b",
    rf"\b(?:smoke|fire)(?: and (?:co|carbon monoxide))? {_DETECTOR}(?: \w+){{0,3}} {_SOUNDING}\b",
    r"\b(?:incendio|fuego|llamas|se esta quemando|se quema|(?<!detector de )(?<!detectores de )humo)\b",
)

ELECTRICAL = _signs(
    r"\bspark(?:s|ed|ing|in)\b|\bsaw a spark\b|\barc(?:ing|ed) (?:in|at|from|on|inside|out|and)\b|\barcing\b|\barc"
    r" flash\b",
    r"\b(?:smel+(?:s|ed|ing)?|odor)(?: \w+){0,5}? (?:burn(?:ing|t|ed)|melting|melted|scorched|hot plastic"
    r"|electrical)\b",
    r"\b(?:burn(?:ing|t)|melting|electrical)(?: \w+){0,3} (?:smel+s?|odor)\b|\bsomething(?: \w+)? burning\b",
    r"\bburn(?:ing|t) (?:plastic|rubber|wires?|wiring|electrical|hair)\b",
    rf"\b{_WIRING}(?: \w+){{0,4}}? (?:burn(?:ing|t|ed)(?! out)|smok(?:e|es|ed|ing)(?! {_DETECTOR})|melt(?:ed|ing)|on"
    r" fire"
    r"|charred|scorched|warm to the touch|popping (?:sound|noise)s?|crackling|sizzling|exploded)\b",
    rf"\b{_WIRING}(?: (?:is|are|was|feels?|gets?|getting|got|very|really|super|too|so|extremely|runs?|plate|cover"
    r"|and))+"
    r" hot\b(?! (?:in|out|outside|here|upstairs|day|weather|water|tub|inside))",
    rf"\b(?:burn(?:t|ed)|melted|charred|scorched|smoking|hot|sizzling|crackling) (?!out |water |tub )"
    rf"(?:\w+ )?{_WIRING}\b",
    r"\b(?:electrocut\w+|(?:got|getting|get|gets) (?:\w+ )?(?:shock(?:ed|s)?|zapped))\b"
    r"|\bshock(?:s|ed|ing)? (?:me|us|you|my \w+|people|the (?:dog|kids|cat))\b",
    r"\b(?:live|downed|hanging|fallen) (?:\w+ )?(?:wires?|power ?lines?|lines?|cable)\b"
    r"|\b(?:power ?lines?|wires?|service drop)(?: \w+){0,3} (?:down|fell|fallen|on the ground|hanging|in the (?:yard"
    r"|street))\b",
    r"\b(?:chispas|chispea\w*|corto ?circuito|(?:huele|olor) a (?:quemado|cable\w*)|electrocut\w*|me dio (?:un"
    r" )?toque)\b",
)

WATER_APPLIANCES = re.compile(r"\bwater (?:heaters?|softeners?|pumps?|filters?|meters?|bills?|lines?|coolers?)\b")
_WET = (
    r"(?:water|flood(?:ed|ing|s)?|leak(?:s|ed|ing)?|drip(?:s|ped|ping)?|pour(?:s|ed|ing)?|gush(?:es|ed|ing)?"
    r"|spray(?:s|ed|ing)?"
    r"|rain(?:water|ing)?|overflow(?:ed|ing)?|burst|agua|gotea\w*)"
)
_POWER = (
    r"(?:breakers?(?: box(?:es)?| panel)?|(?:electric(?:al)?|fuse|main|service|power) (?:panel|box|stuff|equipment"
    r"|room)"
    r"|panel|fuse ?box|outlets?|receptacles?|sockets?|light switch(?:es)?|switch(?:es)?|wires?|wiring|light fixtures?"
    r"|ceiling (?:light|fan)|(?:recessed|can|ceiling|kitchen|overhead|bathroom) lights?|lights?|chandelier|junction box"
    r"|electric meter|meter box|power strips?|extension cords?|electrical|electricity|cables?|enchufes?|electricidad"
    r"|panel electrico)"
)
FLOOD_NEAR_POWER = _signs(
    rf"\b{_WET}\b(?: (?!and\b|also\b|plus\b|but\b)\w+){{0,6}}? (?:on|onto|into|in|over|near|by|around|under|through"
    r"|thru|from|inside"
    r"|behind|next to|close to|toward|towards|reaching|touching|hitting|out of|at|above|below|against|down|across"
    r"|approaching|near to|up to|cerca de|sobre|en|junto a)"
    rf" (?!and\b|also\b)(?:(?!and\b|also\b|plus\b|but\b|or\b|for\b)\w+ ){{0,3}}?{_POWER}\b(?! (?:work|company|needs?))",
    rf"\b{_POWER}(?: (?!and\b|also\b|or\b)\w+){{0,3}}? (?:wet|under ?water|submerged|soaked|full of water|drenched"
    r"|flood(?:ed|ing)|has water|have water|in water|in the water|dripping(?: water)?|leaking water|getting rained)\b",
    rf"\bflood\w*\b.*\b(?:power|electricity|electric) (?:is |are )?(?:still )?on\b|\bflood\w*.*\b{_POWER} (?:is|are)"
    r" (?:under|in)\b",
    r"\bstanding in water\b.*\b(?:power|electric\w*|breaker|outlet)\b",
)
