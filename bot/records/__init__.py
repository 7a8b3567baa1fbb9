"""What is kept of families, and what becomes of it: erase, merge, export one household; retention.

**Rule 17.** A phone may be shared, and one person's words are never shown to another. What is written on a
phone that somebody else has too cannot be told apart. So an export leaves those words out and says so; it is
made for one person, or for the school's own use with everything of one household. Erasing asks staff to
decide, and keeps the phone itself for whoever still has it.

**Rule 19.** What only those on call may read is in no export and no count. A household about which something
of that kind is open cannot be erased before it is closed.
"""

from __future__ import annotations

from bot.records.erasing import Erasure, erase, erase_phone, erasure, finish
from bot.records.exporting import Parcel, export
from bot.records.keeping import Kept, Removal, due, enforce, kept, sweep
from bot.records.merging import Merging, merge, merging

__all__ = [
    "Erasure",
    "Kept",
    "Merging",
    "Parcel",
    "Removal",
    "due",
    "enforce",
    "erase",
    "erase_phone",
    "erasure",
    "export",
    "finish",
    "kept",
    "merge",
    "merging",
    "sweep",
]
