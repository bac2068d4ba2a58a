"""Who asks: a name, a party, and what its roles allow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends

from hoshimori.doors.web.problems import Forbidden, Unauthenticated


class Permission(StrEnum):
    """What a role may allow. Every route names exactly one."""

    READ = "read"
    WORK = "work"  # sweeps, uploads, incidents, judgements, assessments, acknowledgements
    SIGN = "sign"  # sign, concur, dissent, withdraw, bundle
    RUN = "run"  # tokens, jobs of others, settings, metrics


ROLES: Mapping[str, frozenset[Permission]] = {
    "viewer": frozenset({Permission.READ}),
    "analyst": frozenset({Permission.READ, Permission.WORK}),
    "signer": frozenset({Permission.READ, Permission.WORK, Permission.SIGN}),
    "admin": frozenset({Permission.READ, Permission.RUN}),
}
"""An admin runs the service and judges nothing; who is to do both holds both roles."""


@dataclass(frozen=True)
class Principal:
    """Who asks. `party`: ISO 3166-1 alpha-3, or None for the public. `via`: local, session, token or oidc."""

    name: str
    party: str | None
    roles: frozenset[str]
    via: str

    @property
    def permissions(self) -> frozenset[Permission]:
        return frozenset().union(*(ROLES[r] for r in self.roles))


@dataclass
class Asking:
    """One request, as far as an answer depends on it. Set by the gate (`gate.py`), read by `answers.py` and the routes."""

    principal: Principal
    lang: str = "en"
    request_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names."""


_asking: ContextVar[Asking | None] = ContextVar("asking", default=None)


def set_asking(asking: Asking | None) -> Any:
    """The token to reset it with."""
    return _asking.set(asking)


def reset_asking(token: Any) -> None:
    _asking.reset(token)


def asking() -> Asking:
    """Who asks now. Unauthenticated where nobody was let in."""
    found = _asking.get()
    if found is None:
        raise Unauthenticated()
    return found


def permitted(permission: Permission) -> Principal:
    """The principal, or 401/403."""
    principal = asking().principal
    if permission not in principal.permissions:
        raise Forbidden(permission, principal.roles)
    return principal


def needs(permission: Permission) -> Callable[[], Awaitable[Principal]]:
    """The dependency of a route: `permitted`. `needs.permission` is read by the test that walks every route.

    Asynchronous, as is every dependency that only looks something up: one that is not would take a thread, and two turns of the
    loop, which is long when many ask.
    """

    async def allowed() -> Principal:
        return permitted(permission)

    allowed.permission = permission  # type: ignore[attr-defined]
    return allowed


Reader = Annotated[Principal, Depends(needs(Permission.READ))]
Worker = Annotated[Principal, Depends(needs(Permission.WORK))]
Signer = Annotated[Principal, Depends(needs(Permission.SIGN))]
Runner = Annotated[Principal, Depends(needs(Permission.RUN))]
