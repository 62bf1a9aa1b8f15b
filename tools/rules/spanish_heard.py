"""Spanish texts in the English words that decide: yes and no, "the first one", days and hours, book, move, cancel.

Only what changes a decision is put over; the rest stays as written, for a person or a model to read."""

import re

# Words enough to know the language by; a text without one of them is left alone.
_SPANISH = re.compile(
    r"[¿¡ñ]|\b(?:s[ií]|la (?:primera|segunda|tercera|[uú]ltima)|el (?:primero|segundo|tercero|lunes|martes|"
    r"mi[eé]rcoles|"
    r"jueves|viernes|[uú]ltimo|\d)|a las?|lunes|martes|mi[eé]rcoles|jueves|viernes|ma[nñ]ana|hoy|por favor|gracias|"
    r"hola|citas?|visitas?|usted|hablo con|quiero|quisiera|necesito|puedo|puede|cancelar|cambiar|mover|est[aá] bien|"
    r"de acuerdo|perfecto|claro|"
    r"ninguno|ninguna|cu[aá]nto|cu[aá]l|me llamo|persona|direcci[oó]n|no funciona)\b",
    re.I,
)
_DAYS = {
    "lunes": "Monday", "martes": "Tuesday", "miercoles": "Wednesday", "jueves": "Thursday", "viernes": "Friday",
    "sabado": "Saturday", "domingo": "Sunday",
}  # fmt: skip
_ACCENTS = str.maketrans("áéíóúÁÉÍÓÚ", "aeiouAEIOU")
_HOURS = "una dos tres cuatro cinco seis siete ocho nueve diez once doce".split()
_NUMBERS = {word: number for number, word in enumerate(_HOURS, start=1)}
_HOUR = rf"(\d{{1,2}}(?::\d\d)?|{'|'.join(_NUMBERS)})"
_HALF = {"y media": ":30", "y cuarto": ":15", None: ""}
_PHRASES = tuple(
    (re.compile(rf"\b{spanish}(?!\w)", re.I), english)
    for spanish, english in (
        (r"(?:le|te) (?:sirve|conviene|parece bien|queda bien|acomoda|va bien)", "does that work"),
        (r"(?:se )?(?:le|te|lo|la) reservo|quiere que (?:se )?(?:le |lo |la )?reserve", "shall I book"),
        (
            r"(?:ya )?no (?:voy a poder|puedo|podre|podemos) (?:ir|estar|llegar|recibirl[oe]s|ese dia)",
            "I can't make it",
        ),
        (
            r"(?:es usted|eres|hablo con|estoy hablando con)"
            r" (?:un robot|un bot|una maquina|una computadora|una persona real|una persona de verdad|un humano)",
            "are you a robot",
        ),
        (
            r"que (?:citas?|visitas?) tengo|(?:cuando|cuales|a que hora) (?:es|son) (?:mis?|la) (?:citas?|visitas?)",
            "when is my visit",
        ),
        (r"no (?:se|estoy segur[oa])", "not sure"),
        (r"(?:ya no|no) (?:lo |la )?(?:necesito|quiero)(?: (?:la|mi) (?:cita|visita))?", "cancel it, I don't need it"),
        (
            r"(?:cancel(?:ar|e|en|a|o)|anul(?:ar|e|en|a))(?:la|lo)?"
            r"(?: (?:la|mi|esa|su) (?:cita|visita|reserva))?",
            "cancel my appointment",
        ),
        (
            r"(?:cambi(?:ar|e|en|a)|mover|mueva|reprogram(?:ar|e))(?:la|lo)?"
            r"(?: (?:la|mi|esa) (?:cita|visita|reserva|hora))?",
            "reschedule my appointment",
        ),
        (
            r"(?:quiero|quisiera|necesito|puedo) (?:hacer |pedir |reservar |agendar |sacar )?una (?:cita|"
            r"visita)",
            "I need an appointment",
        ),
        (
            r"(?:quiero |puedo |quisiera )?hablar con (?:una persona|alguien|un humano|un agente|"
            r"la oficina)",
            "I want to talk to a person",
        ),
        (
            r"esta (?:bien|perfecto)|de acuerdo|me (?:sirve|parece bien|queda bien|conviene)|vale|dale|"
            r"perfecto",
            "sounds good",
        ),
        (r"s[ií](?=[\s,.!]|$)(?! (?:no|me|tiene|puede|hay|es)\b)", "yes"),
        (r"claro(?: que si)?", "yes"),
        (r"ningun[oa](?: de (?:es[oa]s|l[oa]s dos))?", "none of those"),
        (r"(?:la|el) primer[oa]?", "the first one"),
        (r"(?:la|el) segund[oa]", "the second one"),
        (r"(?:la|el) tercer[oa]?", "the third one"),
        (r"(?:la|el) ultim[oa]", "the last one"),
        (r"por favor", "please"),
        (r"(?:muchas )?gracias", "thanks"),
        (r"cuanto (?:cuesta|sale|cobran|vale|es)", "how much does it cost"),
        (r"me llamo|mi nombre es", "my name is"),
        (r"pasado manana", "the day after tomorrow"),
        (r"(?:por|en|de) la manana", "in the morning"),
        (r"(?:por|en|de) la (?:tarde|noche)", "in the afternoon"),
        (r"manana", "tomorrow"),
        (r"hoy", "today"),
        (r"no funciona|no sirve|se (?:me )?(?:dano|descompuso)|no prende|no calienta|no enfria", "is not working"),
        (r"calefaccion|calefactor", "heating"),
        (r"calentador(?: de agua)?", "water heater"),
        (r"aire acondicionado", "AC"),
        (r"(?:tiene|tienen|hay) (?:algo|lugar|espacio|disponible|horarios?)", "do you have anything"),
        (r"cuando (?:pueden|puede) venir", "when can you come"),
    )
)  # fmt: skip


def in_english(text: str) -> str:
    """A customer's text in; the same with what decides in English words, or as it was where nothing is Spanish."""
    if not _SPANISH.search(text):
        return text
    text = text.translate(_ACCENTS).replace("¿", "").replace("¡", "").replace("ñ", "n")
    text = re.sub(
        rf"\ba las? {_HOUR}(?: (y media|y cuarto))?(?: en punto)?\b",
        lambda found: f"at {_NUMBERS.get(found[1].lower(), found[1])}{_HALF[found[2] and found[2].lower()]}",
        text,
        flags=re.I,
    )
    for spanish, english in _PHRASES:
        text = spanish.sub(english, text)
    return re.sub(
        rf"\b(?:(?:el|este|para el) )?(proximo )?({'|'.join(_DAYS)})\b(?: (?:el )?(\d{{1,2}})(?! ?(?::|"
        rf"[ap]\.?m)))?(?: de \w+)?",
        lambda found: (
            f"{'next ' if found[1] else ''}{_DAYS[found[2].lower()]}{f' the {found[3]}th' if found[3] else ''}"
        ),
        text,
        flags=re.I,
    )
