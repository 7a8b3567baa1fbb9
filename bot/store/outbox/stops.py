"""Phones that this process has just stopped, for texts that are claimed and have not begun.

Theory. The claim asks about every STOP committed before it. Between its commit and the first byte to the
provider lies a moment in which another transaction can commit a STOP; no question to the database closes
it. So a STOP is noted here before its transaction commits, and the pump looks here in the very step in
which a text begins: a text whose phone was noted after the claim goes back unsent, where the database
decides about it anew. A note whose transaction failed costs one such round and nothing else.
"""

from __future__ import annotations

from typing import Final

from sqlmodel import Session

#: the execution option under which `Store` hands its notes to every session
KEY: Final = "homeloop_stops"
KEPT: Final = 4096  #: newest notes; a claimed text begins within milliseconds


class Stops:
    """Notes in order. Written by the one writer thread, read by the loop; neither waits for the other."""

    def __init__(self) -> None:
        self._noted: dict[int, int] = {}  # contact point -> number of its newest note
        self.newest = 0

    def note(self, contact_point_id: int) -> None:
        """A STOP of this phone is about to be committed."""
        self._noted.pop(contact_point_id, None)
        self._noted[contact_point_id] = self.newest + 1
        self.newest += 1
        if len(self._noted) > KEPT:
            del self._noted[next(iter(self._noted))]

    def since(self, seen: int, contact_point_id: int) -> bool:
        """Say whether the phone was noted after `newest` was `seen`."""
        return self._noted.get(contact_point_id, 0) > seen


def of(session: Session) -> Stops:
    """Return the notes of the store that this session belongs to."""
    notes = session.connection().get_execution_options()[KEY]
    assert isinstance(notes, Stops)
    return notes
