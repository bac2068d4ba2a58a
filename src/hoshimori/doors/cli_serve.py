"""The verbs of the service: serve, and who may come in (token)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hoshimori.doors.options import AsJson, Home

if TYPE_CHECKING:
    from hoshimori.doors.web.people import People
    from hoshimori.duty import Token

tokens = typer.Typer(no_args_is_help=True, help="Who may come in to the service with an API token.")
Roles = Annotated[
    list[str] | None, typer.Option("--role", help="viewer, analyst, signer or admin; repeat for several. Default: viewer.")
]


def serve(
    home: Home = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: 127.0.0.1, this machine alone.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes any that is free. Default: 8420.")] = None,
    watch: Annotated[list[str] | None, typer.Option(help="A watchlist, by name or file; repeat. Default: japan-comms.")] = None,
    practice: Annotated[
        bool | None,
        typer.Option("--practice/--no-practice", help="Serve the practice sky, or never. Default: where the home holds nothing."),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="The moment that is shown: now, data (the newest held), or ISO 8601.")] = None,
    party: Annotated[str | None, typer.Option(help="Whose service it is, alpha-3. Default: the ledger's, else JPN.")] = None,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes beside the server; 0: none, nothing is swept here.")
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the console in the browser.")] = False,
) -> None:
    """Keep watch: one service with the console, the API and the schedule on one port."""
    from hoshimori.doors.web import serve as service
    from hoshimori.doors.web import settings

    chosen = settings.read(
        home,
        host=host,
        port=port,
        watch=tuple(watch) if watch else None,
        practice=practice,
        as_of=as_of,
        party=party,
        workers=workers,
    )
    service.run(chosen, say=_say, opened_by=service.browser if open_ else None)
    if service.still_working():
        service.leave()


def _say(where: str) -> None:
    print(f"hoshimori is at {where}", flush=True)


@tokens.command("make")
def make(
    name: Annotated[str, typer.Option(help="Who uses it; their judgements and signatures carry this name.")],
    role: Roles = None,
    party: Annotated[str | None, typer.Option(help="Their party, alpha-3. Default: none, who reads what is public.")] = None,
    days: Annotated[float, typer.Option(help="How long it lasts.")] = 90.0,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make an API token. It is shown once, here; the service keeps only its digest."""
    token, row = _people(home).make_token(name, party, role or ["viewer"], days)
    if as_json:
        print(json.dumps({**_row(row), "token": token}, ensure_ascii=False))
    else:
        print(token)


@tokens.command("list")
def list_(home: Home = None, as_json: AsJson = False) -> None:
    """The API tokens made here: whose, with which roles, until when."""
    for row in _people(home).tokens():
        t = _row(row)
        state = f"taken back {t['revoked']}" if t["revoked"] else f"until {t['expires']}"
        print(
            json.dumps(t, ensure_ascii=False)
            if as_json
            else f"{t['id']}  {t['name']}  {t['party'] or 'public'}  {', '.join(t['roles'])}  {state}"
        )


@tokens.command("revoke")
def revoke(token: Annotated[str, typer.Argument(help="A token's id, as list shows it.")], home: Home = None) -> None:
    """Take an API token back; a running service refuses it within two seconds."""
    from hoshimori.errors import UsageError

    if _people(home).revoke(token) is None:
        raise UsageError(f"token {token!r}: not known; hoshimori token list shows them")


@tokens.command("login")
def login(home: Home = None) -> None:
    """Print a new one-time token for the service of this home: paste it into its page, within ten minutes."""
    print(_people(home).one_time())


def _people(home: Path | None) -> People:
    from hoshimori.catalogue.store import default_home
    from hoshimori.doors.web.books import book
    from hoshimori.doors.web.people import People

    return People(book(default_home() if home is None else home), lambda: "")


def _row(row: Token) -> dict[str, Any]:
    from hoshimori.doors.web.routes.session import row as shown

    return shown(row)


def main() -> None:
    """Run by itself, before the command line knows these verbs."""
    import sys

    from hoshimori.errors import HoshimoriError

    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
    app.command()(serve)
    app.add_typer(tokens, name="token")
    try:
        app()
    except HoshimoriError as error:
        print(f"hoshimori: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
