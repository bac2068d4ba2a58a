"""The runner of the handbook notices what is wrong: without this, a page that runs would prove nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages import Command, alike, blocks, commands, failures


def page(*fences: tuple[str, str]) -> str:
    return "\n\n".join(f"```{info}\n{body}\n```" for info, body in fences)


@pytest.mark.parametrize(
    ("info", "body"),
    [
        ("python", "1 / 0"),
        ("python", ">>> 1 + 1\n3"),
        ("console", "$ exit 3"),
        ("console", "$ true  # exit 3"),
        ("console", "$ echo one\ntwo"),
        ("console", "echo one"),
        ("console", "$ make no-such-target"),
        ("json", "{1}"),
        ("toml", "a = "),
        ("bash", "true"),
        ("", "true"),
        ("{code-block} python", "1 / 0"),
        ("{note}", "~~~python\n1 / 0\n~~~"),
    ],
)
def test_what_does_not_hold_is_found(info: str, body: str) -> None:
    assert len(list(failures("page.md", page((info, body))))) == 1


@pytest.mark.parametrize(
    ("info", "body"),
    [
        ("python", ">>> list(range(99))\n[0, ..., 98]"),
        ("console", "$ exit 3  # exit 3"),
        ("console", "$ echo one; echo two\none\n..."),
        ("console", "$ echo a \\\n    b\na b\n$ echo c\nc"),
        ("console", "$ make demo"),
        ("json", '{"a": 1}'),
        ("toml", "a = 1"),
        ("text", "anything"),
        ('python {skip: "needs an account"}', "1 / 0"),
    ],
)
def test_what_holds_is_passed(info: str, body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert list(failures("page.md", page((info, body)))) == []


def test_blocks_of_a_page_share_names_and_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = page(
        ("python", "n = 41"),
        ("python", ">>> n += 1\n>>> n\n42"),
        ("python", "open('n.txt', 'w', encoding='utf-8').close()\nassert n == 42"),
        ("console", "$ ls\nn.txt"),
    )
    assert list(failures("page.md", text)) == []


def test_a_failure_names_page_and_line() -> None:
    (wrong,) = failures("docs/page.md", "Words.\n\n" + page(("python", "ok = 1\n1 / 0")))
    assert wrong.startswith("docs/page.md:4: ")
    assert 'File "docs/page.md", line 5' in wrong


def test_commands_keep_their_output_and_exit_code() -> None:
    body = "$ hoshimori watch nobody  # exit 2\nno such watchlist\n$ ls \\\n> -l"
    first, second = commands(body)
    assert (first.exit_code, first.says) == (2, "no such watchlist")
    assert second == Command("ls \\\n-l", "")


def test_an_ellipsis_stands_for_anything_and_no_output_asks_for_nothing() -> None:
    assert alike("3 assets, ...", "3 assets, none of them far")
    assert alike("", "whatever")
    assert not alike("3 assets", "4 assets")


def test_the_reason_for_a_skip_is_read() -> None:
    (block,) = blocks("page.md", page(('console {skip: "needs an account"}', "$ false")))
    assert block.skip == "needs an account"
