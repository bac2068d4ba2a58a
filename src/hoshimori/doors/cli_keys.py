"""The verbs about keys and keyrings: make a key, put both parties' keys into one ring, sign it, trust it, revoke."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hoshimori.doors.options import AsJson, Home, Lang, Language

key_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Signing keys: make one, show one.")
ring_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The keyring of both parties: draft, sign, adopt, amend, show."
)

Ring = Annotated[Path, typer.Argument(help="The keyring file.")]
Passphrase = Annotated[
    Path | None, typer.Option("--passphrase-file", help="File with the passphrase. Else HOSHIMORI_PASSPHRASE, or none.")
]
Thresholds = Annotated[
    list[str] | None, typer.Option("--threshold", help="Persons of a party who must sign a record, as JPN=2; repeat. Default 1.")
]


@key_app.command()
def make(
    out: Annotated[Path, typer.Argument(help="The file for the private key. The public half goes beside it as NAME.pub.json.")],
    party: Annotated[str, typer.Option(help="The party, ISO 3166-1 alpha-3: JPN, USA.")],
    person: Annotated[str, typer.Option(help="The name or post of the person whose key it is.")],
    role: Annotated[
        list[str] | None, typer.Option(help="root (signs keyrings), signer (signs records); repeat. Default both.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Last moment of validity: ISO 8601 UTC. Default: two years from now.")] = None,
    passphrase_file: Passphrase = None,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Make a signing key for one person of one party, in a file that only its owner can read."""
    from hoshimori.doors import key_table, keyrings, ledgers, library
    from hoshimori.ledger import keys

    made = keyrings.make_key(
        out,
        party=party,
        person=person,
        passphrase=ledgers.passphrase(out, passphrase_file, new=True),
        roles=tuple(role or keys.ROLES),
        valid_until=library.instant(until) if until else None,
    )
    key_table.tell_key(made, out, lang.value, as_json)


@key_app.command(name="show")
def show_key(
    public: Annotated[Path, typer.Argument(help="A NAME.pub.json file.")], lang: Lang = Language.en, as_json: AsJson = False
) -> None:
    """Whose key it is, its id, its roles and until when it is valid."""
    from hoshimori.doors import key_table

    key_table.show_public(public, lang.value, as_json)


@ring_app.command()
def draft(
    out: Annotated[Path, typer.Argument(help="The keyring file to write.")],
    public: Annotated[list[Path], typer.Option("--key", help="A NAME.pub.json file; repeat, at least one of each party.")],
    alliance: Annotated[str, typer.Option(help="japan-us, or the folder of another alliance.")] = "japan-us",
    threshold: Thresholds = None,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Put the public keys of both parties into one keyring, which then waits for signatures of both."""
    from hoshimori.doors import key_table, keyrings

    made = keyrings.draft(public, out, alliance=alliance, thresholds=key_table.thresholds(threshold or []))
    key_table.show_ring(made, lang.value, as_json)


@ring_app.command()
def sign(
    ring: Ring,
    key: Annotated[Path, typer.Option("--key", help="The private key file of a root of one's party.")],
    passphrase_file: Passphrase = None,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Sign the newest version of a keyring as a root of one's party."""
    from hoshimori.doors import key_table, keyrings, ledgers

    key_table.show_ring(keyrings.sign(ring, ledgers.private_key(key, passphrase_file)), lang.value, as_json)


@ring_app.command()
def adopt(
    ring: Ring,
    fingerprint: Annotated[
        str, typer.Option(help="The fingerprint, compared by another channel. Needed for the first keyring of a home.")
    ] = "",
    home: Home = None,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Trust a keyring in this home; a later version is trusted because it goes on from the one before."""
    from hoshimori.doors import key_table, keyrings

    key_table.tell_adopted(keyrings.adopt(ring, fingerprint=fingerprint, home=home), lang.value, as_json)


@ring_app.command()
def amend(
    ring: Ring,
    add: Annotated[list[Path] | None, typer.Option("--key", help="A NAME.pub.json file to add; repeat for several.")] = None,
    revoke: Annotated[list[str] | None, typer.Option(help="A key to revoke, by the first digits of its id; repeat.")] = None,
    because: Annotated[str, typer.Option(help="Why it is revoked.")] = "",
    since: Annotated[
        str | None, typer.Option(help="Revoked from this time on, as when a theft is found later. Default now.")
    ] = None,
    threshold: Thresholds = None,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """One more version of a keyring, with keys added or revoked, which then waits for signatures of both parties."""
    from hoshimori.doors import key_table, keyrings, library

    made = keyrings.amend(
        ring, add=add or [], revoke=revoke or [], because=because, since=library.instant(since) if since else None,
        thresholds=key_table.thresholds(threshold or []) or None,
    )  # fmt: skip
    key_table.show_ring(made, lang.value, as_json)


@ring_app.command()
def show(
    ring: Annotated[Path | None, typer.Argument(help="A keyring file; without it, the keyring that this home trusts.")] = None,
    home: Home = None,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Who may sign for whom, until when, what was revoked and why, and the fingerprint to compare."""
    from hoshimori.doors import key_table, keyrings

    found = keyrings.state(ring) if ring else keyrings.trusted(home=home)
    key_table.show_ring(found, lang.value, as_json)
