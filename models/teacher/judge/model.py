"""Model: a judge that asks a language model."""

from __future__ import annotations

from models.teacher.judge.asking import Ask, Inquiry, hear
from models.teacher.judge.config import JudgeConfig
from models.teacher.judge.judge import Judgement, JudgeQuestion, judgement_name, settled
from models.teacher.judge.rubric import RUBRICS


class ModelJudge:
    """Asks ``samples`` times and takes the mean of what could be read."""

    def __init__(self, config: JudgeConfig, ask: Ask) -> None:
        self._config = config
        self._ask = ask

    async def ask(self, question: JudgeQuestion) -> Judgement:
        """The mean of the samples; where some are lacking, of the others, and the error says how many; where all are, none."""
        if (known := settled(question)) is not None:
            return known
        heard = await hear(self._config, self._ask, self._inquiry(question))
        values = heard.values
        return Judgement(sum(values) / len(values) if values else None, heard.lack("score"), heard.request_ids, heard.is_unfinished)

    def _inquiry(self, question: JudgeQuestion) -> Inquiry[float]:
        rubric = RUBRICS[question.kind]
        return Inquiry(
            text=rubric.write(question, see_places=self._config.see_places),
            purpose=judgement_name(question.kind),
            sample_id=question.sample.sample_id,
            image_ids=question.sample.image_ids if self._config.see_images else (),
            read=rubric.read,
            wanted=f"none of {', '.join(rubric.levels)}",
        )
