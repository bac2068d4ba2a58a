"""The verbs about incidents: open one, add findings and evidence, judge as a named person, assess, show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hoshimori.doors.options import AsJson, Home, Lang, Language, Mode

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Incidents: open, add, judge, assess, show, list.")

Incident = Annotated[str, typer.Argument(help="The incident's id, such as JPN-2026-0001; incident list shows them.")]
By = Annotated[str, typer.Option("--by", help="The name of the person who says so.")]
Party = Annotated[str, typer.Option("--party", help="The party, ISO 3166-1 alpha-3: JPN, USA.")]
Colour = Annotated[str, typer.Option("--tlp", help="TLP 2.0: CLEAR, GREEN, AMBER, AMBER+STRICT, RED.")]
Readers = Annotated[
    list[str] | None,
    typer.Option("--releasable-to", help="A party that may read it; repeat for several. Default: no limit by name."),
]


@app.command(name="open")
def open_(
    title: Annotated[str, typer.Argument(help="What it is about, in a line.")],
    by: By,
    party: Party,
    question: Annotated[str, typer.Option(help="The question to be answered.")] = "",
    asset: Annotated[list[str] | None, typer.Option(help="Id of a protected asset concerned; repeat for several.")] = None,
    subject: Annotated[list[str] | None, typer.Option(help="Catalogue number concerned; repeat for several.")] = None,
    owner: Annotated[
        list[str] | None, typer.Option(help="State whose space system is concerned, alpha-3; repeat for several.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="When it began: ISO 8601 UTC.")] = None,
    stop: Annotated[str | None, typer.Option(help="When it ended.")] = None,
    event: Annotated[Path | None, typer.Option(help="An events.jsonl that watch wrote, to add at once.")] = None,
    only: Annotated[list[str] | None, typer.Option("--id", help="Only events whose id begins so; repeat for several.")] = None,
    alliance: Annotated[str, typer.Option(help="japan-us, or the folder of another alliance.")] = "japan-us",
    tlp: Colour = "CLEAR",
    releasable_to: Readers = None,
    mode: Annotated[Mode, typer.Option(help="What its records are.")] = Mode.REAL,
    lang: Lang = Language.en,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Open an incident in the ledger of a party, and print its id."""
    from hoshimori.doors import incident_table, incidents
    from hoshimori.facts import DataMode

    kind = DataMode[mode.value]
    chosen = incidents.findings(event, only=only or (), data_mode=kind) if event else []
    opened = incidents.open_incident(
        title, by=by, party=party, question=question, assets=asset or [], subjects=subject or [], owners=owner or [],
        start=start, stop=stop, alliance=alliance, marking=incident_table.marking(tlp, releasable_to),
        data_mode=kind, home=home,
    )  # fmt: skip
    added = incidents.add_findings(opened.incident_id, chosen, home=home) if chosen else None
    incident_table.tell_opened(opened, added, lang.value, as_json)


@app.command()
def add(
    incident: Incident,
    event: Annotated[Path | None, typer.Option(help="An events.jsonl that watch wrote.")] = None,
    only: Annotated[list[str] | None, typer.Option("--id", help="Only events whose id begins so; repeat for several.")] = None,
    evidence: Annotated[Path | None, typer.Option(help="A TOML file of items and claims; incident template prints one.")] = None,
    tlp: Colour = "CLEAR",
    releasable_to: Readers = None,
    lang: Lang = Language.en,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Add findings of a watch, or evidence that a person writes down. What is there already is passed over."""
    from hoshimori.doors import incident_table, incidents
    from hoshimori.errors import UsageError

    if event is None and evidence is None:
        raise UsageError("nothing to add: give --event events.jsonl, --evidence FILE.toml, or both")
    marking = incident_table.marking(tlp, releasable_to)
    added = []
    if event is not None:
        added.append(incidents.add_findings(incident, event, only=only or (), marking=marking, home=home))
    if evidence is not None:
        added.append(incidents.add_evidence(incident, evidence, marking=marking, home=home))
    incident_table.tell_added(incident, added, lang.value, as_json)


@app.command()
def judge(
    incident: Incident,
    criterion: Annotated[str, typer.Argument(help="The id of a criterion; incident gates lists them.")],
    answer: Annotated[str, typer.Argument(help="met, 'not met' or undetermined.")],
    by: By,
    party: Party,
    reason: Annotated[str, typer.Option(help="Why, in a sentence or more.")],
    dissent: Annotated[bool, typer.Option("--dissent", help="It contradicts what a person of the same party has said.")] = False,
    supersedes: Annotated[str, typer.Option(help="Id of one's own earlier answer that this one takes the place of.")] = "",
    tlp: Colour = "CLEAR",
    releasable_to: Readers = None,
    lang: Lang = Language.en,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Answer one question of the threshold as a named person. Never overwrites; a dissent is kept beside."""
    from hoshimori.doors import incident_table, incidents

    given = incidents.judge(
        incident, criterion, answer, by=by, party=party, reason=reason, dissent=dissent, supersedes=supersedes,
        marking=incident_table.marking(tlp, releasable_to), home=home,
    )  # fmt: skip
    incident_table.tell_judged(given, lang.value, as_json)


@app.command()
def assess(
    incident: Incident,
    as_of: Annotated[
        str, typer.Option("--as-of", help="Use only what could be known at this time: ISO 8601 UTC, or now.")
    ] = "now",
    releasable_to: Annotated[
        list[str] | None, typer.Option("--releasable-to", help="Leave out what this party may not read; repeat for several.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the brief: a .html or .pdf file.")] = None,
    lang: Lang = Language.en,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Weigh the hypotheses in two readings side by side, ask the treaty's questions, and keep the assessment."""
    from hoshimori.doors import incident_table, incidents

    if out is not None:
        incident_table.refuse_kind(out)
    made = incidents.assess_incident(incident, as_of=as_of, releasable_to=releasable_to or (), home=home)
    incident_table.tell_assessed(made, out, lang.value, as_json)


@app.command()
def show(
    incident: Incident,
    recorded_by: Annotated[str | None, typer.Option(help="As it stood in the ledger at this time: ISO 8601 UTC.")] = None,
    lang: Lang = Language.en,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """All that is known of an incident: its evidence, claims and judgements, each with source, grade and id."""
    from hoshimori.doors import incident_table, incidents

    incident_table.show(incidents.incident(incident, home=home, recorded_by=recorded_by), lang.value, as_json)


@app.command(name="list")
def list_(lang: Lang = Language.en, home: Home = None, as_json: AsJson = False) -> None:
    """All incidents of this ledger, and the records made of them."""
    from hoshimori.doors import incident_table, incidents, records

    incident_table.show_list(incidents.incidents(home=home), records.records(home=home), lang.value, as_json)


@app.command()
def gates(
    alliance: Annotated[str, typer.Argument(help="japan-us, or the folder of another alliance.")] = "japan-us",
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """The questions of the treaty, gate by gate: which a machine answers, which a person, and on which clauses they rest."""
    from hoshimori.doors import incident_table

    incident_table.show_gates(alliance, lang.value, as_json)


@app.command()
def indicators(
    word: Annotated[str, typer.Argument(help="Only those that hold this word.")] = "",
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """What an item of evidence can answer: every indicator, its group, and when it counts as seen."""
    from hoshimori.doors import incident_table

    incident_table.show_indicators(word, lang.value, as_json)


@app.command()
def template() -> None:
    """Print a file of evidence to fill in."""
    from hoshimori.doors import evidence

    print(evidence.TEMPLATE, end="")
