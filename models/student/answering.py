"""Answering: a loaded student as it is asked outside of training, with the same turns, looks and limits as there."""

from __future__ import annotations

from collections.abc import Sequence

from data.dialects import get_dialect
from models.student.config import StudentConfig
from models.student.crops import Crops
from models.student.encoding import Encoder
from models.student.load import Student
from models.student.player import Player
from models.student.turns import Ask, Episode
from models.student.writers import make_writer
from models.student.writing import Sampling, Writer, picture_tokens


class Answerer:
    """Holds conversations with a student by given settings. Temperature 0 is greedy; otherwise the whole distribution is sampled."""

    def __init__(self, student: Student, settings: StudentConfig, temperature: float = 0.0, writer: Writer | None = None) -> None:
        self.encoder = Encoder(student.processor, student.model.config.image_token_id)
        self._player = Player(self.encoder, get_dialect(settings.dialect), settings.turns, Crops(settings.zoom))
        self._writer = writer or make_writer(student.model)
        self._sampling = student_sampling(student, settings.max_new_tokens, temperature)

    def answer(self, asks: Sequence[Ask]) -> list[Episode]:
        """One episode for each ask, in order; all of them make one batch."""
        return self._player.play(asks, self._writer, self._sampling)


def student_sampling(student: Student, max_new_tokens: int, temperature: float) -> Sampling:
    """How a student chooses tokens outside of training: no default of its checkpoint bends the distribution."""
    known, tokenizer = student.model.generation_config.eos_token_id, student.processor.tokenizer
    ends = tokenizer.eos_token_id if known is None else known
    return Sampling(
        max_new_tokens=max_new_tokens,
        ends=tuple(ends) if isinstance(ends, list) else (ends,),
        pad=tokenizer.pad_token_id,
        temperature=temperature,
        suppressed=tuple(sorted(picture_tokens(student.model.config))),
    )
