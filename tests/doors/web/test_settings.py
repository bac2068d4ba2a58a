"""Settings: defaults, HOME/service.toml, the command line; an unknown word is refused where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoshimori.doors.web import settings
from hoshimori.errors import UsageError

FULL = """
host = "127.0.0.1"
port = 9000
party = "USA"
watch = ["japan-comms"]
practice = false
as_of = "data"
public_url = "https://watch.example"
hosts = ["watch"]

[limits]
person_per_s = 5
body_mib = 2

[oidc]
issuer = "https://login.example"
client_id = "hoshimori"
scopes = ["openid"]
[oidc.parties]
jp = "JPN"
[oidc.roles]
watch = ["analyst", "signer"]

[schedule]
every = "1h"
[[source]]
kind = "celestrak"
"""


def said(home: Path, text: str) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    (home / settings.FILE).write_text(text, encoding="utf-8")
    return home


def test_nothing_needs_to_be_said(tmp_path: Path) -> None:
    found = settings.read(tmp_path)
    assert (found.host, found.port, found.practice, found.public, found.rated) == ("127.0.0.1", 8420, None, False, False)


def test_the_command_line_wins_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    found = settings.read(said(tmp_path, FULL), port=9001, party=None, watch=("other",))
    assert (found.port, found.party, found.watch, found.as_of) == (9001, "USA", ("other",), "data")
    assert found.limits.person_per_s == 5.0
    assert found.limits.upload_mib == 64
    assert found.own_rates
    assert found.public  # a reverse proxy on loopback lets others in
    assert found.oidc is not None
    assert found.oidc.roles == {"watch": ("analyst", "signer")}
    assert found.oidc.accepted_audience == "hoshimori"
    assert set(found.floor) == {"schedule", "source"}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("prot = 1", "prot"),
        ("[limit]\nbody_mib = 1", "limit"),
        ("[limits]\nbody = 1", "body"),
        ("limits = 3", "expected a table"),
        ("port = '80'", "port='80'"),
        ("port = true", "port=True"),
        ("port = 70000", "70000"),
        ("watch = 'a'", "expected a list"),
        ("watch = [1]", "expected a list"),
        ("watch = []", "at least one"),
        ("workers = 99", "workers"),
        ("practice = 'no'", "true or false"),
        ("public_url = 'watch.example'", "public_url"),
        ("log_level = 'loud'", "loud"),
        ("certificate = 'a.pem'", "both or neither"),
        ("[limits]\nbody_mib = 0", "body_mib"),
        ("[limits]\nanswer_s = -1", "answer_s"),
        ("[oidc]\nissuer = 'https://a.example'", "client_id"),
        ("[oidc]\nissuer = 'http://a.example'\nclient_id = 'x'", "https"),
        ("[oidc]\nissuer = 'https://a.example'\nclient_id = 'x'\n[oidc.roles]\na = ['king']", "king"),
        ("[oidc]\nissuer = 'https://a.example'\nclient_id = 'x'\n[oidc.roles]\na = 'viewer'", "list"),
        ("[oidc]\nissuer = 'https://a.example'\nclient_id = 'x'\n[oidc.parties]\na = 'Japan'", "Japan"),
        ("own_rates = true", "own_rates"),
        ("home = '/'", "home"),
        ("= 1", "not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, wrong: str) -> None:
    with pytest.raises(UsageError) as refused:
        settings.read(said(tmp_path, text))
    assert wrong in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / settings.FILE).mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        settings.read(tmp_path)


def test_the_secret_comes_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "secret"
    kept.write_text("from a file\n")
    oidc = settings.Oidc("https://a.example", "x", client_secret_file=kept)
    monkeypatch.delenv(settings.SECRET, raising=False)
    assert oidc.secret() == "from a file"
    assert "from a file" not in repr(oidc)
    monkeypatch.setenv(settings.SECRET, "from the environment")
    assert oidc.secret() == "from the environment"
    monkeypatch.delenv(settings.SECRET)
    with pytest.raises(UsageError, match="client_secret_file"):
        settings.Oidc("https://a.example", "x", client_secret_file=tmp_path / "gone").secret()
    assert settings.Oidc("https://a.example", "x").secret() == ""
