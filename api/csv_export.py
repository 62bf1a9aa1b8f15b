"""Tables as CSV for a spreadsheet, in cells that a spreadsheet only shows and never runs."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import Response

# A cell that begins so is a formula to a spreadsheet (OWASP, CSV injection); a plain phone number is only a number.
_RUNS = re.compile(r"\s*[=+\-@\t\r]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d{1,16}(?:\.\d+)?")


def cell(value: Any) -> str:
    """A value as a cell: nothing for null, true or false for those, a quote before what would run."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if _RUNS.match(text) and not _NUMBER.fullmatch(text) else text


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A file `name`.csv to save; UTF-8 with the mark Excel needs to see that it is."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([cell(one) for one in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(f"\ufeff{written.getvalue()}", headers=headers, media_type="text/csv; charset=utf-8")
