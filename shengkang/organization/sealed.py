"""Sealing of single fields: AES-256-GCM with the id of its key in front, and a keyed hash to find a sealed value again.

Keys come from `FIELD_KEYS`, newest first, as `id:hex`. A value is opened with the key it names; new values take the first key. The
blind index uses a key derived from the oldest (last) one, so that it stays searchable after a rotation.
"""

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


def _keys() -> dict[str, bytes]:
    return {name: bytes.fromhex(key) for name, _colon, key in (entry.partition(":") for entry in settings.FIELD_KEYS)}


def seal(text: str) -> bytes:
    """The sealed form of `text`: key id, 12-byte nonce, ciphertext with tag."""
    return seal_bytes(text.encode())


def seal_bytes(content: bytes) -> bytes:
    """The sealed form of a small file."""
    name, key = next(iter(_keys().items()))
    nonce = os.urandom(12)
    return name.encode() + b":" + nonce + AESGCM(key).encrypt(nonce, content, name.encode())


def open_sealed(sealed: bytes) -> str:
    """The text again. Raises KeyError when the key is gone, cryptography.exceptions.InvalidTag when the value was altered."""
    return open_sealed_bytes(sealed).decode()


def open_sealed_bytes(sealed: bytes) -> bytes:
    """The file again; raises as `open_sealed`."""
    name, _colon, rest = bytes(sealed).partition(b":")
    return AESGCM(_keys()[name.decode()]).decrypt(rest[:12], rest[12:], name)


def blind_index(text: str) -> str:
    """64 hex digits, equal for equal texts, useless without the key."""
    oldest = list(_keys().values())[-1]
    index_key = hmac.new(oldest, b"blind index", hashlib.sha256).digest()
    return hmac.new(index_key, text.strip().upper().encode(), hashlib.sha256).hexdigest()
