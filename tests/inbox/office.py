"""The people who work in the office, and families who write to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from bot import inbox
from bot.conversation.ask import Ask
from bot.inbox import Sent, Thread, WaitsPage, Wanted, Written
from bot.roles import Role
from bot.store.accounts import Account, account
from bot.store.tables import Handover, Note, Staff
from tests import school
from tests.school import SMS, Desk, phone

QUESTION = "Goorma ayuu basku imanayaa?"
OWN_WORDS = "Habeenkii waan shaqeeyaa, Sabtida ma imaan karo"
DANGER = "my husband hits me and I am afraid"
NEEDS = {"so": "Iskuulka Lincoln: maxaa kuu fududayn kara inaad shirka timaado?"}

T = TypeVar("T")


@dataclass
class Office:
    """A desk with people at it."""

    desk: Desk
    amal: Account  #: communicator, reads English only
    faadumo: Account  #: reviewer of Somali
    owner: Account  #: on call

    def read(self, work: Callable[..., T], *args: Any, **more: Any) -> T:
        return self.desk.store.reading(work, *args, **more)

    def write(self, work: Callable[..., T], *args: Any, **more: Any) -> T:
        return self.desk.store.writing(work, *args, **more)

    @property
    def now(self) -> Any:
        return self.desk.clock.now()

    def family(self, number: int = 1, tag: str = "so", **more: Any) -> int:
        """Let a family be known; return its phone."""
        return self.write(lambda session: school.family(session, number, tag=tag, **more))

    def asks(self, number: int = 1, text: str = QUESTION) -> None:
        """Let a family write of its own accord, and sends what we answer by ourselves."""
        self.desk.says(phone(number), text)
        self.desk.read(phone(number))

    def told(self, number: int = 1, tag: str = "so", **more: Any) -> int:
        """Let a family answer an open question in its own words; return its phone."""
        made = self.family(number, tag, **more)
        self.write(
            lambda session: school.send_out(
                session, self.desk.settings, self.now, text="What do you need?", ask=Ask("own_words"),
                texts=NEEDS,
            )
        )  # fmt: skip
        self.desk.read(phone(number))
        self.desk.clock.advance(minutes=5)
        self.desk.says(phone(number), OWN_WORDS)
        return made

    def waiting(self, who: Account | None = None, **wanted: Any) -> WaitsPage:
        return self.read(inbox.waiting, who or self.amal, Wanted(**wanted))

    def thread(self, made: int, who: Account | None = None) -> Thread:
        return self.read(inbox.thread, made, who or self.amal, self.desk.settings, self.now)

    def sends(
        self, made: int, home: str = "Berri 7:10.", who: Account | None = None, *, seen: str = "", **more: Any
    ) -> Sent:
        who = who or self.faadumo
        given: dict[str, Any] = {"staff": "Tomorrow 7:10.", "read": True} | more
        written = Written(home, **given)
        return self.write(
            inbox.send, made, self.desk.settings, who, written,
            seen=seen or self.thread(made, who).seen, now=self.now,
        )  # fmt: skip

    def open_whys(self) -> list[str]:
        def read(session: Session) -> list[str]:
            rows = select(Handover.why).where(col(Handover.done_at).is_(None)).order_by(col(Handover.id))
            return list(session.exec(rows))

        return self.read(read)

    def notes(self) -> list[str]:
        return self.read(lambda session: list(session.exec(select(Note.text).order_by(col(Note.id)))))


def hire(
    session: Session, now: Any, name: str, role: Role, *, languages: tuple[str, ...] = (), **more: Any
) -> Account:
    row = Staff(
        email=f"{name.lower()}@lincoln.example",
        name=name,
        role=role,
        languages=list(languages),
        made_at=now,
        **more,
    )
    session.add(row)
    session.flush()
    return account(row)


def office_at(desk: Desk) -> Office:
    def hire_all(session: Session) -> tuple[Account, Account, Account]:
        now = desk.clock.now()
        return (
            hire(session, now, "Amal", Role.COMMUNICATOR),
            hire(session, now, "Faadumo", Role.REVIEWER, languages=("so",)),
            hire(session, now, "Rosa", Role.OWNER, on_call=True),
        )

    return Office(desk, *desk.store.writing(hire_all))


__all__ = ["DANGER", "OWN_WORDS", "QUESTION", "SMS", "Office", "hire", "office_at"]
