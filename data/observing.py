"""Observing: what a student is told after it asked for a closer look.

An *observation* is a turn of the user: the crop with a word on it, or in words why there is none. After the last one the answer has to
be given. Conversations to learn from and those that are played take their observations from here.
"""

from __future__ import annotations

from pydantic import Field

from data.config import Section

SHOWN = "The place enlarged."
REFUSED = "There is no closer look: {error}."
LAST = "No further look is left: answer now."
HEAD = "<think>\nI have seen enough.\n</think>\n<answer>"
"""What a last turn begins with where the answer is opened for the student."""


class TurnsConfig(Section):
    """How long a student may go on, where its dialect asks for closer looks."""

    most_looks: int = Field(default=4, ge=0)
    """Calls that are answered; one that cannot be followed counts too. The answer to the last says that it was the last, and the turn
    after it ends the conversation, whatever it says. ViGoRL has four (five images, ``max_iterations``). With 0 the first is refused."""
    turn_tokens: int | None = Field(default=None, gt=0)
    """The most that one turn may write; None takes ``max_new_tokens``."""
    episode_tokens: int | None = Field(default=None, gt=0)
    """The most that all turns and observations may have after the question, crops included; None sets no limit."""
    opens_answer: bool = False
    """Whether a last turn that had to be asked for is begun for the student, with a stock thought and an opened answer as in ViGoRL's code.
    Without, as in its paper, the student says all of the turn itself. What is begun for it is never trained on."""


def observation(error: str | None = None, *, is_last: bool = False) -> str:
    """The text beside the crop; with an error, the text in its place."""
    said = SHOWN if error is None else REFUSED.format(error=error)
    return f"<observation>\n{said}{f' {LAST}' if is_last else ''}\n</observation>"
