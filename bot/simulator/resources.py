"""Texts as Twilio's API shows them, and the filters of its list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from bot.simulator.account import Account
from bot.simulator.carrier import parts_of
from bot.simulator.ledger import Accepted, Heard
from bot.simulator.promise import promise

ROOT = "/2010-04-01/Accounts/{account}"


def resource(account: Account, entry: Accepted | Heard) -> dict[str, Any]:
    """Return a text as a Message resource."""
    uri = f"{ROOT.format(account=account.account_sid)}/Messages/{entry.provider_id}"
    shared = {
        "sid": entry.provider_id,
        "account_sid": account.account_sid,
        "api_version": "2010-04-01",
        "body": entry.text if account.bodies_kept else "",
        "num_media": "1" if entry.provider_id.startswith("MM") else "0",
        "num_segments": str(parts_of(entry.text)),
        "price": None,
        "price_unit": "USD",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "uri": f"{uri}.json",
    }
    return shared | (
        _outbound(entry) if isinstance(entry, Accepted) else _inbound(entry, account.service_of(entry.sender))
    )


def _outbound(message: Accepted) -> dict[str, Any]:
    newest = message.status
    waiting = newest.status == "accepted"
    sent = _sent_at(message)
    error = promise("twilio").error(newest.code)[1] if newest.code else None
    return {
        "date_created": format_datetime(message.accepted_at),
        "date_sent": None if sent is None else format_datetime(sent),
        "date_updated": format_datetime(newest.at),
        "direction": "outbound-reply" if message.webhook_answer else "outbound-api",
        "error_code": int(newest.code) if newest.code else None,
        "error_message": error,
        "from": None if waiting else message.sender,
        "to": message.address,
        "messaging_service_sid": message.service,
        "status": newest.status,
    }


def _inbound(heard: Heard, service: str | None) -> dict[str, Any]:
    moment = format_datetime(heard.at)
    return {
        "date_created": moment,
        "date_sent": moment,
        "date_updated": moment,
        "direction": "inbound",
        "error_code": None,
        "error_message": None,
        "from": heard.address,
        "to": heard.sender,
        "messaging_service_sid": service,
        "status": "received",
    }


def _sent_at(entry: Accepted | Heard) -> datetime | None:
    if isinstance(entry, Heard):
        return entry.at
    return next((step.at for step in entry.statuses if step.status not in {"accepted", "queued"}), None)


def fits(entry: Accepted | Heard, wanted: Mapping[str, Any]) -> bool:
    """Say whether a text passes the filters of a list request."""
    ends = (entry.address, entry.sender) if isinstance(entry, Accepted) else (entry.sender, entry.address)
    if any(wanted.get(name, end) != end for name, end in zip(("To", "From"), ends, strict=True)):
        return False
    if not any(name.startswith("DateSent") for name in wanted):
        return True
    sent = _sent_at(entry)
    if sent is None:
        return False
    sent = sent.replace(microsecond=0)
    after, _ = _span(wanted.get("DateSent>"))
    _, before = _span(wanted.get("DateSent<"))
    start, end = _span(wanted.get("DateSent"))
    return max(after, start) <= sent < min(before, end)


def _span(written: str | None) -> tuple[datetime, datetime]:
    """Return the moments a filter value covers: a whole day, or one second; all time for None."""
    if written is None:
        return datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    moment = datetime.fromisoformat(written)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    whole_day = len(written) == len("2026-11-17") or written.endswith(
        "T00:00:00Z"
    )  # how the SDK writes a date
    return moment, moment + (timedelta(days=1) if whole_day else timedelta(seconds=1))
