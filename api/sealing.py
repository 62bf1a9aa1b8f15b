"""Keeping a secret that we need back: sealed with the process's own key before it is stored."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


def seal(secret_key: str, secret: str) -> str:
    """`secret`, readable again only with this RINGBACK_SECRET_KEY."""
    return _box(secret_key).encrypt(secret.encode()).decode()


def unseal(secret_key: str, sealed: str) -> str | None:
    """The secret; None when it was sealed with another key, after RINGBACK_SECRET_KEY was changed."""
    try:
        return _box(secret_key).decrypt(sealed).decode()
    except InvalidToken:
        return None


def _box(secret_key: str) -> Fernet:
    # The key is random already; the prefix keeps this use of it apart from every other.
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"webhook secrets:" + secret_key.encode()).digest()))
