"""Examinee: a student that answers exams, in batches, with the same turns and looks as in training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data.conversation import text_of
from data.evidence import cut
from data.identity import digest
from data.sample import Sample
from data.space import Frame
from data.store.images import ImageReader
from data.trace import PlacedBox
from models.exams.exam import Exam, Reply
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

    def answer(self, exam: Exam, items: Sequence[Sample]) -> list[Reply]:
        """One reply to each item; all of them make one batch."""
        episodes = self._played(exam, items, [()] * len(items))
        replies = [self._reply(exam, item, episode) for item, episode in zip(items, episodes, strict=True)]
        if exam.evidence is None:
            return replies
        return self._again(exam, items, replies)

    def _again(self, exam: Exam, items: Sequence[Sample], firsts: Sequence[Reply]) -> list[Reply]:
        """The second answers, beside what the first ones looked at; one that named no box is asked the same without crops."""
        shown = [self._windows(exam, item, first) for item, first in zip(items, firsts, strict=True)]
        episodes = self._played(exam.second, items, shown)
        seconds = [self._reply(exam.second, item, episode) for item, episode in zip(items, episodes, strict=True)]
        return [joined(first, second, boxes, item) for first, second, boxes, item in zip(firsts, seconds, shown, items, strict=True)]

    def _windows(self, exam: Exam, sample: Sample, first: Reply) -> list[PlacedBox]:
        sizes = [self._images.size(name) for name in sample.image_ids]
        return shown_windows(exam, sample, first, self._frames(exam, sample), sizes)

    def _played(self, exam: Exam, items: Sequence[Sample], shown: Sequence[Sequence[PlacedBox]]) -> list[Episode]:
        answerer = Answerer(self._student, exam.settings, exam.temperature, self._writer)
        return answerer.answer([self._ask(exam, item, boxes, answerer.encoder) for item, boxes in zip(items, shown, strict=True)])

    def _ask(self, exam: Exam, sample: Sample, shown: Sequence[PlacedBox], encoder: Encoder) -> Ask:
        images = [self._images.open(name) for name in sample.image_ids]
        images += [cut(images[box.image_index], box) for box in shown]
        asked = replace(sample, image_ids=(*sample.image_ids, *(CROP_ID.format(number) for number in range(len(shown)))))
        frames = exam.settings.view.frames(image.size for image in images)
        prompt = encoder.encode(exam.benchmark.prompt(asked, exam.asking, frames), images)
        return Ask(prompt, images, frames, item_seed(self._seed, sample.sample_id))

    def _reply(self, exam: Exam, sample: Sample, episode: Episode) -> Reply:
        question = text_of(exam.benchmark.prompt(sample, exam.asking, self._frames(exam, sample)))
        return Reply(
            text=episode.text,
            said=tuple(episode.said),
            dialect=exam.asking.dialect,
            turns=turn_rows(question, sample.image_ids, episode.turns),
            prompt=question,
            stop_reason=episode.stop_reason,
            prompt_tokens=episode.prompt_tokens,
            completion_tokens=episode.completion_tokens,
            image_tokens=episode.image_tokens,
        )

    def _frames(self, exam: Exam, sample: Sample) -> tuple[Frame, ...]:
        return exam.settings.view.frames(map(self._images.size, sample.image_ids))


def item_seed(seed: int, sample_id: str) -> int:
    """The seed of one item's answer, whatever is asked beside it."""
    return int(digest("item", seed, sample_id)[:8], 16)
