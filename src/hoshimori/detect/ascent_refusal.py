"""What is refused about ascents, whoever asks and in whatever words."""

from __future__ import annotations

from hoshimori.errors import UsageError

WHY = (
    "this would be a solution for reaching a satellite: which way, when or how fast to launch. It is not computed here, by no "
    "option and no call. What can be asked is the other way round: a launch that is declared or was seen, and which satellites "
    "it could and could not have reached by height and time, as a necessary condition, with the warning that each has"
)


def refuse_solution(asked: str) -> UsageError:
    """The refusal, to be raised."""
    return UsageError(f"{asked}: refused: {WHY}")
