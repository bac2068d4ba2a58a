"""The tables of the duty book, the same in SQLite and PostgreSQL: text, bytes and whole numbers only.

Times are whole microseconds since 1970, UTC; nothing where there is no time. `boot` and `ticks` belong together: the clock of a
machine that counts from its start, which nobody can set back (see `ticks.py`).
"""

from __future__ import annotations

import sqlalchemy as sa

FORMAT = "hoshimori.duty/1"

tables = sa.MetaData()
_whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite's own row number is spelt INTEGER


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)


def _us(name: str, *, known: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=not known)


def _seq() -> sa.Column[int]:
    return sa.Column("seq", _whole, primary_key=True, autoincrement=False)


meta = sa.Table("duty_meta", tables, _text("name", key=True), _text("value"))

sweeps = sa.Table(
    "duty_sweeps",
    tables,
    _seq(),
    sa.Column("sweep_id", sa.Text, nullable=False, unique=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    _text("watchlist"),
    _us("as_of_us", known=True),
    _us("made_us", known=True),
    sa.Column("record", sa.LargeBinary, nullable=False),
    sa.Index("duty_sweeps_at", "watchlist", "as_of_us", "seq"),
)
events = sa.Table(
    "duty_events",
    tables,
    _seq(),
    sa.Column("event_id", sa.Text, nullable=False, unique=True),
    _text("kind"),
    _text("subject"),
    sa.Column("normal", sa.Integer, nullable=False),
    _us("start_us"),
    _us("stop_us"),
    _us("first_told_us", known=True),
    _us("recorded_us", known=True),
    sa.Column("record", sa.LargeBinary, nullable=False),
    sa.Index("duty_events_start", "start_us", "seq"),
    sa.Index("duty_events_subject", "subject", "start_us"),
)
told = sa.Table(  # which sweep told which event, in the sweep's own order
    "duty_told",
    tables,
    sa.Column("sweep", _whole, primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("event", _whole, nullable=False),
    sa.Index("duty_told_event", "event"),
)
about = sa.Table(  # whom an event is about: its subject and the others
    "duty_about",
    tables,
    _text("who", key=True),
    sa.Column("event", _whole, primary_key=True, autoincrement=False),
)
jobs = sa.Table(
    "duty_jobs",
    tables,
    _seq(),
    sa.Column("job_id", sa.Text, nullable=False, unique=True),
    _text("kind"),
    _text("key"),
    _text("state"),
    _text("parameters"),
    _text("asked_by"),
    _us("asked_us", known=True),
    _us("due_us", known=True),
    _us("set_us", known=True),  # when the due time was set: a clock before this was set back
    _text("boot"),
    sa.Column("ticks", sa.Float(53), nullable=False),  # due (waiting) or lease's end (running), by the machine's own count
    sa.Column("beat", sa.BigInteger, nullable=False),  # grows with every sign of life
    _us("started_us"),
    _us("ended_us"),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("lost", sa.Integer, nullable=False),  # how many workers died while they had it
    _text("worker"),
    _text("progress"),
    _text("result"),
    _text("error"),
    sa.Index("duty_jobs_state", "state", "seq"),
    sa.Index(
        "duty_jobs_once",
        "key",
        unique=True,
        sqlite_where=sa.text("state in ('waiting', 'running')"),
        postgresql_where=sa.text("state in ('waiting', 'running')"),
    ),
)
alerts = sa.Table(
    "duty_alerts",
    tables,
    _seq(),
    sa.Column("alert_id", sa.Text, nullable=False, unique=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    _text("severity"),
    _text("code"),
    _text("subject"),
    _text("record"),
    _us("raised_us", known=True),
    _us("last_us", known=True),
    sa.Column("times", sa.Integer, nullable=False),
    _text("acknowledged_by"),
    _us("acknowledged_us"),
    _text("note"),
    _text("sent"),
)
tokens = sa.Table(
    "duty_tokens",
    tables,
    _seq(),
    sa.Column("token_id", sa.Text, nullable=False, unique=True),
    sa.Column("sha256", sa.Text, nullable=False, unique=True),
    _text("name"),
    sa.Column("party", sa.Text),
    _text("roles"),
    _us("made_us", known=True),
    _us("expires_us"),
    _us("revoked_us"),
    _us("last_used_us"),
)
answers = sa.Table(
    "duty_answers",
    tables,
    _text("owner", key=True),
    _text("key", key=True),
    _us("at_us", known=True),
    _text("answer"),
    sa.Index("duty_answers_at", "at_us"),
)
notes = sa.Table("duty_notes", tables, _text("name", key=True), _text("value"))
feed = sa.Table("duty_feed", tables, _seq(), _us("at_us", known=True), _text("topic"), _text("record"))
