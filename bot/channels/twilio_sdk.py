"""The Twilio SDK over our transport. It takes a while to import, so only what lists texts does so."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from twilio.http import AsyncHttpClient
from twilio.http.response import Response as TwilioResponse
from twilio.rest import Client

from bot.channels.twilio_http import refused, signed_in
from bot.messages import Request
from bot.ports import Transport
from bot.settings import Sms


class TransportClient(AsyncHttpClient):  # type: ignore[misc]  # the SDK is untyped
    """Lets the Twilio SDK speak through our transport: no retries, real time-outs, nothing logged."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(logging.getLogger("bot.channels.sms"), True)
        self._transport = transport

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> TwilioResponse:
        """Send one request; raises a `SendError` for a refusal as well as for what the transport meets."""
        url = f"{uri}?{urlencode(params, doseq=True)}" if params else uri
        body = urlencode(data, doseq=True).encode("ascii") if data else b""
        request = Request(method.upper(), url, signed_in(headers or {}, auth), body)
        response = await self._transport.send(request, timeout=timeout or 30.0)
        if not 200 <= response.status < 300:
            raise refused(response)
        return TwilioResponse(response.status, response.body.decode("utf-8", "replace"), response.headers)


def client(settings: Sms, transport: Transport) -> Client:
    """Return the SDK's client for our account."""
    made = Client(
        settings.account_sid,
        settings.auth_token.get_secret_value(),
        http_client=TransportClient(transport),
        environment={"TWILIO_EDGE": ""},  # its edge and region variables would move requests elsewhere
    )
    made.api.base_url = settings.base_url
    return made
