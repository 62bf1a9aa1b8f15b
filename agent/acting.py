"""Deeds told in any verb: what we say we did or will do, what the office is said to have done, "that's handled".

The wordings of agent.claims name the verbs of a booking; here the grammar decides. Only the few verbs of talking and
understanding are free, whatever else we did needs an act in this turn."""

import re
from collections.abc import Iterator

from agent.claims import Spoken
from agent.evidence import Known
from agent.mood import Mood
from agent.spoken_facts import NOT_A_NAME

HELPING = (
    r"(?:'ve| have|'ll have)?(?: (?:just|now|already|also|gone and|gone ahead and|went ahead and|even|personally|then|"
    r"both|all|\w+ly))*"
)
IRREGULAR = (
    "took|put|ran|made|gave|got you|got it (?:in|on|onto|into|down|under|through|done)|managed to|went|wrote|kept|held|"
    "spoke|told|sent|set|did (?!n)|brought|gone|done|had (?:an? )?(?:cancell|opening|spot|slot|gap)\\w*|left|drew|"
    "had to \\w+ (?:you|your|it|the|them)|(?:was|were) able to (?!(?:find|see|check|hear|read|look)\\b)\\w+|found|"
    "undid|undone|withdrew|drove|met|chose|lent|led|laid|built|caught|sold|"
    "taken|given|written|spoken|drawn|cleared|swung|cut|won|began|begun|dealt|threw|thrown|bought|paid|read out|rang"
)
# Verbs that say what we heard or cannot do; none of them changes anything.
TALK = (
    "missed|received|heard|understood|noticed|needed|wanted|hoped|meant|offered|listed|mentioned|closed|said|asked for|"
    "noted|updated|recorded|saved|logged|corrected|checked|looked|searched|verified|reviewed|pulled up|wished|tried|"
    "failed|"
    "serviced|used|started|stopped|worried|learned|talked about|discussed|suggested|"
    "need|indeed|speed|feed|proceed|licensed|insured|limited|based|located|certified"
)
DID = re.compile(
    rf"\b(?:i|we)(?:{HELPING}) (?!(?:{TALK})\b)(?:\w{{2,}}(?<!e)ed|\w+eed(?<!need)(?<!speed)(?<!feed)|{IRREGULAR})\b|"
    r"\b(?:i|we)(?:'m| am|'re| are) (?:done|finished|through) (?:with|booking|setting|moving)\b|"
    r"\b(?:i|we) had (?:him|her|them|(?:the|our) (?:office|team|crew|tech\w*|dispatcher|manager|guys?)) \w+",
)
# What the office, a manager or a technician did or decided.
THIRD = re.compile(
    r"\b(?:(?:the|our|my|your|a) (?:\w+ )?(?:office|manager|boss|owner|team|dispatcher|dispatch|supervisor|technician|"
    r"tech|crew|plumber|electrician|installer|guys?|colleague|coworker)(?: \w+)?|they|he|she)"
    r"(?:'ve|'s)?(?: (?:has|have|just|already|also|even|kindly))*"
    r" (said|says|agreed|gave|took|wrote|okayed|ok'd|cleared|approved|accepted|signed|put|left|made|told|got|sent|"
    r"paid|had|found|knew|spoke|"
    r"\w{3,}(?<!clos)(?<!licens)(?<!ne)(?<!insur)(?<!train)(?<!certifi)(?<!automat)ed)\b",
)
# The same while it happens, and what becomes of the customer and of what is theirs.
DOING = re.compile(
    r"\b(?:i|we)(?:'m| am|'re| are)(?: \w+ly| just| now| already| also)*+ (?!(?:going|asking|looking|wondering|hoping|"
    r"trying|offering|talking|missing|seeing|thinking|guessing|holding|handling|answering|covering|helping|texting|"
    r"replying|waiting|showing|coming|opening|closing|"
    r"checking|reading|hearing|working|assuming|being|having|taking|getting|using|dealing|referring|serving)\b)"
    r"\w{2,}ing\b",
)
YOU_WILL = re.compile(
    r"\byou(?:'ll| will| should| can expect to)(?: also| then| just)?+ (?!(?:need|want|have|be (?:able|asked|fine|glad|"
    r"charged|talking|home|there)|pay|find|owe|decide|know|like|only|not|never|turn|leave|call|keep|still|see (?:the|"
    r"how|"
    r"which|what|it)|probably|likely|get (?:to|the (?:price|quote))|reach|choose|pick|save (?:time|us)|use|avoid|check|"
    r"try|tell|give|say|let|think|always|usually)\b)\w+",
)
YOURS_IS = re.compile(
    r"\byour (?:\w+ ){0,2}?(?:visit|appointment|booking|slot|request|case|ticket|spot|order|account|technician|tech|"
    r"plumber|refund|reservation|complaint|cancellation)(?:'s| is| was| has| will| are| have| remains?| stays?|"
    r" stands?|"
    r" goes?| comes?| belongs?| got| went)(?! (?:be )?(?:\$|about|around|\d|free|up to|not|take|last|cost|include|need|"
    r"depend|run|an?|the)\b) \w+",
)
IT_IS = re.compile(
    r"\b(?:it|that|this|everything)(?:'s| is| was| has)(?: \w+ly| all| now| been| already| just)* (?:been )?"
    r"(?:put|sent|made|paid|set(?! (?:to|up|at|off|by))|sorted|gone through|handled|off the)\b|"
    r"\b(?:we|i)(?: have|'ve| had)(?: got| had)? (?:someone|somebody|an? (?:\w+ )?(?:tech\w*|crew|guy|team|"
    r"cancellation|"
    r"gap|van|truck))\b|\bthere(?:'s| is| are) (?:someone|somebody|an? (?:\w+ )?(?:tech\w*|crew|guy|van|truck))\b|"
    r"\b(?:we|i|they)(?:'re| are|'m| am)(?: already| now| all)* on (?:it|this|the case)\b|"
    r"\b(?:fue|ha sido|quedo|esta|fueron|han sido)(?: ya)? (?!(?:cerrad|ubicad|ocupad|danad|apagad|interesad|preocupad|"
    r"prendid|encendid|descompuest|parad|dispuest|incluid|relacionad|limitad|pensad|llenad|pedid|reservad|agendad|"
    r"tomad|cancelad|confirmad)[oa]s?\b)\w+(?:ad|id)[oa]s?\b",
)
FINISHED = re.compile(
    r"\b(?:it|that|this|everything|all of (?:it|that)|the (?:visit|rest|paperwork|booking|move|change))(?:'s| is|"
    r" was| has"
    r" been|'s been| are)(?: \w+ly| all| now| been| already| officially| as good as)* "
    r"(?!(?:need|requir|includ|clos|waiv|recommend|suppos|relat|mention|list|expect|bas|charg|call|automat|limit|"
    r"licens|"
    r"interest|miss|ne|red|recommended|fix|confus|ask|prefer|cover|worri|notic|caus|rais|design|bill|us|want|own|rent|"
    r"cancell?|book|mov|reschedul|schedul|confirm|request|not|note)\w*ed\b)"
    r"(\w{2,}ed|done|dealt with|in hand|good to go|ready for you|under control|a wrap|in the bag|a go|on lock)\b",
)
# What somebody named is said to have decided.
NAMED_DID = re.compile(
    r"\b([A-Z][a-z]+)(?: [A-Z][a-z]+)?(?:'s)?(?: (?:has|just|already|also|kindly))* "
    r"(accepted|approved|agreed|okayed|promised|cleared|offered|decided|called|texted|said|says|told|wrote|finished|"
    r"arrived)\b"
)
# The same in Spanish, where an ending without its accent tells what somebody did: "la oficina aprobo".
TERCERO = re.compile(
    r"\b(?:la oficina|el equipo|(?:el|la|mi|nuestr[oa]|su) (?:gerente|duen[oa]|jef[ea]|encargad[oa]|tecnic[oa]|"
    r"supervisor\w*|companer[oa]|plomero|electricista))(?: (?:ya|tambien|le|les|me|nos|lo|la|se))* "
    r"(?!(?:recibi|entend|solo|mism|lueg|pronto|primero|cuand|como|tiempo|todo|nuevo)\w*)(\w{3,}(?:o|aron|ieron))\b"
)
# A crew that "reaches you around dinner"; a technician who tells you the price is no visit.
THEY_COME = re.compile(
    r"\b(?:the|our|my|your|a|one of our) (?:\w+ )?(?:manager|team|technician|tech|crew|plumber|electrician|installer|"
    r"guy|man)s? (?!tells|quotes|explains|shows|decides|checks|looks|needs|brings|asks|covers|finds|gives|"
    r"serves)\w{3,}s "
    r"(?:you|your|by|over|out|around|at|on)\b|\bbelongs to you\b",
)
# Money and papers move by nobody's hand here, and nobody is put through: only a tool's own words could say so.
PAPERS = re.compile(
    r"\b(?:refund|credit|invoice|receipt|deposit|quote|order|warranty claim|reembolso|factura|recibo)\w*\b.{0,20}?"
    r"\b(went|has been|is on|was|is coming|is being|will be|sali|fue|esta en)\b|"
    r"\b(?:refunded|credited|reimbursed|reembols(?:ad[oa]s?|amos|aron)|(?:devolver|reembolsar)(?:a|an|e|"
    r"emos)\b(?! la llamada)|devolvimos|devuelto)\b|"
    r"\b(?:i|we|office|team)(?: (?:have|has|just|already|also))* (?:e-?mailed|mailed|faxed)\b|"
    r"\bbeing (?:connected|transferred|patched|put through)\b|\b(?:connecting|transferring|patching) you\b|"
    r"\bputting you through\b|\bon the line\b|\b(?:you're|you are)(?: now| all)? (?:connected|transferred|through)\b|"
    r"\blet me (?:transfer|connect|patch|put you)\b|"
    r"\b(?:charge\w*|bill\w*|payment|hold|cargo)\b.{0,20} (?:on|to|from|a|en) (?:your|the|su|tu) "
    r"(?:card|account|bill|tab|tarjeta|cuenta)\b",
)
# Money and extras are nobody's to give, whatever else was done.
GIVEN = re.compile(
    r"\b(?:i|we)(?:(?:'ve| have)?(?: \w+ly| just| also| already| even)* (?:waived|applied|credited|refunded|discounted|"
    r"knocked|comped|ordered|charged|billed|paid|upgraded|extended|threw in|thrown in|deducted|reimbursed|matched)|"
    r"(?:'ll| will)(?: \w+ly| just| also| even)* (?:waive|apply|credit|refund|discount|knock|comp|order|charge|bill|"
    r"pay|"
    r"upgrade|extend|throw in|deduct|reimburse|match|price))\b",
)
LATE = re.compile(
    r"\b(?:running|minutes?|hours?|mins?|blocks?|miles?|streets?|a bit|a little|stuck|almost|"
    r"already) (?:\w+ ){0,3}?(?:late|behind|away|out|"
    r"delayed|"
    r"in traffic|there|done|finished)\b|\b(?:minutes?|mins?|miles?|blocks?|hours?) from (?:you|your|the house|there)\b|"
    r"\b(?:around the corner|down the (?:street|road|block)|in your (?:area|neighbo\w+) (?:right )?now)\b|"
    r"\ben camino\b|(?:\bis|'s|\bare) (?:now )?(?:on ?site|on time)\b|\bleft (?:the shop|"
    r"already)\b|\b(?:va|viene|esta) "
    r"(?:retrasad|llegando|en camino|tarde|atrasad)\w*",
)
NAMED_YOURS = re.compile(r"\b(?:under|in|with|has|bears) (?:your|sarah's|his|her) (?:own )?name\b(?! ?(?:please|,))")
WILL = re.compile(
    r"\b(?:(?:i|we)(?:'ll| will|'m going to| am going to|'re going to| are going to|'m gonna)|"
    r"let me go ahead and)(?: (?:just|now|also|gladly|right away|"
    r"personally|quickly|then))*+ (?!(?:need|check|look|see(?! to)|be|ask you|explain|help|wait|try|find|list|show|"
    r"tell you|"
    r"go (?:over|"
    r"through)|walk|keep (?:it|this)|have to|have a look|read|repeat|start|say|give you (?:the|a few|some|two|three|"
    r"times|open)|"
    r"offer|do my best|pull up|search|take (?:a look|down|your)|want|stop|assume|only|not|never|gladly|happily|"
    r"be happy|"
    r"listen|answer|know|go from|take it from|need|let you know|work (?:out|around)|use|honor|respect|"
    r"hold (?:on|off)|stay|figure|get (?:back to (?:booking|the times)|started|those|some|the times|the list)|share|"
    r"suggest|look|always|let you (?:pick|choose|decide)|leave (?:it|that) (?:as|to you))\b)\w+",
)
# Spanish keeps its verbs' person in the ending; accents tell "reservé" (I did) and "llamaré" (I will) from the rest.
SPOKE = re.compile(
    r"\b(?!(?:qué|porqué|sé|té|café|josé|bebé|esté|dé|aquí|allí|ahí|así|sí|mí|ahora|entendí|recibí|oí|leí|ví|comprendí|"
    r"necesitaré|tendré|podré|estaré|seré|intentaré|trataré|preguntaré|buscaré|revisaré|diré|explicaré|ayudaré|"
    r"anoté|casi|perdí|usé|pie)\b)[a-záéíóúñ]{3,}[éí]\b",
)
CLITIC = re.compile(
    r"\b(?:(?:se|me|te|ya) )?(?:le|les|lo|la|los|las|te) (?:\w+mente )?(?!(?:podemos|queremos|ofrecemos|recomendamos|"
    r"agradecemos|sentimos|lamentamos|pedimos|atendemos|preguntamos|sugerimos|entendemos|ayudamos|puedo|ofrezco|siento|"
    r"recomiendo|agradezco|pido|lamento|entiendo|pregunto|explico|ayudo|tengo|sugiero|decimos|digo|quiero|busco|"
    r"buscamos|reviso|revisamos|creo|comento|comentamos|mismo|menos|primero|unico|bueno|malo|mejor|proximo|como|"
    r"necesito|necesitamos|otro|solo|cuanto|vemos|esperamos|"
    r"tiempo|horario|tecnico|aviso|domingo|sabado|codigo|correo|numero|costo|precio|equipo|negocio|trabajo|servicio)\b)"
    r"\w{2,}(?:amos|emos|imos|o)\b|"
    r"\b(?:he|hemos|acabo de|acabamos de) (?:\w+ )?(?!(?:recibido|entendido|podido|visto|leido|oido|tenido|sido)\b)"
    r"(?:(?:le|la|lo|les) )?\w+(?:ado|ido|ar|er|ir|arle|irle|erle|cho|sto)\b",
)


def unbacked_acts(part: Spoken, known: Known) -> Iterator[str]:
    """A sentence of plain words in; "promises_deed" for a deed, a decision or a state of things nobody and nothing
    told us of."""
    words = part.words
    mood = part.mood
    told = known.tool_words.lower()
    if not known.deeds and any(says(pattern, mood) for pattern in (DID, DOING, FINISHED, WILL, CLITIC)):
        yield "promises_deed"
    if not (known.deeds or known.firm or known.held) and any(says(one, mood) for one in (YOU_WILL, YOURS_IS, IT_IS)):
        yield "promises_deed"
    if says(GIVEN, mood) and not any(one[0].lower() in told for one in GIVEN.finditer(words)):
        yield "promises_deed"
    for found in (*THIRD.finditer(mood.sentence), *TERCERO.finditer(mood.sentence)):
        passed_on = found[1] in ("said", "told") and found[0].startswith("they") and known.deeds & {"message_taken"}
        if not passed_on and mood.asserted(*found.span()) and stem(found[1]) not in told:
            yield "promises_deed"
    for decided in NAMED_DID.finditer(part.written):
        if decided[1].lower() not in NOT_A_NAME and stem(decided[2]) not in told and mood.asserted(*decided.span()):
            yield "promises_deed"
    if says(LATE, mood) and not any(late[0].lower() in told for late in LATE.finditer(words)):
        yield "promises_deed"
    if says(PAPERS, mood) and not any(one[0].lower() in told for one in PAPERS.finditer(words)):
        yield "promises_deed"
    if (says(NAMED_YOURS, mood) or says(THEY_COME, mood)) and not known.firm:
        yield "claims_booking_without_act"


def spoke_of_deeds(text: str, known: Known) -> bool:
    """The reply with its accents in; True when it says in Spanish that I did or will do a thing nobody did."""
    if known.deeds or text.isascii():
        return False
    return any(says(SPOKE, Mood(sentence)) for sentence in re.split(r"(?<=[.!?])\s+", text.lower()))


def says(pattern: re.Pattern[str], mood: Mood) -> bool:
    """True when the sentence asserts a wording of the pattern."""
    return any(mood.asserted(*found.span()) for found in pattern.finditer(mood.sentence))


def stem(verb: str) -> str:
    """A verb as told in; what its other forms begin with out."""
    return re.sub(r"(?:ed|d|s)$", "", verb.lower())
