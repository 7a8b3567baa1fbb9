"""The methods of the Telegram Bot API that Homeloop uses."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from bot.messages import ChannelName
from bot.simulator.chats import Chats, Keyboard
from bot.simulator.desk import Denied, Faults, World, noted_faults, reply, serve
from bot.simulator.ledger import now
from bot.simulator.misbehaviour import Call
from bot.simulator.promise import promise
from bot.simulator.updates import Updates, Webhook

Values = Mapping[str, Any]
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")


class TelegramApi:
    """One bot's methods; `Chats` and `Updates` are what they act on."""

    too_many = "flood"

    def __init__(self, world: World, chats: Chats, updates: Updates) -> None:
        self._world = world
        self._chats = chats
        self._updates = updates
        self._promise = promise("telegram")
        self._commands: dict[str, list[Any]] = {}
        methods: dict[str, Callable[[Values], Awaitable[Any]]] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "sendMessage": self._send_message,
            "editMessageReplyMarkup": self._edit_markup,
            "answerCallbackQuery": self._answer_query,
            "setMyCommands": self._set_commands,
            "deleteMyCommands": self._delete_commands,
            "getMyCommands": self._get_commands,
        }
        self._methods = {name.lower(): (name, method) for name, method in methods.items()}

    def routes(self) -> list[web.RouteDef]:
        """Return what the server must route here."""
        return [web.route("*", "/bot{token}/{method}", self._serve)]

    def forget_all(self) -> None:
        """Lose the menu of commands."""
        self._commands.clear()

    def refusal(self, denied: Denied) -> web.Response:
        """Return one of Telegram's errors."""
        status, description = self._promise.error(denied.error, denied.field)
        return self._error(status, description, denied.wait)

    def broken(self, status: int) -> web.Response:
        """Return a 5xx."""
        return self._error(status, self._promise.error("bad_gateway" if status == 502 else "broken")[1])

    def _error(self, status: int, description: str, wait: int | None = None) -> web.Response:
        payload: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
        headers = {}
        if wait is not None:
            payload["parameters"] = {"retry_after": wait}
            headers["Retry-After"] = str(wait)
        noted_faults(self._world, "error", self._promise.faults("error", payload), payload)
        return reply(status, payload, headers)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        name, method = self._methods.get(request.match_info["method"].lower(), ("", None))
        fields = await _fields(request)
        call = Call(
            ChannelName.TELEGRAM,
            "send" if name == "sendMessage" else name or "unknown",
            f"bot:{self._world.account.bot_id}",
            str(fields.get("chat_id", "")),
            str(fields.get("text", "")),
            name,
        )

        async def act(_: Faults) -> web.Response:
            self._authenticate(request.match_info["token"])
            if method is None:
                raise Denied("not_found", says="no such method")
            return self._success(name, await method(self._read(name, fields)))

        return await serve(self._world, request, self, call, act)

    def _authenticate(self, token: str) -> None:
        if not TOKEN.fullmatch(token):
            raise Denied("not_found", says="not the form of a token")
        if not hmac.compare_digest(token, self._world.account.bot_token):
            raise Denied("unauthorized", says="wrong token")

    def _read(self, name: str, fields: Mapping[str, Any]) -> Values:
        if name == "sendMessage" and not str(fields.get("text", "")).strip():
            raise Denied("text_empty", says="text is missing or empty")
        read = self._promise.read(name, fields)
        if read.unknown:
            self._world.ledger.oddities.append(f"{name} with unknown {', '.join(read.unknown)}")
        if read.problem is not None:
            raise Denied(read.problem.error, read.problem.field, says=read.problem.says)
        return read.values

    def _success(self, name: str, result: Any) -> web.Response:
        noted_faults(self._world, name, self._promise.answer_faults(name, result), result)
        return reply(200, {"ok": True, "result": result})

    async def _get_me(self, _: Values) -> dict[str, Any]:
        abilities = {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        return self._chats.bot() | abilities

    async def _get_updates(self, values: Values) -> list[dict[str, Any]]:
        self._updates.allow(values.get("allowed_updates"))
        limit = values.get("limit", self._promise.limits["updates_per_poll"])
        return await self._updates.poll(values.get("offset", 0), limit, values.get("timeout", 0))

    async def _set_webhook(self, values: Values) -> bool:
        drop = values.get("drop_pending_updates", False)
        if not values["url"]:
            self._updates.set_webhook(None, drop=drop)
            return True
        _usable(values["url"])
        connections = values.get("max_connections", self._promise.limits["webhook_connections"])
        self._updates.allow(values.get("allowed_updates"))
        self._updates.set_webhook(Webhook(values["url"], values.get("secret_token"), connections), drop=drop)
        return True

    async def _delete_webhook(self, values: Values) -> bool:
        self._updates.set_webhook(None, drop=values.get("drop_pending_updates", False))
        return True

    async def _get_webhook_info(self, _: Values) -> dict[str, Any]:
        return self._updates.info()

    async def _send_message(self, values: Values) -> dict[str, Any]:
        markup = values.get("reply_markup", {})
        keyboard = self._keyboard(markup) if markup else ()
        family = self._chats.open_chat(values["chat_id"])
        rate = self._world.account.telegram_messages_per_second
        wait = self._world.pace(ChannelName.TELEGRAM, "telegram", 1, rate)
        if wait is not None:
            raise Denied("flood", wait, wait=wait, says=f"over {rate} messages per second")
        return self._chats.payload(self._chats.accept(family, values["text"], keyboard, markup))

    async def _edit_markup(self, values: Values) -> dict[str, Any]:
        number = values["message_id"]
        message = self._chats.messages.get(number)
        if message is None or message.address != str(values["chat_id"]):
            raise Denied("edit_lost", says=f"no message {number} in chat {values['chat_id']}")
        markup = values.get("reply_markup", {})
        keyboard = self._keyboard(markup) if markup else ()
        if keyboard == message.buttons:
            raise Denied("edit_same")
        message.buttons = keyboard
        if keyboard:
            self._chats.markups[number] = markup
        else:
            self._chats.markups.pop(number, None)
        return self._chats.payload(message)

    async def _answer_query(self, values: Values) -> bool:
        press = self._chats.presses.get(values["callback_query_id"])
        if press is None:
            raise Denied("query_lost", says=f"no press {values['callback_query_id']}")
        press.acknowledged_at = press.acknowledged_at or now()
        return True

    async def _set_commands(self, values: Values) -> bool:
        self._commands[_menu(values)] = values["commands"]
        return True

    async def _delete_commands(self, values: Values) -> bool:
        self._commands.pop(_menu(values), None)
        return True

    async def _get_commands(self, values: Values) -> list[Any]:
        return self._commands.get(_menu(values), [])

    def _keyboard(self, markup: Mapping[str, Any]) -> Keyboard:
        """Return the buttons of a keyboard, row by row. Raises `Denied`."""
        faults = self._promise.markup_faults(markup)
        if any(".callback_data has" in fault for fault in faults):
            raise Denied("button_data", says=faults[0])
        if faults:
            raise Denied("markup", says=faults[0])
        inline = [button for row in markup.get("inline_keyboard", ()) for button in row]
        if any("callback_data" not in button and "url" not in button for button in inline):
            raise Denied("button_type")
        typed = [button for row in markup.get("keyboard", ()) for button in row]
        labels = [button if isinstance(button, str) else button["text"] for button in typed]
        pressed = [(b["text"], b["callback_data"]) for b in inline if "callback_data" in b]
        return tuple(pressed) + tuple((label, None) for label in labels)


async def _fields(request: web.Request) -> dict[str, Any]:
    """Return a call's parameters, however they were sent: query, form, multipart or JSON."""
    fields: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        try:
            sent = json.loads(body) if body else {}
        except ValueError:
            return fields
        return fields | sent if isinstance(sent, dict) else fields
    if request.content_type == "multipart/form-data":
        form = await request.post()
        return fields | {name: value for name, value in form.items() if isinstance(value, str)}
    body = await request.read()
    return fields | dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _usable(url: str) -> None:
    """Raise `Denied` unless updates may be posted there: HTTPS, or this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}):
        return
    raise Denied("webhook_url", says=f"{url} is neither HTTPS nor on this machine")


def _menu(values: Values) -> str:
    return json.dumps([values.get("scope"), values.get("language_code") or ""], sort_keys=True)
