"""Player: holds conversations with a student, all that are open at once, until each has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data.cropping import ZoomConfig
from data.dialects import Dialect
from data.observing import TurnsConfig
from models.student.conversation import Conversation
from models.student.crops import Crops
from models.student.encoding import Encoder
from models.student.together import WriterTogether
from models.student.turns import Ask, Episode
from models.student.writing import Sampling, Writer


class Player:
    """Holds conversations in one dialect."""

    def __init__(self, encoder: Encoder, dialect: Dialect, turns: TurnsConfig | None = None, crops: Crops | None = None) -> None:
        self.encoder, self.dialect = encoder, dialect
        self._turns, self._crops = turns or TurnsConfig(), crops or Crops(ZoomConfig())

    def play(self, asks: Sequence[Ask], writer: Writer, sampling: Sampling) -> list[Episode]:
        """One episode for each ask, in order. Each round, the writer is asked for the next turn of those that have not ended."""
        held = [Conversation(ask, self.encoder, self.dialect, self._turns, self._crops) for ask in asks]
        longest = max((one.room(sampling) for one in held), default=sampling.max_new_tokens)
        sampling = replace(sampling, max_new_tokens=longest)
        while going := [one for one in held if one.stop_reason is None]:
            written = writer.write([one.request(sampling) for one in going], sampling)
            for one, turn in zip(going, written, strict=True):
                one.hear(turn)
        if isinstance(writer, WriterTogether):
            writer.wait(sampling)
        return [one.episode() for one in held]
