"""Who may come in, and what was answered to the same request before."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hoshimori.duty.records import Token
from hoshimori.duty.rows import dump, load, next_seq, sure_us, time, us
from hoshimori.duty.tables import answers, tokens


def add(
    c: Connection, now: np.datetime64, sha256: str, name: str, party: str | None, roles: Iterable[str], expires: np.datetime64
) -> Token:
    token_id = secrets.token_hex(8)
    row = {"seq": next_seq(c, tokens), "token_id": token_id, "sha256": sha256, "name": name, "party": party}
    held = {"roles": dump(sorted(roles)), "made_us": sure_us(now), "expires_us": us(expires)}
    c.execute(tokens.insert(), [{**row, **held, "revoked_us": None, "last_used_us": None}])
    return _token(c.execute(sa.select(tokens).where(tokens.c.token_id == token_id)).one())


def token(c: Connection, sha256: str) -> Token | None:
    row = c.execute(sa.select(tokens).where(tokens.c.sha256 == sha256)).first()
    return None if row is None else _token(row)


def all_tokens(c: Connection) -> list[Token]:
    return [_token(r) for r in c.execute(sa.select(tokens).order_by(tokens.c.seq))]


def revoke(c: Connection, now: np.datetime64, token_id: str) -> Token | None:
    c.execute(tokens.update().where(tokens.c.token_id == token_id, tokens.c.revoked_us.is_(None)).values(revoked_us=sure_us(now)))
    row = c.execute(sa.select(tokens).where(tokens.c.token_id == token_id)).first()
    return None if row is None else _token(row)


def used(c: Connection, now: np.datetime64, token_id: str) -> None:
    c.execute(tokens.update().where(tokens.c.token_id == token_id).values(last_used_us=sure_us(now)))


def _token(r: Any) -> Token:
    times = (time(r.made_us), time(r.expires_us), time(r.revoked_us), time(r.last_used_us))
    return Token(r.token_id, r.name, r.party, frozenset(load(r.roles)), *times)


def remembered(c: Connection, owner: str, key: str) -> Mapping[str, Any] | None:
    found = c.execute(sa.select(answers.c.answer).where(answers.c.owner == owner, answers.c.key == key)).scalar()
    return None if found is None else load(found)


def remember(c: Connection, now: np.datetime64, owner: str, key: str, answer: Mapping[str, Any]) -> None:
    """The first answer stays."""
    if remembered(c, owner, key) is None:
        c.execute(answers.insert(), [{"owner": owner, "key": key, "at_us": sure_us(now), "answer": dump(answer)}])


def forget(c: Connection, before_us: int) -> None:
    c.execute(answers.delete().where(answers.c.at_us < before_us))
