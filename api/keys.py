"""Keys: the credentials this process has seen, so that a known one costs no turn of a database thread.

A credential is remembered with its business's `config_version`, which the database counts up with every change to
either (migration 0007): a revoked one is refused at the next request, in every process.
"""

from datetime import datetime

from storage import lookup
from storage.db import Database
from storage.tables import Credential, Org

MOST = 10_000  # remembered at once


class Keys:
    """The credentials seen, by the hash of their secret."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen: dict[str, tuple[Credential, Org]] = {}

    async def find(self, secret: str, now: datetime) -> tuple[Credential, Org] | None:
        """The working credential with this secret and its business, as copies to be read; None when there is none."""
        digest = lookup.secret_hash(secret)
        seen = self._seen.get(digest)
        if seen is None or await self._db.config_version(seen[1].id) != seen[1].config_version:
            seen = await self._db.read(lambda session: lookup.credential_by_secret(session, secret, now))
            if seen is None:
                self._seen.pop(digest, None)
                return None
            if len(self._seen) >= MOST:
                self._seen.clear()
            self._seen[digest] = seen
        return seen if seen[0].opens_with(digest, now) else None
