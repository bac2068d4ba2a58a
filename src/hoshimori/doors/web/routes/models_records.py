"""The shapes of what is asked and answered about records, bundles and keys. `Record` is open: a record as it stands."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, model_validator

from hoshimori.doors.web.key_shelf import NAME
from hoshimori.doors.web.plain_text import Words
from hoshimori.doors.web.routes.models_incidents import Exact, MarkingRow, Record

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Id = Annotated[str, Field(pattern="^[0-9a-f]{8,64}$")]


class KeyIn(Exact):
    """Who signs: the name of a key of `GET /keys`, and its passphrase where it has one. The passphrase is kept nowhere."""

    key: Annotated[str, Field(pattern=NAME)]
    passphrase: Annotated[SecretStr, Field(max_length=1024)] | None = None

    @property
    def secret(self) -> str:
        return "" if self.passphrase is None else self.passphrase.get_secret_value()


class SignIn(KeyIn):
    """Exactly one of: incident (the newest assessment of it that the signer may read), assessment (that one), record (a further
    person of the same party). supersedes: the record that this one takes the place of."""

    incident: Annotated[str, Field(pattern="^[A-Z]{3}-[0-9]{4}-[0-9]{4,12}$")] | None = None
    assessment: Digest | None = None
    record: Id | None = None
    supersedes: Id | None = None

    @model_validator(mode="after")
    def _one(self) -> SignIn:
        if sum(x is not None for x in (self.incident, self.assessment, self.record)) != 1:
            raise ValueError("exactly one of incident, assessment and record")
        return self


class ReasonIn(KeyIn):
    reason: Annotated[Words, Field(min_length=1)]


class AnswerIn(KeyIn):
    """reason: needed to dissent, and to concur with what could not all be made again. allow_old: a bundle that shows less than
    this ledger has seen is taken as what it is."""

    reason: Words = ""
    allow_old: bool = False


class BundleIn(KeyIn):
    """reader: a party as alpha-3, or public."""

    reader: Annotated[str, Field(pattern="^([A-Z]{3}|public)$")]


class ReceiveIn(Exact):
    allow_old: bool = False


class ActRow(Exact):
    """One act on a record. signed, needed: persons. not_seen: parts that were withheld from who signed."""

    party: str
    by: str
    keyid: str
    act: str
    at: str
    reasons: str
    signed: int
    needed: int
    complete: bool
    not_seen: int
    text: dict[str, str]


class RecordRow(Exact):
    """hoshimori.record/1: what one party signed and how others answered. why: where it fell, which rule it does not pass."""

    schema_: Literal["hoshimori.record/1"] = Field(alias="schema")
    record: str
    incident: str
    party: str
    state: str
    at: str
    acts: list[ActRow]
    why: str
    data_mode: str
    assessment_id: str | None
    marking: MarkingRow
    text: dict[str, str]


class RecordPage(Exact):
    items: list[RecordRow]
    next: str | None
    total: int
    as_of: str


class RecordFull(RecordRow):
    """assessment: hoshimori.assessment/1 as far as this ledger and who asks may see it, or withheld. brief: the same in words."""

    assessment: Record
    as_of: str


class BundleRow(Exact):
    """A bundle that was sent here and looked into. verified: hoshimori.verified-bundle/1, as it was when it came. known: whether
    this ledger holds its record."""

    bundle: str
    size: int
    received: str
    by: str
    record: str
    incident: str
    data_mode: str
    known: bool
    state: str | None
    verified: Record
    text: dict[str, str]
    marking: MarkingRow


class BundlePage(Exact):
    items: list[BundleRow]
    next: str | None
    total: int
    as_of: str


class BundleFull(BundleRow):
    as_of: str


class KeyRow(Exact):
    """The public half of a key that lies here. encrypted: it needs its passphrase. state: `signs`, or why it does not."""

    name: str
    keyid: str
    public: str
    party: str
    person: str
    roles: list[str]
    valid_from: str
    valid_until: str
    encrypted: bool
    state: Literal["signs", "not in the keyring", "revoked", "no signer", "not in force"]
    text: str


class KeyPage(Exact):
    items: list[KeyRow]
    next: str | None
    total: int
    as_of: str


class KeyringNow(Exact):
    """keyring: hoshimori.keyring-state/1 that is trusted here, or null."""

    keyring: dict[str, Any] | None
    as_of: str
