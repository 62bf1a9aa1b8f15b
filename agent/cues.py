"""All cues, compiled, and the words a typing slip is mended towards before they are read."""

import re

from agent.remarks import REMARKS
from agent.wishes import WISHES

CUES = tuple(
    (intent, weight, re.compile(pattern)) for intent, rows in (WISHES | REMARKS).items() for weight, pattern in rows
)

# Words a slip is mended towards before the table is read; agreement is not among them, a slip is never a yes.
WORDS = frozenset(
    """cancel canceled cancelled cancelling cancellation appointment appointments booking reservation
    reservations reschedule rescheduled rescheduling schedule scheduled scheduling change changing modify
    update amend another different available availability earliest soonest opening openings tomorrow someone
    somebody person human representative manager operator supervisor agent customer service transfer connect
    speak thanks thank goodbye viewing meeting visit address location destination instead actually nevermind
    table reserve arrange technician plumber repair maintenance install heater furnace leaking broken clogged
    working toilet faucet thermostat unsubscribe robot computer machine should would could please anything
    nothing afternoon morning evening already earlier later before after postpone rebook number number's name
    longer price monday tuesday wednesday thursday friday saturday sunday about another's there's""".split()
)
