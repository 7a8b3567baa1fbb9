"""Six things that a school does on an ordinary day, as somebody does them who was shown nothing before.

Each is written once and done in every language of the console, at a desk and on a phone, with scripts and
without.
"""

from __future__ import annotations

from datetime import datetime

import pyotp

from bot.roles import Role
from tests.browser import task_school as school
from tests.browser.hand import Hand
from tests.console.busy_school import TOTP


async def signs_in(hand: Hand, role: Role, now: datetime) -> None:
    """Come in by name, password and code."""
    await hand.opens("/")
    await hand.writes("E-mail address", f"{role}@{hand.language}.lincoln.example")
    await hand.writes("Password", school.PASSWORD)
    await hand.clicks_on("Sign in")
    await hand.writes("Code", pyotp.TOTP(TOTP).at(now))
    await hand.clicks_on("Sign in")
    await hand.reads(hand.said("What needs you now"))


async def sends_a_first_text(hand: Hand, text: str) -> None:
    """From the first page of the demo to a text on a family's phone."""
    await hand.opens("/demo")
    await hand.clicks_on("Open the console")
    await hand.reads_itself()
    await writes_to_lincoln(hand, text)
    await hand.opens("/demo")
    await hand.reads(text[:20])
    await hand.clicks_on("Open the phones")
    # The demo's own day goes on meanwhile, so other families have newer texts.
    got_it = hand.page.locator("main tr").filter(has_text=text)
    await hand.looks_again_until(got_it)
    await hand.presses(got_it.locator("a"))
    await hand.reads(text)


async def writes_to_lincoln(hand: Hand, text: str) -> None:
    """From the first page to a text that goes to one school's families, each in what they can read."""
    await hand.clicks_on("New text")
    await hand.clicks_on("Write an announcement")
    await hand.writes("Text in %(language)s", text, language=hand.tongue("en"))
    # More than half of the demo's district waits for a second person, and the newcomer is alone.
    await hand.ticks("some of them")
    await hand.ticks("Lincoln")
    await hand.chooses("Families whose language has no text that may go out get", "en")
    if hand.scripts:
        await hand.looks_until_it_is_kept()
    else:
        await hand.clicks_on("Count again")
    await hand.types_the_count()
    await hand.sends()
    await hand.sees("Take it back")


async def closes_for_snow(hand: Hand, now: datetime) -> None:
    """05:30, snow: from the sign-in to a text to everybody."""
    phones = sum(school.FAMILIES.values())
    await signs_in(hand, Role.COMMUNICATOR, now)
    await hand.clicks_on("Emergency")
    await hand.clicks_on("School is closed because of snow")
    await hand.presses(hand.named(hand.counted("Send to %(num)s phone", "Send to %(num)s phones", phones)))
    await hand.sees("Take it back")


async def answers_a_somali_parent(hand: Hand) -> None:
    """Somebody who reads Somali answers a question of the family's own."""
    await hand.opens("/")
    await hand.presses(hand.page.get_by_role("link", name=school.PARENT))
    await hand.reads(school.QUESTION)
    await hand.writes("Your answer in %(language)s", school.MEANING, language=hand.tongue("en"))
    await hand.writes("What the family reads, in %(language)s", school.ANSWER, language=hand.tongue("so"))
    await hand.clicks_on("Send")
    await hand.is_told()


async def finds_out_why_forty_got_nothing(hand: Hand) -> None:
    """From the first page to the reasons, with what to do about each."""
    await hand.opens("/")
    await hand.presses(hand.page.get_by_role("link", name=school.UNTOLD[:20]))
    await hand.reads("40")
    await hand.reads("25")


async def takes_a_revocation_by_phone(hand: Hand) -> None:
    """Somebody calls: no more texts to this number."""
    await hand.opens("/")
    await hand.clicks_on("People")
    await hand.writes("Name, phone or number", school.LEAVER)
    await hand.clicks_on("Search")
    await hand.sees_one("Stop texts")
    await hand.clicks_on("Stop texts")
    await hand.clicks_on("Stop texts to this phone")


async def says_who_is_missing(hand: Hand) -> str:
    """From the first page to one sentence that can be said aloud."""
    await hand.opens("/")
    await hand.clicks_on("Results")
    await hand.presses(hand.page.get_by_role("link", name=school.ASKED[:20]))
    await hand.reads(hand.said("Who is missing"))
    return await hand.page.get_by_role("region", name=hand.said("Who is missing")).inner_text()
