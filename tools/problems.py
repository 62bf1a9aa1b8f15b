"""Every way an act can fail: a code, a sentence for a person, a fix for a machine. Nothing here knows HTTP."""

from typing import Any, NoReturn

CODES: dict[str, str] = {
    "INVALID_BODY": "The request could not be read",
    "MISSING_FIELDS": "Something required is missing",
    "VALIDATION_ERROR": "A value is not allowed",
    "INVALID_EMAIL": "The e-mail address is not valid",
    "INVALID_ATTENDEE_EMAIL": "An attendee's e-mail address is not valid",
    "INVALID_PHONE": "The phone number is not valid",
    "INVALID_TIME": "The time is not valid",
    "AMBIGUOUS_EVENT_TYPE": "More than one service matches",
    "UNSUBSTITUTED_VARIABLE": "A template variable was not filled in",
    "UNAUTHORIZED": "A valid credential is needed",
    "INSUFFICIENT_SCOPE": "The credential may not do this",
    "IP_NOT_ALLOWED": "The credential may not be used from here",
    "NOT_FOUND": "There is no such thing",
    "METHOD_NOT_ALLOWED": "This path does not take that method",
    "SLOT_UNAVAILABLE": "That time is not open",
    "IDEMPOTENCY_KEY_CONFLICT": "The key was used for another request",
    "IDEMPOTENCY_IN_PROGRESS": "The first request with this key still runs",
    "INVALID_TRANSITION": "The booking cannot change like that",
    "IN_USE": "Something still points at it",
    "LINK_EXPIRED": "The link has expired",
    "BODY_TOO_LARGE": "The request is too large",
    "OUT_OF_SERVICE_AREA": "The address is outside the area covered",
    "OUTSIDE_BOOKING_WINDOW": "The time is too soon or too far ahead",
    "CUTOFF_PASSED": "It is too late for this change",
    "OPTED_OUT": "The person asked for no messages",
    "SERVICE_NOT_BOOKABLE": "The service cannot be booked this way",
    "RATE_LIMITED": "Too many requests",
    "INTERNAL_ERROR": "Something went wrong on our side",
    "UPSTREAM_UNAVAILABLE": "A service we depend on is not answering",
    "CHOICE_NEEDED": "A choice is needed first",
    "IDENTITY_NEEDED": "A proof of identity is needed first",
    "NO_OPEN_TIMES": "Nothing is open",
    "SAME_TIME": "The visit is already at that time",
    "CLAIM_NOT_ACCEPTED": "The customer has not accepted one slot",
}


class Problem(Exception):
    """An act that could not be done, and what to do about it.

    `detail` is safe to show a person and never repeats what they sent; `fix` tells a machine what to change;
    `extras` carries codes' own members, such as `alternatives`. Its text is the code alone, so a log line holds no
    personal data.
    """

    def __init__(self, code: str, detail: str, *, fix: str = "", hint: str = "", **extras: Any) -> None:
        if code not in CODES:
            raise ValueError(f"no such problem code: {code}")
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.fix = fix
        self.hint = hint
        self.extras = extras

    @property
    def title(self) -> str:
        """The same few words for every problem with this code."""
        return CODES[self.code]


def not_found(what: str) -> NoReturn:
    """Raise NOT_FOUND: the same words for another business's id as for one that never existed."""
    raise Problem("NOT_FOUND", f"There is no such {what}.", fix="Check the id.")
