"""What the caller said in a transcript, turn by turn: the assistant's own words alarm nobody."""

import re
from collections.abc import Iterator

_SPEAKER = re.compile(r"^\s*(user|customer|caller|human|agent|ai|assistant|bot|system)\s*:\s*", re.IGNORECASE)
_CALLERS = ("user", "customer", "caller", "human")
_YES = re.compile(r"\W*(?:yes|yeah|yep|yup|correct|right|i do|i can|it does|there is|si)\b", re.IGNORECASE)
_LAST_QUESTION = re.compile(r"[^.!?]*\?\s*$")
LONGEST_TURN = 2_000


def callers_turns(transcript: str) -> list[str]:
    """The caller's turns in order; what a bare yes agrees to is put behind it. Without speakers it is all theirs."""
    turns = list(_turns(transcript))
    if not any(speaker for speaker, _words in turns):
        return [transcript]
    said, asked = [], ""
    for speaker, words in turns:
        if speaker not in _CALLERS:
            question = _LAST_QUESTION.search(words)
            asked = question[0].strip(" ?\n") if question else ""
            continue
        said.append(f"{words}. {asked}" if asked and _YES.match(words) else words)
        asked = ""
    return [words[:LONGEST_TURN] for words in said if words]


def _turns(transcript: str) -> Iterator[tuple[str, str]]:
    speaker, lines = "", list[str]()
    for line in transcript.splitlines():
        found = _SPEAKER.match(line)
        if found:
            yield speaker, " ".join(lines).strip()
            speaker, lines = found[1].lower(), [line[found.end() :]]
        else:
            lines.append(line)
    yield speaker, " ".join(lines).strip()
