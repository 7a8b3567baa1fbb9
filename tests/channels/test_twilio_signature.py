"""Our reading of Twilio's signature and forms against the SDK's and Python's own."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.channels.twilio_signature import Signature, form_of
from tests.channels.twilio_signature import signature

TOKEN = "test-token-0123456789"
PAYLOADS = sorted((Path(__file__).parent.parent / "payloads" / "sms").glob("*.form"))
ORIGINS = [
    "https://homeloop.example",
    "https://homeloop.example:443",
    "https://homeloop.example:8443",
    "http://homeloop.example",
    "http://127.0.0.1:8080",
    "https://homeloop.example/behind/a/path",
]
URLS = [f"{origin}{path}" for origin in ORIGINS for path in ("/sms/inbound", "/sms/status?attempt=ab12.7")]

texts = st.text(st.characters(codec="utf-8"), max_size=30)
forms = st.dictionaries(texts, texts, max_size=12)


def verdicts(given: str, url: str, form: dict[str, str]) -> tuple[bool, bool]:
    return Signature(TOKEN).proves(given, url, form), RequestValidator(TOKEN).validate(url, form, given)


@settings(deadline=None)
@given(form=forms, url=st.sampled_from(URLS))
def test_what_twilio_signed_is_believed_with_any_port(form: dict[str, str], url: str) -> None:
    for signed in URLS:
        ours, sdks = verdicts(signature(TOKEN, signed, form), url, form)
        assert ours == sdks
    assert verdicts(signature(TOKEN, url, form), url, form) == (True, True)


@settings(deadline=None)
@given(form=forms, other=forms, url=st.sampled_from(URLS), scribble=texts)
def test_what_twilio_did_not_sign_is_refused(
    form: dict[str, str], other: dict[str, str], url: str, scribble: str
) -> None:
    for wrong in (signature("another-token", url, form), scribble, ""):
        assert verdicts(wrong, url, form) == (False, False)
    ours, sdks = verdicts(signature(TOKEN, url, other), url, form)
    assert ours == sdks


@pytest.mark.parametrize("file", PAYLOADS, ids=lambda file: file.stem)
def test_every_payload_is_judged_as_the_sdk_judges_it(file: Path) -> None:
    form = dict(parse_qsl(file.read_text().strip(), keep_blank_values=True, errors="replace"))
    for url in URLS:
        assert verdicts(signature(TOKEN, url, form), url, form) == (True, True)
        assert verdicts(signature(TOKEN, url, form | {"Body": "2"}), url, form | {"Body": "1"}) == (
            False,
            False,
        )


@settings(deadline=None)
@given(form=forms)
def test_forms_are_read_as_python_reads_them(form: dict[str, str]) -> None:
    assert form_of(urlencode(form).encode()) == form


@settings(deadline=None)
@given(body=st.text(st.sampled_from("ab=&%+20C3A9;"), max_size=40))
def test_odd_forms_are_read_as_python_reads_them_or_refused(body: str) -> None:
    try:
        pairs = parse_qsl(body, keep_blank_values=True, errors="strict")
    except ValueError:
        pairs = None
    if pairs is None or len(dict(pairs)) != len(pairs):
        with pytest.raises(ValueError):  # noqa: PT011 - whichever of its kinds
            form_of(body.encode())
    else:
        assert form_of(body.encode()) == dict(pairs)


@pytest.mark.parametrize("body", [b"a=\xff", b"a=%ff", b"a=1&a=2", b"&".join([b"a"] * 201)])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        form_of(body)
