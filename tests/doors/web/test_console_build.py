"""The console as it is shipped: small, from one machine, nothing that its policy forbids, every word in both languages."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.pages import ROOT

BUDGET = 400_000  # bytes, gzipped as the service sends them
CONSOLE = ROOT / "console"
SOURCES = sorted(p for p in (CONSOLE / "src").rglob("*") if p.suffix in (".svelte", ".ts"))
LANGUAGES = ("en", "ja")
NAMED = re.compile(r"https?://[^\s\"'`)<>]*")
NOT_ASKED = re.compile(r"http://www\.w3\.org/|https://svelte\.dev/e/\w+$")
"""Names of XML, and where Svelte explains an error: text, never a request."""
PERMISSIVE = {"MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD"}
TOOLS_MAY = PERMISSIVE | {"MPL-2.0", "Python-2.0", "BlueOak-1.0.0", "CC-BY-4.0"}


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture(scope="module")
def built(hook: ModuleType) -> Path:
    """The built console. Absent or older than what it is made of: skip with a reason; in CI: fail."""
    if not hook.is_built(ROOT):
        npm = "" if shutil.which("npm") else " (npm is not on the path; `make console` brings it)"
        reason = f"the console is not built, or older than its sources: make console{npm}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return ROOT / "src" / "hoshimori" / "_console"


def test_all_scripts_together_are_small(built: Path) -> None:
    sizes = {p.name: len(gzip.compress(p.read_bytes(), 6)) for p in (built / "assets").glob("*.js")}
    assert len(sizes) > 5
    assert sum(sizes.values()) < BUDGET, sizes


def test_the_page_and_what_it_loads_at_once_hold_no_globe(built: Path) -> None:
    page = (built / "index.html").read_text(encoding="utf-8")
    first = re.findall(r'(?:src|href)="/(assets/[^"]+\.js)"', page)
    assert first
    assert [n for n in first if "WebGLRenderer" in (built / n).read_text(encoding="utf-8")] == []
    assert any("WebGLRenderer" in p.read_text(encoding="utf-8") for p in (built / "assets").glob("*.js"))


def test_nothing_that_is_built_names_another_machine(built: Path) -> None:
    shipped = [p for p in built.rglob("*") if p.suffix in (".js", ".css", ".html", ".svg", ".json")]
    named = {(p.name, url) for p in shipped for url in NAMED.findall(p.read_text(encoding="utf-8")) if not NOT_ASKED.match(url)}
    assert named == set()


def test_the_page_holds_nothing_that_its_policy_forbids(built: Path) -> None:
    page = (built / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", page) == []
    scripts = "\n".join(p.read_text(encoding="utf-8") for p in (built / "assets").glob("*.js"))
    assert re.findall(r"\beval\(|\bnew Function\(", scripts) == []


def test_licences_of_what_is_bundled_travel_with_it(built: Path) -> None:
    told = (built / "licences.md").read_text(encoding="utf-8")
    names = set(re.findall(r"^## (\S+) - ", told, re.M))
    assert {"svelte", "three", "satellite.js", "uplot", "topojson-client"} <= names


@pytest.mark.parametrize("file", SOURCES, ids=lambda p: p.relative_to(CONSOLE).as_posix())
def test_no_source_draws_html_or_styles_from_text(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert re.findall(r"\{@html|\.innerHTML\b|\.outerHTML\b|insertAdjacentHTML|document\.write\b", text) == []
    assert re.findall(r"\sstyle=[\"'{]", text) == [], "style:width={...} is set by script and is allowed"


def test_every_package_is_of_a_known_and_open_licence() -> None:
    packages = json.loads((CONSOLE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert len(packages) > 10
    for name, package in packages.items():
        if name:
            allowed = TOOLS_MAY if package.get("dev") or package.get("devOptional") or package.get("optional") else PERMISSIVE
            assert package.get("license") in allowed, name
            assert package.get("integrity"), name


def test_versions_are_exact() -> None:
    package = json.loads((CONSOLE / "package.json").read_text(encoding="utf-8"))
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert [n for n, v in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []


# words

Said = str | dict[str, str]


def words(lang: str) -> dict[str, Said]:
    """Every key of a language with its file's name before it."""
    found: dict[str, Said] = {}
    for file in sorted((CONSOLE / "src" / "i18n" / lang).glob("*.json")):
        table: dict[str, Said] = json.loads(file.read_text(encoding="utf-8"))
        found |= {f"{file.stem}.{key}": said for key, said in table.items()}
    return found


def places(said: Said) -> set[str]:
    return {name for text in forms(said) for name in re.findall(r"\{(\w+)\}", text)}


def forms(said: Said) -> Iterable[str]:
    return said.values() if isinstance(said, dict) else (said,)


def test_both_languages_have_the_same_words() -> None:
    en, ja = (words(lang) for lang in LANGUAGES)
    assert sorted(en.keys() ^ ja.keys()) == []
    assert [k for k in en if places(en[k]) != places(ja[k])] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_is_said(lang: str) -> None:
    assert [k for k, said in words(lang).items() if not all(text.strip() for text in forms(said))] == []
    assert [k for k, said in words(lang).items() if isinstance(said, dict) and "other" not in said] == []


REMARK = re.compile(r"<!--.*?-->|/\*.*?\*/", re.S)
USED = re.compile(r"""\b(?:t|told|shortcut)\(\s*(?:"[^"]*",\s*)?(?:"([\w-]+\.[^"]*)"|'([\w-]+\.[^']*)'|`([\w-]+\.[^`]*)`)""")


def used() -> dict[str, set[str]]:
    """Keys that the sources ask for, as they stand: `${...}` where a part is chosen when it runs."""
    found: dict[str, set[str]] = {}
    for file in SOURCES:
        for keys in USED.findall(REMARK.sub("", file.read_text(encoding="utf-8"))):
            found.setdefault("".join(keys), set()).add(file.name)
    return found


def test_every_word_that_is_asked_for_is_there() -> None:
    known, asked = words("en"), used()
    assert len(asked) > 200
    missing = {key: files for key, files in asked.items() if not any(fits(key, k) for k in known)}
    assert missing == {}


def test_no_word_is_kept_that_nobody_asks_for() -> None:
    """A word may be asked for by a name that is put together or handed on: then some text of the sources ends with it."""
    asked = used()
    texts = set(re.findall(r"""["'`]([a-z][\w-]*\.[^"'`\s]+)["'`]""", "\n".join(f.read_text(encoding="utf-8") for f in SOURCES)))
    assert [k for k in words("en") if k not in texts and not any(fits(a, k) for a in asked)] == []


def fits(asked: str, known: str) -> bool:
    parts = re.split(r"\$\{[^}]*(?:\{[^}]*\}[^}]*)*\}", asked)
    return re.fullmatch(".+".join(map(re.escape, parts)), known) is not None


# the hook that builds it into the package


def touch(file: Path, at_s: float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x", encoding="utf-8")
    os.utime(file, (at_s, at_s))


def test_what_is_older_than_its_sources_is_built_again(hook: ModuleType, tmp_path: Path) -> None:
    assert not hook.is_built(tmp_path)
    touch(tmp_path / "src" / "hoshimori" / "_console" / "index.html", 2000.0)
    touch(tmp_path / "console" / "src" / "main.ts", 1000.0)
    touch(tmp_path / "console" / "node_modules" / "three" / "index.js", 9000.0)
    assert hook.is_built(tmp_path), "outside a checkout, and packages are not sources"
    (tmp_path / ".git").mkdir()
    assert hook.is_built(tmp_path)
    touch(tmp_path / "console" / "src" / "main.ts", 3000.0)
    assert not hook.is_built(tmp_path)
    shutil.rmtree(tmp_path / ".git")
    assert hook.is_built(tmp_path), "what an sdist carries is whole, whatever its times"


def test_packages_are_installed_only_where_the_lock_is_newer(hook: ModuleType, tmp_path: Path) -> None:
    touch(tmp_path / "package-lock.json", 1000.0)
    assert list(hook.steps(tmp_path)) == [("ci",), ("run", "build")]
    touch(tmp_path / "node_modules" / ".package-lock.json", 2000.0)
    assert list(hook.steps(tmp_path)) == [("run", "build")]


class Told:
    """What hatchling hands to a hook, as far as ours looks."""

    def display_warning(self, text: str) -> None:
        self.warned = text


@pytest.fixture
def unbuilt(hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The hook over an empty checkout on a machine without npm."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SKIP_CONSOLE", raising=False)
    made = object.__new__(hook.Console)
    object.__setattr__(made, "_BuildHookInterface__root", str(tmp_path))
    object.__setattr__(made, "_BuildHookInterface__app", Told())
    return made


def test_without_npm_a_wheel_is_refused_and_says_what_to_do(unbuilt: Any) -> None:
    with pytest.raises(RuntimeError, match=r"make console.*SKIP_CONSOLE=1"):
        unbuilt.initialize("standard", {"artifacts": []})


def test_an_editable_install_needs_no_npm(unbuilt: Any) -> None:
    data: dict[str, list[str]] = {"artifacts": []}
    unbuilt.initialize("editable", data)
    assert data["artifacts"] == ["src/hoshimori/_console/**"]


def test_a_wheel_without_the_console_is_made_when_asked_for(unbuilt: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKIP_CONSOLE", "1")
    unbuilt.initialize("standard", {"artifacts": []})
    assert "SKIP_CONSOLE" in unbuilt.app.warned


def build(target: str, source: Path, place: Path, path: str | None = None) -> Path:
    """What hatchling makes of a tree: a wheel or an sdist."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(place)],
        cwd=source,
        env={**os.environ, **({} if path is None else {"PATH": path})},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (made,) = place.iterdir()
    return made


def test_the_wheel_of_the_sdist_holds_the_console_and_needs_no_npm(built: Path, tmp_path: Path) -> None:
    sdist = build("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    (tree,) = (tmp_path / "unpacked").iterdir()
    assert (tree / "console" / "package-lock.json").exists()
    assert not (tree / "console" / "node_modules").exists()
    wheel = build("wheel", tree, tmp_path / "wheel", path=str(tmp_path))
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"hoshimori/_console/{p.relative_to(built).as_posix()}" for p in built.rglob("*") if p.is_file()}
    assert len(wanted) > 10
    assert wanted <= names
