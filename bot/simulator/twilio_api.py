"""Twilio's Messages API as Homeloop uses it: create, fetch, list."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from bot.messages import ChannelName
from bot.simulator.carrier import Carrier, parts_of
from bot.simulator.desk import Denied, Faults, World, noted_faults, reply, serve
from bot.simulator.ledger import Accepted, Heard
from bot.simulator.misbehaviour import Call
from bot.simulator.promise import promise
from bot.simulator.resources import ROOT, fits, resource


class TwilioApi:
    """The HTTP side of the account; `Carrier` is the other."""

    too_many = "20429"

    def __init__(self, world: World, carrier: Carrier) -> None:
        self._world = world
        self._carrier = carrier
        self._promise = promise("twilio")

    def routes(self) -> list[web.RouteDef]:
        """Return what the server must route here."""
        return [
            web.post(ROOT + "/Messages.json", self._create),
            web.get(ROOT + "/Messages.json", self._list, allow_head=False),
            web.get(ROOT + "/Messages/{sid}.json", self._fetch, allow_head=False),
            web.get(ROOT + ".json", self._account, allow_head=False),
            web.route("*", "/2010-04-01/{rest:.*}", self._elsewhere),
        ]

    def refusal(self, denied: Denied) -> web.Response:
        """Return one of Twilio's errors."""
        status, message = self._promise.error(denied.error, denied.field)
        return self._error(int(denied.error), message, status, denied.wait)

    def broken(self, status: int) -> web.Response:
        """Return a 5xx."""
        code = "20503" if status == 503 else "20500"
        return self._error(int(code), self._promise.error(code)[1], status)

    def _error(self, code: int, message: str, status: int, wait: int | None = None) -> web.Response:
        more = f"https://www.twilio.com/docs/errors/{code}"
        payload = {"code": code, "message": message, "more_info": more, "status": status}
        noted_faults(self._world, "error", self._promise.faults("error", payload), payload)
        return reply(status, payload, None if wait is None else {"Retry-After": str(wait)})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        fields = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        sender = fields.get("From") or fields.get("MessagingServiceSid", "")
        call = Call(
            ChannelName.SMS, "send", sender, fields.get("To", ""), fields.get("Body", ""), "Messages.create"
        )

        async def act(faults: Faults) -> web.Response:
            self._authenticate(request)
            return self._answer("create", 201, resource(self._world.account, self._accept(fields, faults)))

        return await serve(self._world, request, self, call, act)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        async def act(_: Faults) -> web.Response:
            self._authenticate(request)
            return self._answer("list", 200, self._page(dict(request.query)))

        call = Call(ChannelName.SMS, "list", address=request.query.get("To", ""), method="Messages.list")
        return await serve(self._world, request, self, call, act)

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        async def act(_: Faults) -> web.Response:
            self._authenticate(request)
            entry = self._carrier.by_sid.get(request.match_info["sid"])
            if entry is None:
                raise Denied("20404", request.path)
            return self._answer("fetch", 200, resource(self._world.account, entry))

        call = Call(ChannelName.SMS, "fetch", method="Messages.fetch")
        return await serve(self._world, request, self, call, act)

    async def _account(self, request: web.Request) -> web.StreamResponse:
        async def act(_: Faults) -> web.Response:
            self._authenticate(request)
            sid = self._world.account.account_sid
            uri = ROOT.format(account=sid) + ".json"
            account = {
                "sid": sid,
                "friendly_name": "Simulator",
                "status": "active",
                "type": "Full",
                "uri": uri,
            }
            return self._answer("account", 200, account)

        call = Call(ChannelName.SMS, "account", method="Accounts.fetch")
        return await serve(self._world, request, self, call, act)

    async def _elsewhere(self, request: web.Request) -> web.StreamResponse:
        async def act(_: Faults) -> web.Response:
            self._authenticate(request)
            raise Denied("20404", request.path)

        return await serve(self._world, request, self, Call(ChannelName.SMS, "other"), act)

    def _authenticate(self, request: web.Request) -> None:
        account = self._world.account
        pair = f"{account.account_sid}:{account.auth_token}".encode()
        wanted = "Basic " + base64.b64encode(pair).decode()
        given = request.headers.get("Authorization", "")
        in_path = request.match_info.get("account", account.account_sid)
        if not hmac.compare_digest(wanted, given) or in_path != account.account_sid:
            raise Denied("20003", says="wrong account SID or auth token")

    def _accept(self, fields: Mapping[str, str], faults: Faults) -> Accepted:
        read = self._promise.read("create", fields)
        if read.unknown:
            self._world.ledger.oddities.append(f"Messages.create with unknown {', '.join(read.unknown)}")
        if read.problem is not None:
            error = read.problem.error
            raise Denied(
                "20001" if error == "parameter" else error, read.problem.field, says=read.problem.says
            )
        sender, service = self._sender(read.values)
        text, address = read.values.get("Body", ""), read.values["To"]
        if not text:
            raise Denied("21602", says="Body is missing or empty")
        if self._carrier.has_stopped(service or self._world.account.opt_out_scope(sender), address):
            raise Denied("21610", says=f"{address} has stopped texts from {service or sender}")
        self._keep_pace(sender, text)
        return self._carrier.accept(
            sender=sender,
            address=address,
            text=text,
            service=service,
            callback=read.values.get("StatusCallback"),
            faults=faults,
        )

    def _sender(self, values: Mapping[str, Any]) -> tuple[str, str | None]:
        """Return (number, messaging service) of a request; raises `Denied` if it names neither."""
        account = self._world.account
        number, service = values.get("From"), values.get("MessagingServiceSid")
        if service is not None:
            if account.services and service not in account.services:
                raise Denied("21701", service)
            return account.number_of(service), service
        if number is None:
            raise Denied("21603", says="neither From nor MessagingServiceSid")
        if account.senders and number not in account.senders:
            raise Denied("21606", number)
        return number, None

    def _keep_pace(self, sender: str, text: str) -> None:
        rate = self._world.account.sms_parts_per_second
        wait = self._world.pace(ChannelName.SMS, sender, parts_of(text), rate)
        if wait is not None:
            raise Denied("20429", wait=wait, says=f"over {rate} parts per second")

    def _answer(self, call: str, status: int, payload: dict[str, Any]) -> web.Response:
        noted_faults(self._world, call, self._promise.answer_faults(call, payload), payload)
        return reply(status, payload)

    def _page(self, query: dict[str, str]) -> dict[str, Any]:
        read = self._promise.read("list", query)
        if read.problem is not None:
            raise Denied(read.problem.error, read.problem.field, says=read.problem.says)
        wanted = read.values
        size, number = wanted.get("PageSize", self._promise.limits["page_size"]), wanted.get("Page", 0)
        found = [entry for entry in self._candidates(wanted) if fits(entry, wanted)]
        first = number * size
        if "PageToken" in wanted:
            token = wanted["PageToken"].removeprefix("PA")
            first = 1 + next((n for n, entry in enumerate(found) if entry.provider_id == token), len(found))
        chosen = found[first : first + size]
        more = chosen and first + size < len(found)
        return {
            "messages": [resource(self._world.account, entry) for entry in chosen],
            "start": number * size,
            "end": number * size + max(0, len(chosen) - 1),
            "page": number,
            "page_size": size,
            "first_page_uri": self._uri(query, size, 0),
            "next_page_uri": self._uri(query, size, number + 1, chosen[-1].provider_id) if more else None,
            "previous_page_uri": self._uri(query, size, number - 1) if number else None,
            "uri": self._uri(query, size, number),
        }

    def _candidates(self, wanted: Mapping[str, Any]) -> Iterable[Accepted | Heard]:
        """Return the texts to look through, newest first."""
        if "To" in wanted:
            return reversed(self._carrier.to.get(wanted["To"], []))
        if "From" in wanted:
            return reversed(self._carrier.came_from.get(wanted["From"], []))
        return reversed(self._carrier.order)

    def _uri(self, query: Mapping[str, str], size: int, page: int, after: str | None = None) -> str:
        kept = {name: value for name, value in query.items() if not name.startswith("Page")}
        kept |= {"PageSize": str(size), "Page": str(page)}
        if after is not None:
            kept["PageToken"] = f"PA{after}"
        path = ROOT.format(account=self._world.account.account_sid)
        return f"{path}/Messages.json?{urlencode(kept)}"
