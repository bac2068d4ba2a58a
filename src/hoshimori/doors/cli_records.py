"""The verbs about records: sign, concur, dissent, withdraw, bundle, receive, brief."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hoshimori.doors.options import AsJson, Home, Lang, Language

Key = Annotated[Path, typer.Option("--key", help="The private key file of the person who signs, or keyring:NAME.")]
Passphrase = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="File with the key's passphrase. Else HOSHIMORI_PASSPHRASE, or asked for."),
]
Bundle = Annotated[Path, typer.Argument(help="A bundle: a .zip or a folder.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write the bundle with this act here: a .zip, or a folder.")]
To = Annotated[
    str, typer.Option("--for", help="Who is to read the bundle written: a party, or public. Default: the other party.")
]
Old = Annotated[bool, typer.Option("--allow-old", help="Accept an older state of a log than this home has seen.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a sentence or more; it stays with the record.")]


def sign(
    what: Annotated[
        str, typer.Argument(help="An incident (its newest assessment), or a record that awaits a further signature.")
    ],
    key: Key,
    supersedes: Annotated[str, typer.Option(help="The record of one's own party that this one takes the place of.")] = "",
    out: Out = None,
    reader: To = "",
    passphrase_file: Passphrase = None,
    home: Home = None,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Propose an assessment over the signature of one's party, with all that it stands on."""
    from hoshimori.doors import ledgers, record_table, records

    own = ledgers.private_key(key, passphrase_file)
    record_table.ready(out, reader, own, home)
    record_table.tell(records.sign(what, own, supersedes=supersedes, home=home), own, out, reader, home, lang.value, as_json)


def concur(
    bundle: Bundle,
    key: Key,
    reason: Annotated[str, typer.Option("--reason", help="A remark that stays with the record.")] = "",
    out: Out = None,
    reader: To = "",
    allow_old: Old = False,
    passphrase_file: Passphrase = None,
    home: Home = None,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Check a bundle in full, run it again, and agree to it over the signature of one's party."""
    from hoshimori.doors import ledgers, record_table, records

    own = ledgers.private_key(key, passphrase_file)
    record_table.ready(out, reader, own, home)
    done = records.concur(bundle, own, reason=reason, allow_old=allow_old, home=home)
    record_table.tell(done, own, out, reader, home, lang.value, as_json)


def dissent(
    bundle: Bundle,
    key: Key,
    reason: Reason,
    out: Out = None,
    reader: To = "",
    allow_old: Old = False,
    passphrase_file: Passphrase = None,
    home: Home = None,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Check a bundle in full and disagree with it, with reasons that stay with the record."""
    from hoshimori.doors import ledgers, record_table, records

    own = ledgers.private_key(key, passphrase_file)
    record_table.ready(out, reader, own, home)
    done = records.dissent(bundle, own, reason=reason, allow_old=allow_old, home=home)
    record_table.tell(done, own, out, reader, home, lang.value, as_json)


def withdraw(
    record: Annotated[str, typer.Argument(help="A record, by the first digits of its id.")],
    key: Key,
    reason: Reason,
    out: Out = None,
    reader: To = "",
    passphrase_file: Passphrase = None,
    home: Home = None,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Take back one's own proposal, or one's own answer; what was said stays in the record."""
    from hoshimori.doors import ledgers, record_table, records

    own = ledgers.private_key(key, passphrase_file)
    record_table.ready(out, reader, own, home)
    record_table.tell(records.withdraw(record, own, reason=reason, home=home), own, out, reader, home, lang.value, as_json)


def receive(bundle: Bundle, allow_old: Old = False, home: Home = None, lang: Lang = Language.en, as_json: AsJson = False) -> None:
    """Check a bundle in full and take what it tells into one's own ledger: the other party's answer, its log, its inputs."""
    from hoshimori.doors import record_table, records

    record_table.show(records.receive(bundle, allow_old=allow_old, home=home), lang.value, as_json)


def bundle(
    record: Annotated[str, typer.Argument(help="A record, by the first digits of its id.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write it: a .zip, or a folder. Nothing is written over.")],
    key: Key,
    reader: To = "",
    passphrase_file: Passphrase = None,
    home: Home = None,
) -> None:
    """Write all that a stranger needs to verify a record offline and run it again, less what that reader may not have."""
    from hoshimori.doors import ledgers, record_table, records

    own = ledgers.private_key(key, passphrase_file)
    print(records.bundle(record, out, own, reader=record_table.reader(reader, own, home), home=home))


def brief(
    what: Annotated[
        str, typer.Argument(help="A record by its first digits, an incident, a bundle, or an assessment's JSON file.")
    ],
    out: Annotated[Path | None, typer.Option(help="A .html or .pdf file. Without it the brief is printed as text.")] = None,
    lang: Lang = Language.en,
    home: Home = None,
) -> None:
    """The consultation brief: two pages first, the evidence after, the marking on every page."""
    from hoshimori.doors import record_table

    record_table.brief(what, out, lang.value, home)
