"""Spanish dates and times, as they stand in a sentence after "el" and "a": the counterpart of tools.rules.speech."""

from datetime import date, datetime

from tools.rules import speech

DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = (
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
)  # fmt: skip
_CLOCKS_GO_BACK = {
    "(before the clocks go back)": "(antes de atrasar el reloj)",
    "(after the clocks go back)": "(ya atrasado el reloj)",
}


def day(d: date) -> str:
    """ "martes 28 de abril"."""
    return f"{DAYS[d.weekday()]} {d.day} de {MONTHS[d.month - 1]}"


def moment(local: datetime) -> str:
    """ "martes 28 de abril a las 10:00 AM"."""
    return f"{day(local)} a {clock(local)}"


def moment_with_year(local: datetime) -> str:
    """ "martes 28 de abril de 2026 a las 10:00 AM"."""
    return f"{day(local)} de {local.year} a {clock(local)}"


def clock(t: datetime) -> str:
    """ "las 10:00 AM", "la 1:00 PM"."""
    return f"{'la' if t.hour % 12 == 1 else 'las'} {clock_alone(t)}"


def clock_alone(t: datetime) -> str:
    """ "10:00 AM", as on a button; a time that comes twice that night says which it is."""
    said = speech.clock(t)
    for english, spanish in _CLOCKS_GO_BACK.items():
        said = said.replace(english, spanish)
    return said


def between(start: datetime, until: datetime) -> str:
    """ "entre las 9:00 AM y las 11:00 AM"."""
    return f"entre {clock(start)} y {clock(until)}"
