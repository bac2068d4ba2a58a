"""docs/serve.md: what it shows of service.toml is read as it stands, and every setting, condition and status is there."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from hoshimori.doors.web import said, settings
from hoshimori.doors.web.conditions import SEVERITY
from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.settings import Limits, Oidc, Settings
from hoshimori.doors.web.world import World
from tests.pages import ROOT, blocks

PAGE = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
TABLES = [b.body for b in blocks("serve.md", PAGE) if b.language == "toml"]
NOT_SET = {"home", "floor", "own_rates", "oidc", "limits"}
SCHEDULE = ("sweep_every_s", "replay_days", "niceness", "memory_mib", "jobs")


@pytest.mark.parametrize("text", TABLES, ids=range(len(TABLES)))
def test_a_service_toml_of_the_page_is_taken(text: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("sixteen or more characters", encoding="utf-8")
    (tmp_path / settings.FILE).write_text(text.replace("/etc/hoshimori/webhook-secret", str(secret)), encoding="utf-8")
    read = settings.read(tmp_path)
    Duties.of(World(tmp_path, "JPN", "japan-us"), read.floor)
    if read.oidc is not None:
        assert read.oidc.name_claim == "sub"


@pytest.mark.parametrize("kind", [Settings, Limits, Oidc])
def test_every_setting_is_on_the_page(kind: type) -> None:
    names = {f.name for f in dataclasses.fields(kind)} - NOT_SET
    assert sorted(n for n in names if n not in PAGE) == []


def test_every_setting_of_the_schedule_and_every_condition_is_on_the_page() -> None:
    codes = [*SEVERITY, "preparing"]
    assert set(codes) <= set(said.SAID["en"])
    assert [n for n in (*SCHEDULE, *(f"`{c}`" for c in codes)) if n not in PAGE] == []
