"""A file under a passphrase: encrypted piece by piece, so that none is longer in memory than a megabyte.

The key is made of the passphrase by scrypt (RFC 7914); each piece is sealed with AES-256-GCM, its nonce
counts up, and the last one says that it is the last. So a file that was changed, cut short or put together
of pieces of others cannot be read. Layout: magic, 16 bytes of salt, then pieces: 4 bytes of length, so many.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from bot.errors import StoreError

MAGIC: Final = b"homeloop sealed 1\n"
PIECE: Final = 1 << 20  #: bytes of what is sealed
#: 128 MB and about half a second for each guess (RFC 7914; n is the cost, r the block, p the lanes)
_COST: Final = {"n": 1 << 17, "r": 8, "p": 1, "maxmem": 1 << 28, "dklen": 32}

_Seal = Callable[[bytes, bytes, bytes], bytes]


def is_sealed(file: Path) -> bool:
    """Say whether a file was sealed here."""
    with file.open("rb") as opened:
        return opened.read(len(MAGIC)) == MAGIC


def seal(source: BinaryIO, target: BinaryIO, passphrase: str) -> None:
    """Seal what can be read from `source`. Raises `StoreError` without the package that does it."""
    salt = secrets.token_bytes(16)
    encrypt = _cipher(passphrase, salt)[0]
    target.write(MAGIC + salt)
    piece, number = source.read(PIECE), 0
    while True:
        following = source.read(PIECE)
        sealed = encrypt(_nonce(number), piece, _about(last=not following))
        target.write(len(sealed).to_bytes(4, "big") + sealed)
        if not following:
            return
        piece, number = following, number + 1


def unseal(source: BinaryIO, target: BinaryIO, passphrase: str) -> None:
    """Read what was sealed. Raises `StoreError` for a wrong passphrase or a file that was damaged."""
    if source.read(len(MAGIC)) != MAGIC:
        raise StoreError("This file is not encrypted by Homeloop: restore it without a passphrase.")
    decrypt = _cipher(passphrase, source.read(16))[1]
    pieces = _pieces(source)
    sealed, number = next(pieces, b""), 0
    while True:
        following = next(pieces, None)
        try:
            target.write(decrypt(_nonce(number), sealed, _about(last=following is None)))
        except Exception as error:
            if type(error).__name__ != "InvalidTag":
                raise
            raise StoreError(
                "This backup cannot be read: the passphrase is another one, or the file is damaged."
            ) from None
        if following is None:
            return
        sealed, number = following, number + 1


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    while length := source.read(4):
        yield source.read(min(int.from_bytes(length, "big"), PIECE + 16))


def _nonce(number: int) -> bytes:
    # A key is made for one file alone, so a plain count never comes twice under it.
    return number.to_bytes(12, "big")


def _about(*, last: bool) -> bytes:
    return MAGIC + (b"last" if last else b"more")


def _cipher(passphrase: str, salt: bytes) -> tuple[_Seal, _Seal]:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        raise StoreError(
            "Encrypted backups need the Python package “cryptography”, which is not installed: install it, "
            "or make the backup without --encrypt and keep it on an encrypted disk."
        ) from None
    cipher = AESGCM(hashlib.scrypt(passphrase.encode(), salt=salt, **_COST))
    return cipher.encrypt, cipher.decrypt
