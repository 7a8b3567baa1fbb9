"""Who on the staff may do what: six roles, and the rights that each of them has."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is to Homeloop; everybody has exactly one."""

    OWNER = "owner"  #: looks after the system, its people and its records
    COMMUNICATOR = "communicator"  #: writes to families and answers them
    APPROVER = "approver"  #: lets large or late broadcasts go out
    REVIEWER = "reviewer"  #: reads translations into one language, and reads back what families say in it
    PARTNER = "partner"  #: passes texts on to people who trust them; sees no family
    VIEWER = "viewer"  #: reads results; sees no names, no numbers and no words


class Right(StrEnum):
    """One thing that a role may do; every page and every form asks for exactly one."""

    SEE = "see"  #: home, broadcasts, progress and results in figures
    TEXTS = "texts"  #: the approved texts, to pass on
    WRITE = "write"  #: compose, schedule, recall, stop; send again or drop what is held
    APPROVE = "approve"  #: be the second person that a large or late broadcast needs
    REVIEW = "review"  #: translations, in the languages of the account
    READ = "read"  #: families' words
    ANSWER = "answer"  #: write to a family; assign, note, close
    PEOPLE = "people"  #: households, phones, consent; import; stop a phone
    RECORDS = "records"  #: export, merge and erase households; retention
    RUN = "run"  #: lanes: start a stopped sender
    STAFF = "staff"  #: accounts, invitations and the audit trail


_EVERYTHING: Final = frozenset(Right)

#: what each role may do
RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.OWNER: _EVERYTHING,
    Role.COMMUNICATOR: _EVERYTHING - {Right.APPROVE, Right.RECORDS, Right.STAFF},
    Role.APPROVER: frozenset({Right.SEE, Right.TEXTS, Right.APPROVE, Right.REVIEW, Right.WRITE}),
    Role.REVIEWER: frozenset({Right.TEXTS, Right.REVIEW, Right.READ, Right.ANSWER}),
    Role.PARTNER: frozenset({Right.TEXTS}),
    Role.VIEWER: frozenset({Right.SEE, Right.TEXTS}),
}


def may(role: Role, right: Right) -> bool:
    """Say whether somebody in that role has that right."""
    return right in RIGHTS[role]
