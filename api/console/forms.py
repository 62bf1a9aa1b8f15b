"""The forms of the console: how one is read, whether a colleague has saved meanwhile, and which refusal it can mend."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData

from api.console.door import StaffCaller
from api.errors import status_of
from api.pages import as_sent, form_text
from storage.context import Context
from tools.problems import Problem

Unit = Callable[[Context], Any]
_DOLLARS = re.compile(r"\$?\s*(\d{1,8})(?:\.(\d\d))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came in; each reader says in words what it could not use."""

    form: FormData

    def text(self, name: str, longest: int = 300) -> str:
        """A field's text as `form_text` reads it; "" when it is empty or missing."""
        return form_text(self.form, name, longest) or ""

    def number(self, name: str, called: str) -> int:
        """A whole number. Raises VALIDATION_ERROR, naming the field as the page does."""
        value = self.maybe_number(name, called)
        if value is None:
            raise Problem("VALIDATION_ERROR", f"{called} is missing.", fix="Write a number.")
        return value

    def maybe_number(self, name: str, called: str) -> int | None:
        """A whole number, or None for an empty field. Raises VALIDATION_ERROR."""
        text = self.text(name)
        if text and not (text.isascii() and text.isdigit() and len(text) < 10):
            raise Problem("VALIDATION_ERROR", f"{called} is not a number.", fix="Write digits only.")
        return int(text) if text else None

    def cents(self, name: str, called: str) -> int | None:
        """An amount in dollars as cents, None for an empty field. Raises VALIDATION_ERROR."""
        text = self.text(name).replace(",", "")
        found = _DOLLARS.fullmatch(text)
        if text and found is None:
            raise Problem("VALIDATION_ERROR", f"{called} is not an amount.", fix="Write it like 89 or 89.50.")
        return int(found[1]) * 100 + int(found[2] or 0) if found else None

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return name in self.form

    def several(self, name: str) -> list[str]:
        """The values of the boxes with this name that are ticked."""
        return [one.replace("\x00", "") for one in self.form.getlist(name) if isinstance(one, str)][:500]

    def listed(self, name: str, longest: int = 2000) -> list[str]:
        """What a field lists, parted by commas or lines."""
        return [one.strip() for one in re.split(r"[,\n]", self.text(name, longest)) if one.strip()][:200]

    def changed(self, name: str) -> bool:
        """Whether a field is no longer what it was opened with; without its `was_…`, whether it holds anything."""
        return self._held(name) != self._held(f"was_{name}")

    def unless_newer(self, values: Callable[[Context], Mapping[str, Any]], act: Callable[[Context], Any]) -> Unit:
        """`act`, done only while `values` are still what the form was opened with (its `was_…`, see `opened` in
        pieces.html.j2): a form writes all of its fields, so it would take back what a colleague has saved since.

        Raises VALIDATION_ERROR. Two who save at once wait for each other at the business's row.
        """

        def unit(ctx: Context) -> Any:
            ctx.session.refresh(ctx.org, with_for_update=True)
            if self._newer(values(ctx)):
                raise Problem(
                    "VALIDATION_ERROR",
                    "Somebody changed this while you had it open, so nothing is saved yet.",
                    fix="What is newer is marked below; what you changed still stands here. Look it over and save.",
                )
            return act(ctx)

        return unit

    def over(self, now: Mapping[str, Any]) -> dict[str, Any]:
        """What the page should show again: everything of `now` as this form has it, but what somebody else changed
        and this form did not; with what it shows as opened, and what is newer as (was, is)."""
        newer = self._newer(now)
        theirs = {name for name in newer if self._held(name) == newer[name][0]}
        shown = {name: value if name in theirs else self._like(name, value) for name, value in now.items()}
        return {**shown, "was": now, "newer": newer}

    def _newer(self, values: Mapping[str, Any]) -> dict[str, tuple[list[str], list[str]]]:
        """What is no longer as this form was opened, nor as it is to become: a second click finds its own first."""
        if "was_" not in self.form:
            return {}
        pairs = ((name, self._held(f"was_{name}"), as_sent(value)) for name, value in values.items())
        return {name: (was, now) for name, was, now in pairs if now not in (was, self._held(name))}

    def _held(self, name: str) -> list[str]:
        return as_sent(self.form.getlist(name))

    def _like(self, name: str, value: Any) -> Any:
        if isinstance(value, bool):
            return self.ticked(name)
        if isinstance(value, list):
            return self.several(name)
        return self.text(name, 8000)


async def sent(request: Request) -> Sent:
    """The form of this request."""
    return Sent(await request.form())


async def refused_by(caller: StaffCaller, act: Callable[[Context], Any]) -> Problem | None:
    """Run an act; the refusal a person can mend in the form before them, None when it was done. Others are raised."""
    try:
        await caller.write(act)
    except Problem as problem:
        if status_of(problem) in (403, 404):
            raise
        return problem
    return None
