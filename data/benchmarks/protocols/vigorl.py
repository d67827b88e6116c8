"""ViGoRL's protocols of a single reply: the rewards of training and the judge of evaluation, beside one another.

A line has ``prediction``, all that was said, and a ``target`` of texts. ``format`` and ``overall`` ask for a pair of whole numbers in the
thinking, ``format_vanilla`` and ``overall_vanilla``, of the runs without grounding, do not. ``judge`` is what the published evaluation says
of ``judge_input``, by default the text behind the first answer tag, and None where that is None, as nothing is judged then.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from data.benchmarks.compat.vigorl import judge, rewards
from data.benchmarks.protocols.fields import check_text
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, LineError, Output, Scores, Verdict
from data.benchmarks.protocols.vigorl_targets import check_known, known_action, known_answer, known_box, middle
from data.sample import Sample
from data.space import Frame

SOURCE = "Gabesarch/grounded-rl e7970c0 src/trainer/rl/examples/reward_function/{} and src/vlmsearch/reward_funcs/judge.py"
PREDICTION = "what the model wrote: <think> with points as (x, y), then <answer> with {}"
JUDGE_INPUT = "optional, what the judge reads; else what follows the first answer tag, and null where there is none"
PARTS = ("overall", "format", "accuracy", "coordinate", "format_vanilla", "overall_vanilla", "judge")


class SingleReply(ABC):
    """What the three have in common; each says what its form, its worth and its judge are."""

    name: ClassVar[str]
    source: ClassVar[str]
    fields: ClassVar[Mapping[str, str]]
    key: ClassVar[str]
    """The field of the target that both the rewards and the judge read."""
    parts: ClassVar[tuple[str, ...]] = PARTS
    settled_by: ClassVar[str] = "judge"
    """The score that is 1 of a right reply."""

    @property
    def blank(self) -> Scores:
        return dict.fromkeys(self.parts, 0.0)

    def check(self, line: Line) -> None:
        check_text(line, "prediction")
        check_known(line, self.key)
        if not isinstance(line.get("judge_input"), (str, type(None))):
            raise LineError(f"judge_input should be text or null, not {line['judge_input']!r}")

    def score(self, line: Line) -> Scores:
        text, known = line["prediction"], line["target"][self.key]
        form, worth, sight = self.form(text), self.worth(text, known), rewards.sight(text)
        judged = line["judge_input"] if "judge_input" in line else judge.judged_text(text)
        return {
            "overall": rewards.overall(worth, form * sight),
            "format": form * sight,
            "accuracy": worth,
            "coordinate": sight,
            "format_vanilla": form,
            "overall_vanilla": rewards.overall(worth, form),
        } | self.judged(judged, line["target"])

    def verdict(self, scores: Scores) -> Verdict:
        return Verdict(correct=scores[self.settled_by] == 1)

    def judged(self, answer: str | None, target: Mapping[str, Any]) -> Scores:
        """What the judge says of an answer; None where there is none to judge."""
        return {"judge": None if answer is None else self.judge(answer, target[self.key])}

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:
        return {"id": sample.sample_id, "prediction": said.text, "target": self.target(sample, frames)}

    @abstractmethod
    def form(self, text: str) -> float:
        """The format reward before the thinking is looked at."""

    @abstractmethod
    def worth(self, text: str, known: str) -> float:
        """The accuracy reward."""

    @abstractmethod
    def judge(self, answer: str, known: str) -> float:
        """What the judge of evaluation says."""

    @abstractmethod
    def target(self, sample: Sample, frames: Sequence[Frame]) -> dict[str, Any]:
        """What is known of a sample. Raises ``LineError``."""


@register
class ViGoRLPoint(SingleReply):
    """A point in a box; ``target.box`` and ``target.point`` are Python literals, pixels of the image as the model saw it.

    ``judge_point_match_50px`` is the judge of points, None too where the target has no point.
    """

    name = "vigorl-point"
    source = SOURCE.format("point_in_bbox_grounded_thinking.py, point_in_bbox.py")
    fields = {
        "prediction": PREDICTION.format("(x, y), in whole pixels"),
        "target.box": "the box as a Python literal, x1, y1, x2, y2 in whole pixels of the image that the model saw",
        "target.point": "optional, the point as a Python literal, x, y likewise",
        "judge_input": JUDGE_INPUT,
    }
    key = "box"
    parts = (*PARTS, "judge_point_match_50px")

    def check(self, line: Line) -> None:
        super().check(line)
        if line["target"].get("point") is not None:
            check_known(line, "point")

    def form(self, text: str) -> float:
        return rewards.point_form(text)

    def worth(self, text: str, known: str) -> float:
        return rewards.point_worth(text, known)

    def judge(self, answer: str, known: str) -> float:
        return rewards.hits(answer, known)

    def judged(self, answer: str | None, target: Mapping[str, Any]) -> Scores:
        point = target.get("point")
        near = None if answer is None or point is None else judge.is_near(answer, point)
        return super().judged(answer, target) | {"judge_point_match_50px": near}

    def target(self, sample: Sample, frames: Sequence[Frame]) -> dict[str, Any]:
        box = known_box(sample, frames)
        return {"box": box, "point": middle(box)}


@register
class ViGoRLChoice(SingleReply):
    """The text of one of the choices. The judge takes any answer that contains ``target.answer``."""

    name = "vigorl-choice"
    source = SOURCE.format("string_match_grounded_thinking.py, string_match.py")
    fields = {
        "prediction": PREDICTION.format("the text of a choice"),
        "target.answer": "the text of the right choice, without its letter; no reward for one in upper case",
        "judge_input": JUDGE_INPUT,
    }
    key = "answer"

    def form(self, text: str) -> float:
        return rewards.choice_form(text)

    def worth(self, text: str, known: str) -> float:
        return rewards.choice_worth(text, known)

    def judge(self, answer: str, known: str) -> float:
        return judge.holds(answer, known)

    def target(self, sample: Sample, _: Sequence[Frame]) -> dict[str, Any]:
        return {"answer": known_answer(sample)}


@register
class ViGoRLWebAction(SingleReply):
    """A web action. A reply is right where its accuracy is 1: no published evaluation asks the judge, who takes no typed words but one."""

    name = "vigorl-web-action"
    source = SOURCE.format("web_action_grounded_thinking.py, web_action.py")
    fields = {
        "prediction": PREDICTION.format("an action"),
        "target.action": "the right action, for example click [12]",
        "judge_input": JUDGE_INPUT,
    }
    key = "action"
    settled_by = "accuracy"

    def form(self, text: str) -> float:
        return rewards.action_form(text)

    def worth(self, text: str, known: str) -> float:
        return rewards.action_worth(text, known)

    def judge(self, answer: str, known: str) -> float:
        return judge.does(answer, known)

    def target(self, sample: Sample, _: Sequence[Frame]) -> dict[str, Any]:
        return {"action": known_action(sample)}
