"""One in twenty of what families called right is looked at again; what was found stands with the results."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlmodel import Session, col, select

from bot import inbox, replies, sampling
from bot.errors import InboxError
from bot.messages import ReplyState
from bot.results import own_words
from bot.store.tables import Handover, Reply, ReplyVersion
from tests import school
from tests.inbox.office import Office
from tests.school import phone


def confirmed(office: Office) -> int:
    """A family whose understanding was confirmed and is among those looked at again; returns its phone."""
    made = office.told()
    (reply,) = school.all_replies(office.desk.store)
    office.desk.clock.advance(minutes=1)
    office.write(
        replies.read_back, reply.id or 0, office.desk.settings,
        home="waad shaqaysaa", staff="Works.", by="Faadumo", now=office.now,
    )  # fmt: skip
    office.desk.read(phone(1))
    office.desk.says(phone(1), "1")
    return made


def check_due(office: Office) -> int:
    """Return the thing to be checked, made if the sample left this reply out."""

    def work(session: Session) -> int:
        found = session.exec(select(Handover).where(Handover.why == "check")).first()
        if found is None:
            reply = session.exec(select(Reply)).one()
            reply.checked = "asked"
            found = Handover(
                contact_point_id=reply.contact_point_id, reply_id=reply.id, why="check", made_at=office.now
            )
            session.add_all([reply, found])
            session.flush()
        return found.id or 0

    return office.write(work)


def test_one_in_twenty_of_each_language_and_always_the_same_ones() -> None:
    for tag in ("so", "es", "ar"):
        picked = [number for number in range(20_000) if sampling.is_checked(tag, number)]
        assert 900 < len(picked) < 1100
        assert picked == [number for number in range(20_000) if sampling.is_checked(tag, number)]


def test_what_the_sample_picks_waits_for_somebody_who_reads_the_language(office: Office) -> None:
    confirmed(office)
    (reply,) = school.all_replies(office.desk.store)
    picked = sampling.is_checked("so", reply.id or 0)
    whys = office.open_whys()
    assert ("check" in whys) is picked
    assert reply.checked == ("asked" if picked else None)


def test_a_liaison_says_that_it_is_the_same(office: Office) -> None:
    made = confirmed(office)
    owed = check_due(office)
    (thing,) = [one for one in office.thread(made).owed if one.kind == "read_back"]
    assert thing.check is not None
    assert (thing.check.home, thing.check.staff) == ("waad shaqaysaa", "Works.")
    office.write(inbox.judge, owed, office.faadumo, right=True, meaning="", now=office.now)
    (reply,) = school.all_replies(office.desk.store)
    assert (reply.checked, reply.checked_by, reply.state) == ("right", "Faadumo", ReplyState.CONFIRMED)
    assert office.open_whys() == []
    found = office.read(own_words, reply.broadcast_id)
    assert (found.checked, found.wrong) == (1, 0)


def test_a_liaison_says_what_the_words_do_say(office: Office) -> None:
    confirmed(office)
    owed = check_due(office)
    with pytest.raises(InboxError, match="Write what their words say"):
        office.write(inbox.judge, owed, office.faadumo, right=False, meaning=" ", now=office.now)
    meaning = "Works nights and cannot come on Saturdays."
    office.write(inbox.judge, owed, office.faadumo, right=False, meaning=meaning, now=office.now)
    (reply,) = school.all_replies(office.desk.store)
    assert (reply.understood_staff, reply.state) == (meaning, ReplyState.CONFIRMED), "the family said: right"
    versions = office.read(
        lambda session: session.exec(select(ReplyVersion).order_by(col(ReplyVersion.id))).all()
    )
    assert Counter(one.understood_staff for one in versions)["Works."] >= 2, "what we had is kept"
    found = office.read(own_words, reply.broadcast_id)
    assert (found.checked, found.wrong) == (1, 1)
    with pytest.raises(InboxError, match="has done this already"):
        office.write(inbox.judge, owed, office.faadumo, right=True, meaning="", now=office.now)


def test_nothing_else_can_be_judged_so(office: Office) -> None:
    office.family()
    office.asks()
    (row,) = office.waiting().rows
    with pytest.raises(InboxError, match="nothing to check"):
        office.write(inbox.judge, row.id, office.faadumo, right=True, meaning="", now=office.now)
