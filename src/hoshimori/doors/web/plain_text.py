"""Text that people send: kept as it is, or refused where a character in it changes how other text is shown.

The ledger refuses such characters under a signature (`ledger/acts.py`); here they are refused when they come in, so that nobody
finds out on the day of signing. Nothing is escaped or taken out: whoever shows a text shows it as text.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from hoshimori.errors import Refused
from hoshimori.ledger.acts import refuse_odd_text
from hoshimori.ledger.canonical import DEEPEST

_ODD = "\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069"


def refuse_odd(tree: Any) -> Any:
    """ValueError where a text in a tree, or a name of a field, holds such a character, or half of one; or it nests too deep."""
    _walk(tree, 0)
    return tree


def _walk(tree: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError(f"nests deeper than {DEEPEST}")
    if isinstance(tree, str):
        try:
            refuse_odd_text(tree, "text")
            tree.encode()
        except UnicodeEncodeError:
            raise ValueError("half of a surrogate pair: not a text") from None
        except Refused as refusal:
            raise ValueError(str(refusal)) from None
    elif isinstance(tree, dict):
        for key, value in tree.items():
            _walk(key, depth + 1)
            _walk(value, depth + 1)
    elif isinstance(tree, list):
        for value in tree:
            _walk(value, depth + 1)


def _line(text: str) -> str:
    if text != text.strip() or "\n" in text or "\t" in text:
        raise ValueError("one line that begins and ends with no space")
    return text


Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=300),
    AfterValidator(_line),
    AfterValidator(refuse_odd),
    Field(json_schema_extra={"pattern": f"^[^\\s{_ODD}]([^\\t\\n{_ODD}]*[^\\s{_ODD}])?$"}),
]
"""One line of a person's words."""
Words = Annotated[
    str, StringConstraints(max_length=20_000), AfterValidator(refuse_odd), Field(json_schema_extra={"pattern": f"^[^{_ODD}]*$"})
]
"""A person's words, with line ends and tabs; may be empty."""
