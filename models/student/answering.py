"""Answering: a loaded student as it is asked outside of training, with the same turns, looks and limits as there."""

from __future__ import annotations

from collections.abc import Sequence

from data.dialects import get_dialect
from models.student.config import StudentConfig
from models.student.crops import Crops
from models.student.encoding import Encoder
from models.student.load import Student
from models.student.plain import PlainWriter
from models.student.player import Player
from models.student.turns import Ask, Episode
from models.student.writing import Sampling, Writer, picture_tokens


class Answerer:
    """Holds conversations with a student by given settings. Temperature 0 is greedy; otherwise the whole distribution is sampled."""

    def __init__(self, student: Student, settings: StudentConfig, temperature: float = 0.0, writer: Writer | None = None) -> None:
        config, tokenizer = student.model.config, student.processor.tokenizer
        self.encoder = Encoder(student.processor, config.image_token_id)
        self._player = Player(self.encoder, get_dialect(settings.dialect), settings.turns, Crops(settings.zoom))
        self._writer = writer or PlainWriter(student.model)
        known = student.model.generation_config.eos_token_id
        ends = tokenizer.eos_token_id if known is None else known
        self._sampling = Sampling(
            max_new_tokens=settings.max_new_tokens,
            ends=tuple(ends) if isinstance(ends, list) else (ends,),
            pad=tokenizer.pad_token_id,
            temperature=temperature,
            suppressed=tuple(sorted(picture_tokens(config))),
        )

    def answer(self, asks: Sequence[Ask]) -> list[Episode]:
        """One episode for each ask, in order; all of them make one batch."""
        return self._player.play(asks, self._writer, self._sampling)
