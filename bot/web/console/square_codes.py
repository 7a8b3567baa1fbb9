"""QR codes as pictures that a page may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import segno

_SCALE: Final = 5  #: pixels a module: a phone reads it from the desk
_BORDER: Final = 4  #: modules of quiet around it (ISO/IEC 18004)


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG as a data: address, and its size in pixels."""

    address: str
    size: int


def picture(text: str) -> Picture:
    """Return the QR code of a text."""
    code = segno.make(text, error="m", micro=False)
    width, _ = code.symbol_size(_SCALE, _BORDER)
    return Picture(code.png_data_uri(scale=_SCALE, border=_BORDER), int(width))
