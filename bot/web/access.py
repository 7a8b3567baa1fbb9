"""Who may use which page: every handler declares a policy, or the console is not built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Litestar
from litestar.enums import HttpMethod
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import HTTPRoute

from bot.roles import Right, may
from bot.staff import Account

_KEY: Final = "policy"


@dataclass(frozen=True, slots=True)
class Policy:
    """What somebody needs: nothing at all, an account, or an account with a right."""

    open: bool = False
    right: Right | None = None

    def admits(self, account: Account | None) -> bool:
        """Say whether that visitor may pass."""
        if self.open:
            return True
        return account is not None and (self.right is None or may(account.role, self.right))


def needs(right: Right) -> dict[str, Any]:
    """Return the `opt` of a handler that asks for a right."""
    return {_KEY: Policy(right=right)}


#: the `opt` of a handler for everybody with an account
SIGNED_IN: Final[dict[str, Any]] = {_KEY: Policy()}
#: the `opt` of a handler for everybody
OPEN: Final[dict[str, Any]] = {_KEY: Policy(open=True)}


def policy_of(handler: BaseRouteHandler) -> Policy:
    """Return what a handler declared. Raises `UndeclaredPolicy`."""
    found = policy_in(handler.opt)
    if found is None:
        raise UndeclaredPolicy(f"{handler} says neither needs(…) nor SIGNED_IN nor OPEN.")
    return found


def policy_in(options: Mapping[str, Any]) -> Policy | None:
    """Return the policy among a handler's options, if there is one."""
    found = options.get(_KEY)
    return found if isinstance(found, Policy) else None


class UndeclaredPolicy(TypeError):
    """A handler without a policy: the console cannot be built."""


def handlers_of(application: Litestar) -> list[HTTPRouteHandler]:
    """Return every handler of ours, without those that answer OPTIONS by themselves."""
    found = {
        id(handler): handler
        for route in application.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if set(handler.http_methods) != {HttpMethod.OPTIONS}
    }
    return list(found.values())


def all_declared(handlers: Iterable[BaseRouteHandler]) -> None:
    """Check every handler. Raises `UndeclaredPolicy`."""
    for handler in handlers:
        policy_of(handler)
