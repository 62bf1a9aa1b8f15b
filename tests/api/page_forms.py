"""The forms of a page, as a browser would send them back untouched."""

from html.parser import HTMLParser

Fields = dict[str, list[str]]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, Fields] = {}
        self._fields: Fields = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        if tag == "form":
            self._fields = self.forms.setdefault(told.get("action", ""), {})
        elif tag == "input" and name and (told.get("type") != "checkbox" or "checked" in told):
            self._fields.setdefault(name, []).append(told.get("value", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and (self._select not in self._fields or "selected" in told):
            self._fields[self._select] = [told.get("value", "")]
        elif tag == "textarea":
            self._area = name
            self._fields[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag == "form":
            self._fields = {}

    def handle_data(self, data: str) -> None:
        if self._area:
            self._fields[self._area][0] += data.replace("\n", "\r\n")


def form_of(html: str, action: str) -> Fields:
    """What the form of a page that posts to `action` holds, by field; a box that is not ticked is not there."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms[action]
