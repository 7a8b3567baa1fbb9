"""One conversation: reading it, answering, reading back, and everything else staff do in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from bot import hours, inbox, languages, replies
from bot.errors import Complaint, InboxError, TranslationFailed
from bot.inbox import Canned, Cost, Thread, Waits, Written
from bot.inbox.answering import MACHINE, check_read_back
from bot.inbox.views import Theirs
from bot.languages import Tier
from bot.roles import Right
from bot.settings import Settings
from bot.store.accounts import Account
from bot.store.tables import Reply
from bot.web.access import needs
from bot.web.console import inbox_wording as wording
from bot.web.console.visit import Audit, Form, OneVisit, Page, Visit
from bot.web.console.wording import N_

BESIDE: Final = 8  #: other conversations that are shown beside one


@dataclass(frozen=True, slots=True)
class _Seen:
    """Everything one page shows."""

    thread: Thread
    others: tuple[str, ...]
    canned: tuple[Canned, ...]
    takers: tuple[Account, ...]
    beside: tuple[Waits, ...]
    goes_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Typed:
    """What somebody has typed into the forms so far."""

    home: str = ""
    staff: str = ""
    engine: str = ""
    drafted: str = ""
    canned: int | None = None
    read: bool = False
    seen: str = ""
    preview: bool = False
    #: the read-back that was typed: its handover, and both sentences
    back: int | None = None
    back_home: str = ""
    back_staff: str = ""
    note: str = ""
    how: str = ""
    #: what a machine made of the family's words: message -> text
    machine: dict[int, str] = field(default_factory=dict)

    @property
    def written(self) -> Written:
        """The answer."""
        return Written(self.home, self.staff, self.engine, self.drafted, self.canned, self.read)


def _read(
    session: Session, phone: int, account: Account, settings: Settings, now: datetime, pages: int
) -> tuple[Thread, tuple[str, ...]]:
    thread = inbox.thread(session, phone, account, settings, now, pages=pages)
    return thread, inbox.others_at(session, phone, account, now)


async def _seen(visit: OneVisit, phone: int, pages: int = 1) -> _Seen:
    """Read a conversation anew, and what stands beside every conversation as it was a moment ago."""
    account = _account(visit)
    thread, others = await visit.read(_read, phone, account, visit.settings, visit.now, pages)
    beside = await visit.figures(("beside", account), inbox.waiting_now, account, visit.now, BESIDE + 1)
    tag = thread.language
    return _Seen(
        thread=thread,
        others=others,
        canned=await visit.figures(("canned", tag), inbox.canned_answers, tag),
        takers=await visit.figures(("takers", tag), inbox.assignable, tag),
        beside=tuple(one for one in beside if one.phone != phone)[:BESIDE],
        goes_at=hours.next_answer(visit.now, thread.wrote_at, hours.of(visit.settings)),
    )


@get("/inbox/{phone:int}", opt=needs(Right.READ))
async def show(visit: Visit, phone: FromPath[int], pages: FromQuery[int] = 1) -> Page:
    """Show a conversation, and say to others that it is open here."""
    account = _account(visit)
    drawn = await _page(visit, phone, pages=min(max(pages, 1), 200))
    # not through visit.write: being looked at changes no figure
    await visit.app.store.write(inbox.look_at, phone, account, visit.now)
    return drawn


def _account(visit: OneVisit) -> Account:
    assert visit.staff is not None
    return visit.staff


async def _page(
    visit: OneVisit, phone: int, typed: _Typed | None = None, complaint: str | None = None, pages: int = 1
) -> Page:
    account = _account(visit)
    seen = await _seen(visit, phone, pages)
    thread = seen.thread
    if typed is None:
        typed = _from_draft(thread)
    elif typed.seen and typed.seen != thread.seen and complaint is None:
        complaint = visit._("Something new stands in this conversation since you began: read it first.")
    return visit.page(
        "inbox/conversation.html",
        status=422 if complaint else 200,
        seen=seen,
        thread=thread,
        typed=typed,
        complaint=complaint,
        pages=pages,
        wording=wording,
        reads=thread.language in account.languages,
        same=thread.language == visit.settings.school.staff_language,
        staff_tag=visit.settings.school.staff_language,
        translates=_translates(visit, thread.language),
        may_read_theirs=_may_read_theirs(visit, thread.language),
        machine_may_go=thread.tier is Tier.MACHINE,
        cost=_cost(typed, thread) if typed.home else None,
        back_cost=_back_cost(thread, typed.back, typed.back_home),
        **_choices(visit, seen),
    )


def _choices(visit: OneVisit, seen: _Seen) -> dict[str, Any]:
    """Return what the fields of the page offer, in the console's words."""
    thread = seen.thread
    asked = any(one.kind == "question" for one in thread.owed) and not thread.shared
    return {
        "acts": {code: visit._(text) for code, text in wording.ACTS.items()},
        "closings": [(code, visit._(wording.HOW[code])) for code in wording.CLOSINGS],
        "closable": [one for one in thread.owed if one.kind not in {"read_back", "mine"}],
        "only_read_backs": bool(thread.owed) and all(one.kind == "read_back" for one in thread.owed),
        "ready": [(one.id, one.title) for one in seen.canned],
        "takers": [(one.id, one.name) for one in seen.takers],
        "restate": visit._("Begin with what they asked: “You asked when the bus comes.”") if asked else None,
    }


def _from_draft(thread: Thread) -> _Typed:
    draft = thread.draft
    if draft is None:
        return _Typed()
    drafted = draft.home if draft.engine else ""
    return _Typed(draft.home, draft.staff, draft.engine, drafted)


def _translates(visit: OneVisit, tag: str) -> bool:
    """Say whether a machine may draft what staff write, in that language."""
    known = languages.language(tag)
    engine = visit.settings.translation.engine
    able = known.tier is not Tier.HUMAN_ONLY and (engine == "none" or known.code(engine) is not None)
    return visit.app.translator is not None and able


def _may_read_theirs(visit: OneVisit, tag: str) -> bool:
    """Say whether a machine may see what a family wrote: only one under contract (rule 9)."""
    return visit.settings.translation.under_contract and _translates(visit, tag)


def _typed(form: Form) -> _Typed:
    return _Typed(
        home=form.text("home"),
        staff=form.text("staff"),
        engine=form.text("engine")[:40],
        drafted=form.text("drafted"),
        canned=form.number("canned"),
        read=form.on("read"),
        seen=form.text("seen"),
    )


def _cost(typed: _Typed, thread: Thread) -> Cost:
    machine = typed.written.untouched and thread.tier is Tier.MACHINE and not typed.read
    return inbox.cost(f"{MACHINE}{typed.home}" if machine else typed.home, thread.channel)


def _back_cost(thread: Thread, owed: int | None, home: str) -> Cost | None:
    back = next((one.read_back for one in thread.owed if one.id == owed), None)
    return inbox.cost(back.phrase.replace("\0", home), thread.channel) if back and home else None


# Answering


@post("/inbox/{phone:int}/answer", opt=needs(Right.ANSWER))
async def answer(visit: Visit, phone: FromPath[int]) -> Page:
    """Send an answer; or draft, fill in, show or keep one."""
    form = await visit.form()
    typed = _typed(form)
    match form.text("do"):
        case "draft":
            return await _drafted(visit, phone, typed)
        case "ready":
            return await _ready(visit, phone, replace(typed, canned=form.number("ready")))
        case "preview":
            return await _page(visit, phone, replace(typed, preview=True))
        case "keep":
            return await _keep(visit, phone, typed)
        case _:
            return await _send(visit, phone, typed)


async def _send(visit: OneVisit, phone: int, typed: _Typed) -> Page:
    try:
        sent = await visit.write(
            inbox.send, phone, visit.settings, _account(visit), typed.written,
            seen=typed.seen, now=visit.now, audit=Audit("conversation.answered", f"phone:{phone}"),
        )  # fmt: skip
    except Complaint as error:
        return await _page(visit, phone, typed, str(error))
    if sent.goes_at is not None:
        said = visit._("Your answer goes out at %(at)s.", at=visit.wording.moment(sent.goes_at))
    else:
        said = visit._("Your answer is on its way.")
    return visit.go("/inbox", say=said)


async def _drafted(visit: OneVisit, phone: int, typed: _Typed) -> Page:
    """Let the engine draft the family's text from the staff's. Only staff's own words go to it."""
    thread = (await _seen(visit, phone)).thread
    source = visit.settings.school.staff_language
    if not _translates(visit, thread.language):
        return await _page(visit, phone, typed, visit._("No machine translates into this language here."))
    if not typed.staff:
        return await _page(visit, phone, typed, visit._("Write the answer first, then have it translated."))
    assert visit.app.translator is not None
    try:
        home = await visit.app.translator.translate(typed.staff, source, thread.language)
    except TranslationFailed as error:
        return await _page(visit, phone, typed, str(error))
    engine = visit.settings.translation.engine
    drafted = replace(typed, home=home, drafted=home, engine=engine, canned=None, read=False, preview=True)
    return await _page(visit, phone, drafted)


async def _ready(visit: OneVisit, phone: int, typed: _Typed) -> Page:
    """Put a ready answer into both fields."""
    if typed.canned is None:
        return await _page(visit, phone, typed, visit._("Choose an answer first."))
    found, seen = await visit.read(_with_canned, phone, typed.canned, visit)
    texts = found.texts
    filled = replace(
        typed,
        home=texts.get(seen.language, ""),
        staff=texts.get(visit.settings.school.staff_language, ""),
        engine="",
        drafted="",
        preview=True,
    )
    return await _page(visit, phone, filled)


def _with_canned(session: Session, phone: int, number: int, visit: OneVisit) -> tuple[Canned, Thread]:
    thread = inbox.thread(session, phone, _account(visit), visit.settings, visit.now)
    return inbox.canned_answer(session, number), thread


async def _keep(visit: OneVisit, phone: int, typed: _Typed) -> Page:
    """Keep the answer for somebody who reads the language."""
    try:
        await visit.write(
            inbox.save_draft, phone, _account(visit), typed.written,
            text=visit._("An answer waits here for somebody who reads the language."),
            now=visit.now, audit=Audit("conversation.draft-kept", f"phone:{phone}"),
        )  # fmt: skip
    except Complaint as error:
        return await _page(visit, phone, typed, str(error))
    return visit.go("/inbox", say=visit._("Kept, for somebody who reads the language."))


@post("/inbox/{phone:int}/cost", opt=needs(Right.ANSWER), status_code=200)
async def cost(visit: Visit, phone: FromPath[int]) -> Page:
    """Measure what is being typed, and show it as it goes out."""
    form = await visit.form()
    thread, goes_at = await visit.read(_thread_and_hour, phone, visit)
    owed, typed = form.number("owed"), _typed(form)
    if owed is not None:
        measured = _back_cost(thread, owed, typed.home)
    else:
        measured = _cost(typed, thread) if typed.home else None
    return visit.part(
        "inbox/_cost.html", cost=measured, goes_at=goes_at, thread=thread, most=2 if owed else 6
    )


def _thread_and_hour(session: Session, phone: int, visit: OneVisit) -> tuple[Thread, datetime | None]:
    thread = inbox.thread(session, phone, _account(visit), visit.settings, visit.now)
    return thread, inbox.goes_at(session, phone, visit.settings, visit.now)


@get("/inbox/{phone:int}/here", opt=needs(Right.READ))
async def here(visit: Visit, phone: FromPath[int], seen: FromQuery[str] = "") -> Page:
    """Say who else is here and whether something new came, while the page stays open."""
    account = _account(visit)

    def look(session: Session) -> tuple[tuple[str, ...], str]:
        inbox.look_at(session, phone, account, visit.now)
        return inbox.others_at(session, phone, account, visit.now), inbox.stands_for(session, phone, account)

    others, stands = await visit.app.store.write(look)
    return visit.part("inbox/_here.html", phone=phone, others=others, moved=stands != seen, stands=seen)


@post("/inbox/{phone:int}/machine", opt=needs(Right.READ), status_code=200)
async def machine(visit: Visit, phone: FromPath[int]) -> Page:
    """Let an engine under contract say what a family's text means; kept nowhere."""
    wanted = (await visit.form()).number("message")
    thread = (await _seen(visit, phone, 20)).thread
    one = next((item for item in thread.items if isinstance(item, Theirs) and item.id == wanted), None)
    if one is None or not one.text or not _may_read_theirs(visit, thread.language):
        return await _page(visit, phone, None, visit._("No machine may read these words."))
    assert visit.app.translator is not None
    source = visit.settings.school.staff_language
    try:
        meaning = await visit.app.translator.translate(one.text, thread.language, source)
    except TranslationFailed as error:
        return await _page(visit, phone, None, str(error))
    return await _page(visit, phone, replace(_from_draft(thread), machine={one.id: meaning}))


# Reading back


@post("/inbox/{phone:int}/read-back", opt=needs(Right.ANSWER))
async def read_back(visit: Visit, phone: FromPath[int]) -> Page:
    """Say back what a family told us, as somebody understood it; or let a person deal with it."""
    form = await visit.form()
    owed, account = form.number("owed") or 0, _account(visit)
    typed = _Typed(back=owed, back_home=form.text("home"), back_staff=form.text("staff"))
    preview = form.text("do") == "preview"
    try:
        if form.text("do") == "take":
            await visit.write(
                _take_words, phone, owed, account, visit, audit=Audit("reply.taken-over", f"phone:{phone}")
            )
            return visit.go(f"/inbox/{phone}", say=visit._("A person deals with these words now."))
        if preview:
            return await _page(visit, phone, replace(typed, preview=True))
        became = await visit.write(
            _write_back, phone, owed, typed, visit, audit=Audit("reply.read-back", f"phone:{phone}")
        )
    except Complaint as error:
        return await _page(visit, phone, typed, str(error))
    return visit.go("/inbox", say=visit._(wording.BECAME.get(became, N_("It is kept."))))


def _write_back(session: Session, phone: int, owed: int, typed: _Typed, visit: OneVisit) -> str:
    """Write the read-back in the transaction that checks that nobody else has; return the reply's state."""
    account = _account(visit)
    thread = inbox.thread(session, phone, account, visit.settings, visit.now)
    thing = next((one for one in thread.owed if one.id == owed), None)
    if thing is None or thing.read_back is None or thing.read_back.written:
        raise InboxError("Somebody has dealt with these words already: nothing was sent.")
    check_read_back(typed.back_home, typed.back_staff, thing.read_back.phrase, thread.channel)
    replies.read_back(
        session, thing.read_back.reply, visit.settings, home=typed.back_home, staff=typed.back_staff,
        by=account.name, now=visit.now, account=account.id,
    )  # fmt: skip
    reply = session.get(Reply, thing.read_back.reply, populate_existing=True)
    return reply.state if reply else ""


def _take_words(session: Session, phone: int, owed: int, account: Account, visit: OneVisit) -> None:
    thread = inbox.thread(session, phone, account, visit.settings, visit.now)
    thing = next((one for one in thread.owed if one.id == owed), None)
    if thing is None or thing.reply_id is None:
        raise InboxError("Somebody has dealt with these words already: nothing was changed.")
    replies.take_over(session, thing.reply_id, visit.settings, visit.now, account.id)


@post("/inbox/{phone:int}/check", opt=needs(Right.ANSWER))
async def check(visit: Visit, phone: FromPath[int]) -> Page:
    """Keep what a liaison found when looking at an understanding again."""
    form, account = await visit.form(), _account(visit)
    owed, right, meaning = form.number("owed") or 0, form.text("do") == "right", form.text("meaning")
    try:
        await visit.write(
            inbox.judge, owed, account, right=right, meaning=meaning, now=visit.now,
            audit=Audit("reply.checked", f"phone:{phone}"),
        )  # fmt: skip
    except Complaint as error:
        return await _page(visit, phone, _Typed(back=owed, back_staff=meaning), str(error))
    return visit.go("/inbox", say=visit._("Kept: it counts beside the results."))


# Everything else


@post("/inbox/{phone:int}/assign", opt=needs(Right.ANSWER))
async def assign(visit: Visit, phone: FromPath[int]) -> Page:
    """Give the conversation to somebody."""
    form = await visit.form()
    to = form.number("other" if form.text("do") == "other" else "to")
    name = await visit.write(
        inbox.assign, phone, _account(visit), to,
        audit=Audit("conversation.assigned", f"phone:{phone}", {"to": to}),
    )  # fmt: skip
    if name is None:
        return visit.go(f"/inbox/{phone}", say=visit._("Nobody has it now."))
    return visit.go(f"/inbox/{phone}", say=visit._("%(name)s has it now.", name=name))


@post("/inbox/{phone:int}/note", opt=needs(Right.ANSWER))
async def note(visit: Visit, phone: FromPath[int]) -> Page:
    """Keep a note."""
    text = (await visit.form()).text("note")
    try:
        await visit.write(
            inbox.note, phone, _account(visit), text, visit.now,
            audit=Audit("conversation.noted", f"phone:{phone}"),
        )  # fmt: skip
    except Complaint as error:
        return await _page(visit, phone, _Typed(note=text), str(error))
    return visit.go(f"/inbox/{phone}", say=visit._("The note is kept. No family reads it."))


@post("/inbox/{phone:int}/close", opt=needs(Right.ANSWER))
async def close(visit: Visit, phone: FromPath[int]) -> Page:
    """Say that it was done without a text, and how."""
    form = await visit.form()
    owed = [int(one) for one in form.all("owed") if one.isdecimal() and len(one) < 16]
    how, text = form.text("how"), form.text("text")
    try:
        await visit.write(
            inbox.close, owed, _account(visit), how=how, text=text, now=visit.now,
            audit=Audit("conversation.closed", f"phone:{phone}", {"how": how if how in wording.HOW else ""}),
        )  # fmt: skip
    except Complaint as error:
        return await _page(visit, phone, _Typed(how=how, note=text), str(error))
    return visit.go("/inbox", say=visit._("Done."))


@post("/inbox/{phone:int}/take", opt=needs(Right.ANSWER))
async def take(visit: Visit, phone: FromPath[int]) -> Page:
    """From now on a person writes with this family."""
    try:
        await visit.write(
            inbox.take_conversation, phone, visit.settings, _account(visit), visit.now,
            audit=Audit("conversation.taken-over", f"phone:{phone}"),
        )  # fmt: skip
    except Complaint as error:
        return await _page(visit, phone, None, str(error))
    return visit.go(
        f"/inbox/{phone}", say=visit._("You write with this family now; nothing answers by itself.")
    )


@post("/inbox/{phone:int}/hand-back", opt=needs(Right.ANSWER))
async def hand_back(visit: Visit, phone: FromPath[int]) -> Page:
    """Let the program answer again."""
    await visit.write(
        inbox.hand_back, phone, visit.settings, _account(visit), visit.now,
        audit=Audit("conversation.handed-back", f"phone:{phone}"),
    )  # fmt: skip
    return visit.go(f"/inbox/{phone}", say=visit._("Handed back: Homeloop answers by itself again."))


HANDLERS = [
    show,
    answer,
    cost,
    here,
    machine,
    read_back,
    check,
    assign,
    note,
    close,
    take,
    hand_back,
]
