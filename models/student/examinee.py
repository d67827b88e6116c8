"""Examinee: a student that answers exams, in batches, with the same turns and looks as in training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL.Image import Image

from data.conversation import Message, text_of
from data.evidence import cut
from data.identity import digest
from data.sample import Sample
from data.space import Frame
from data.store.images import ImageReader
from data.trace import PlacedBox
from models.exams.exam import Exam, Response
from models.exams.second import joined, shown_windows
from models.student.answering import Answerer
from models.student.encoding import Encoder
from models.student.load import Student
from models.student.turn_rows import turn_rows
from models.student.turns import Ask, Episode
from models.student.writing import Writer

CROP_ID = "crop:{}"
"""Stands in a question for an image that is not stored."""


class StudentExaminee:
    """A loaded student."""

    def __init__(self, student: Student, images: ImageReader, seed: int, writer: Writer | None = None) -> None:
        self._student, self._images, self._seed, self._writer = student, images, seed, writer

    def answer(self, exam: Exam, items: Sequence[Sample]) -> list[Response]:
        """One response to each item; all of them make one batch."""
        firsts = self._asked(exam, items, [()] * len(items))
        return firsts if exam.evidence is None else self._again(exam, items, firsts)

    def _again(self, exam: Exam, items: Sequence[Sample], firsts: Sequence[Response]) -> list[Response]:
        """The second answers, beside what the first ones looked at; one that named no box is asked the same without crops."""
        shown = [shown_windows(exam, item, first, self._images) for item, first in zip(items, firsts, strict=True)]
        seconds = self._asked(exam.second, items, shown)
        return [joined(first, second, boxes, item) for first, second, boxes, item in zip(firsts, seconds, shown, items, strict=True)]

    def _asked(self, exam: Exam, items: Sequence[Sample], shown: Sequence[Sequence[PlacedBox]]) -> list[Response]:
        questions = [self._question(exam, item, boxes) for item, boxes in zip(items, shown, strict=True)]
        answerer = Answerer(self._student, exam.settings, exam.temperature, self._writer)
        episodes = answerer.answer([question.ask(answerer.encoder) for question in questions])
        return [_response(exam, question, episode) for question, episode in zip(questions, episodes, strict=True)]

    def _question(self, exam: Exam, sample: Sample, shown: Sequence[PlacedBox]) -> _Question:
        images = [self._images.open(name) for name in sample.image_ids]
        images += [cut(images[box.image_index], box) for box in shown]
        asked = replace(sample, image_ids=(*sample.image_ids, *(CROP_ID.format(number) for number in range(len(shown)))))
        frames = exam.settings.view.frames(image.size for image in images)
        return _Question(sample, images, frames, exam.benchmark.prompt(asked, exam.asking, frames), item_seed(self._seed, sample.sample_id))


@dataclass(frozen=True, slots=True)
class _Question:
    """What one item is asked, beside its images and the crops that it is shown."""

    sample: Sample
    images: list[Image]
    frames: tuple[Frame, ...]
    messages: list[Message]
    seed: int

    def ask(self, encoder: Encoder) -> Ask:
        return Ask(encoder.encode(self.messages, self.images), self.images, self.frames, self.seed)


def _response(exam: Exam, question: _Question, episode: Episode) -> Response:
    text = text_of(question.messages)
    return Response(
        text=episode.text,
        said=tuple(episode.said),
        dialect=exam.asking.dialect,
        turns=turn_rows(text, question.sample.image_ids, episode.turns),
        prompt=text,
        stop_reason=episode.stop_reason,
        prompt_tokens=episode.prompt_tokens,
        completion_tokens=episode.completion_tokens,
        image_tokens=episode.image_tokens,
    )


def item_seed(seed: int, sample_id: str) -> int:
    """The seed of one item's answer, whatever is asked beside it."""
    return int(digest("item", seed, sample_id)[:8], 16)
