"""The scorecard of played conversations: one table to read, the same as plain values for a file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.eval.played import Played, pass_all, percentile

DIALOGS_BAR, TYPOS_BAR, TWICE_BAR = 0.80, 0.60, 0.05


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what is measured, how many of how many, and the bar. `at_most` says which side of the bar is good;
    `bar` None is only told. A row that could not be measured has `skipped` instead of numbers."""

    what: str
    numerator: float = 0
    denominator: float = 0
    bar: float | None = None
    at_most: bool = False
    unit: str = "share"  # share, count, ms
    skipped: str | None = None

    @property
    def value(self) -> float:
        """The share, the count, or the milliseconds."""
        if self.unit != "share":
            return self.numerator
        return self.numerator / self.denominator if self.denominator else 0.0

    @property
    def reached(self) -> bool | None:
        """Whether the bar is reached; None without one, or when it was not measured."""
        if self.bar is None or self.skipped:
            return None
        return self.value <= self.bar if self.at_most else self.value >= self.bar

    def told(self) -> dict[str, Any]:
        """The row as plain values."""
        names = ("what", "numerator", "denominator", "bar", "at_most", "unit", "skipped")
        return {**{name: getattr(self, name) for name in names}, "value": round(self.value, 4), "reached": self.reached}


def table(rows: Sequence[Row]) -> str:
    """The rows as lines of text."""
    return "\n".join(_line(row) for row in rows)


def _line(row: Row) -> str:
    if row.skipped:
        return f"  skipped  {row.what}: {row.skipped}"
    mark = {True: "ok", False: "MISSED", None: ""}[row.reached]
    side = "at most" if row.at_most else "at least"
    if row.unit == "share":
        shown, bar = f"{row.numerator:g}/{row.denominator:g} = {row.value:.3f}", f"{row.bar or 0:.2f}"
    elif row.unit == "ms":
        shown, bar = f"{row.numerator:.1f} ms", f"{row.bar or 0:g} ms"
    else:
        shown = f"{row.numerator:g} of {row.denominator:g}" if row.denominator else f"{row.numerator:g}"
        bar = f"{row.bar or 0:g}"
    return f"  {mark:<8} {row.what:<62} {shown:>22}" + (f"   {side} {bar}" if row.bar is not None else "")


def scored(plays: Sequence[Played], runs: int) -> list[Row]:
    """The rows of these plays; several runs of one conversation share its name."""
    rows: list[Row] = []
    for source, title in (("scene", "scenarios"), ("live", "live scenarios"), ("dialog", "dialogues")):
        mine = [one for one in plays if one.source == source]
        if mine:
            rows += _outcomes(title, mine, runs, bars=source == "dialog")
    return rows + _on_the_way(plays)


def _outcomes(title: str, plays: Sequence[Played], runs: int, *, bars: bool) -> list[Row]:
    by_name: dict[str, list[Played]] = {}
    for one in plays:
        by_name.setdefault(one.name, []).append(one)
    first = [one for one in plays if len(one.expected) == 1] if bars else plays
    passed = sum(one.outcome == "pass" for one in first)
    what = f"{title} with one booking that leave exactly it" if bars else f"{title} that leave the right rows and words"
    rows = [Row(what, passed, len(first), DIALOGS_BAR if bars else 1.0)]
    if bars:
        rows.append(Row(f"{title}: all, several bookings too", sum(o.outcome == "pass" for o in plays), len(plays)))
    unsafe = sum(one.outcome == "unsafe" for one in plays)
    rows.append(Row(f"{title}: unsafe (a wrong row or a false word)", unsafe, len(plays), 0, True, "count"))
    rows.append(Row(f"{title}: unfinished", sum(o.outcome == "unfinished" for o in plays), len(plays), unit="count"))
    if runs > 1:
        for tries in sorted({1, runs}):
            chances = [pass_all([one.outcome for one in mine], tries) for mine in by_name.values()]
            rows.append(Row(f"{title}: pass^{tries}", round(sum(chances), 3), len(chances)))
    questions = sum(one.questions for one in plays)
    twice = sum(len(one.asked_twice) for one in plays)
    # A scene may be about somebody who does not answer; recorded people are the measure.
    rows.append(Row(f"{title}: questions asked twice", twice, questions, TWICE_BAR if bars else None, at_most=True))
    return rows


def _on_the_way(plays: Sequence[Played]) -> list[Row]:
    times = [ms for one in plays for ms in one.milliseconds]
    to_booking = [one.turns_to_booking for one in plays if one.turns_to_booking]
    booked, turns = len(to_booking), sum(one.turns for one in plays)
    tokens = sum(one.tokens_in + one.tokens_out for one in plays)
    sources = sum((one.by_source for one in plays), Counter[str]())
    errors = sum((one.tool_errors for one in plays), Counter[str]())
    codes = ", ".join(f"{code} {count}" for code, count in errors.most_common(5))
    return [
        Row("invariants broken on the way", sum(len(one.broken) for one in plays), turns, 0, True, "count"),
        Row("turns the claim guard stopped", sum(one.guard for one in plays), turns, unit="count"),
        Row("turns by " + ", ".join(f"{who} {count}" for who, count in sources.items()), turns, unit="count"),
        Row(f"tool calls refused ({codes})" if codes else "tool calls refused", errors.total(),
            sum(one.tool_calls for one in plays), unit="count"),
        Row("texts to a booking, mean", round(sum(to_booking) / booked, 2) if booked else 0, unit="count"),
        Row("tokens to a booking, mean", round(tokens / booked) if booked else 0, unit="count"),
        Row("time of a turn, median", percentile(times, 0.5) or 0, unit="ms"),
        Row("time of a turn, 95th percentile", percentile(times, 0.95) or 0, unit="ms"),
    ]  # fmt: skip
