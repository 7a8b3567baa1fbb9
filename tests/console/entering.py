"""Browsers that take over the cookies they are given, as real ones do."""

from __future__ import annotations

import re
from html import unescape

import httpx

from tests.console.browsers import COOKIE, Browser, Desk
from tests.staff.people import PASSWORD


def visitor(desk: Desk, agent: str = "") -> Browser:
    """A browser that nobody has signed in with."""
    browser = desk.stranger()
    browser.http.cookies.clear()
    browser.http.cookies.set(COOKIE, browser.token, domain="127.0.0.1", path="/")
    browser.http.headers["user-agent"] = agent
    return browser


async def press(browser: Browser, path: str, **fields: str | list[str]) -> httpx.Response:
    """Send a form and take over whatever cookie comes back."""
    answer = await browser.post(path, fields)
    browser.token = browser.http.cookies.get(COOKIE) or browser.token
    return answer


async def signed_in(desk: Desk, email: str, after: str = "/account") -> tuple[Browser, httpx.Response]:
    """Take the first step in a new browser; return it and what it was answered."""
    browser = visitor(desk)
    answer = await press(browser, "/sign-in", email=email, password=PASSWORD, next=after)
    return browser, answer


def heading(answer: httpx.Response) -> str:
    """The one h1 of a page."""
    (found,) = re.findall(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
    return unescape(found)
