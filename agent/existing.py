"""The script's answers about visits a customer already has: call one off, move one, or say that they cannot come."""

from datetime import datetime

from agent import replies
from agent.exchange import Turn
from agent.signals import CANNOT_COME, CORRECTS, INSTEAD
from storage.tables import Booking, Service
from tools import chat, latest, services, slots
from tools import selector as chooser
from tools.problems import Problem


def cancel(turn: Turn) -> str:
    """Cancel the visit meant, or ask which one."""
    if not chat.visits_of(turn.ctx):
        turn.ask("issue", "book")
        return replies.NO_VISIT
    asked_which = turn.memory.get("awaiting") == "visit"
    said = turn.tool("cancel", booking_selector=turn.text[:80] if asked_which else _selector(turn), reason=None)
    if said.ok:
        turn.ask(None)
        return f"{said.say} {replies.BACK_AGAIN}"
    if said.code == "CLAIM_NOT_ACCEPTED":
        turn.ask("cancel", "cancel")
        return replies.SURE_TO_CANCEL.format(visit=replies.visit(chat.words(turn.ctx, chat.visits_of(turn.ctx)[0])))
    if said.code == "CHOICE_NEEDED" or (asked_which and said.code == "NOT_FOUND"):
        turn.ask("visit", "cancel")
        return said.say if said.code == "CHOICE_NEEDED" else _which(turn)
    turn.ask(None)
    return f"{said.say} {turn.hand_off('stuck')}" if said.code == "CUTOFF_PASSED" else said.say


def cannot_come(turn: Turn) -> bool:
    """Whether they say that the time of a visit they have does not suit them any more, and nothing of another one."""
    return (
        bool(CANNOT_COME.search(turn.text))
        and turn.memory.get("doing") != "move"
        and not latest.asks_to_cancel(turn.text)
        and bool(chat.visits_of(turn.ctx))
    )


def move_or_cancel(turn: Turn) -> str:
    """Offer both; nothing is changed on a mere "I can't make it"."""
    visit = _visit_meant(turn)
    if isinstance(visit, str):
        return visit
    turn.ask("slot", "move", visit=visit.id[:8])
    return replies.MOVE_OR_CANCEL.format(visit=replies.visit(chat.words(turn.ctx, visit)))


def means_another_time(turn: Turn) -> bool:
    """Whether someone who has a visit speaks of another time for it, and not of another job."""
    if speaks_of_a_visit(turn):
        return False
    booking_now = turn.memory.get("doing") == "book" and turn.memory.get("awaiting") == "slot"
    if booking_now or not chat.visits_of(turn.ctx):
        return False
    if INSTEAD.search(turn.text) or (turn.memory.get("booked") and turn.said_when and CORRECTS.match(turn.text)):
        return True
    return turn.heard.intent in ("availability", "give_datetime") and turn.heard.issue is None


def speaks_of_a_visit(turn: Turn) -> bool:
    """Whether the day and time they name are those of a visit they have: "see you Tuesday"."""
    told = turn.heard.when
    if told.day is None or told.last_day is not None or len(told.days) > 1 or INSTEAD.search(turn.text):
        return False
    starts = [one.local_start for one in chat.visits_of(turn.ctx)]
    return any(one.date() == told.day and told.start in (None, one.time()) for one in starts)


def move(turn: Turn) -> str:
    """Find the visit, then offer new times for it."""
    visit = _visit_meant(turn)
    if isinstance(visit, str):
        return visit
    service = turn.ctx.session.get(Service, visit.service_id) if visit.service_id else None
    if not turn.heard.when.sure:
        return replies.WHICH_TIME
    asked_already = turn.memory.get("doing") == "move" and turn.memory.get("awaiting") == "slot"
    turn.ask("slot", "move", visit=visit.id[:8])
    if not turn.said_when:
        words = replies.visit(chat.words(turn.ctx, visit))
        return replies.NEW_TIME if asked_already else replies.MOVE_WHEN.format(visit=words)
    service = service or services.find_service(turn.ctx, None)
    return _that_time(turn, visit, service) or _other_times(turn, service)


def _other_times(turn: Turn, service: Service) -> str:
    said = turn.find_times(service, turn.wish)
    return f"{said.say} {turn.hand_off('out_of_scope')}" if said.code == "SERVICE_NOT_BOOKABLE" else said.say


def _that_time(turn: Turn, visit: Booking, service: Service) -> str | None:
    """The one time they ask for, when it is open once their visit has left its own ("an hour later")."""
    wish = turn.wish
    if wish.day is None or wish.start is None or not wish.exact or wish.last_day or len(wish.times) > 1:
        return None
    start = datetime.combine(wish.day, wish.start, turn.ctx.org.zone)
    try:
        opening = slots.decide(turn.ctx, service, start, moving=visit)
    except Problem:
        return None
    days = [slots.DayOffer(wish.day, [opening], 0)]
    return chat.offer(turn.ctx, slots.Choice(service, [], turn.ctx.org.zone, days, True, [], None)).say


def _visit_meant(turn: Turn) -> Booking | str:
    """The visit they speak of, or the question which one."""
    visits = chat.visits_of(turn.ctx)
    kept = turn.memory.get("visit")
    named = [one for one in visits if kept and one.id.startswith(kept)]
    if named:
        return named[0]
    if not visits:
        turn.ask("issue", "book")
        return replies.NO_VISIT
    if len(visits) == 1:
        return visits[0]
    selector = turn.text[:80] if turn.memory.get("awaiting") == "visit" else _selector(turn)
    turn.ask("visit", "move")
    if selector is not None:
        try:
            return chooser.pick(turn.ctx, visits, selector)
        except Problem as problem:
            if problem.code == "CHOICE_NEEDED":
                return chat.refused(turn.ctx, "reschedule", problem).say
    return _which(turn)


def _which(turn: Turn) -> str:
    visits = chat.visits_of(turn.ctx)
    slots.remember(turn.ctx, "visits", [one.id for one in visits], None, turn.ctx.org.timezone)
    return replies.which_visit([chat.words(turn.ctx, one) for one in visits])


def _selector(turn: Turn) -> str | None:
    """Which of several visits the words name; None for the only one."""
    visits = chat.visits_of(turn.ctx)
    if len(visits) < 2:
        return None
    label = services.match_label(turn.ctx, turn.text)
    if label is not None and sum(one.service_id == label.id for one in visits) == 1:
        return label.name
    days = {turn.heard.when.day, *turn.heard.when.not_days} - {None}
    named = [day for day in days if day and sum(one.local_start.date() == day for one in visits) == 1]
    return named[0].isoformat() if len(named) == 1 else None
