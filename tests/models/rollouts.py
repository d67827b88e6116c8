"""Groups of given texts about a given sample, read and scored as a training reads and scores them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from data.dialects import get_dialect
from data.sample import Role, Sample, Task
from data.scoring import score_answer
from data.space import Frame, Space
from data.trace import PlacedBox
from models.student.said import Said
from models.student.stopping import StopReason
from models.student.turns import Episode
from models.training.advantages import total_reward
from models.training.config import RewardConfig, Rewards
from models.training.context import RewardContext
from models.training.rewards import make_rewards, score_group
from models.training.rollout import Draw, Group, Parts, Rollout, Shown, Stream

SIDE = 1000
FRAMES = (Frame(Space.pixels(SIDE, SIDE), Space.grid(SIDE)),)
"""Pixels of the image are the student's units."""
COMPOSITION = re.compile(r"^```toml ([^\n]+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "rewards.md"


def published(name: str) -> dict[str, RewardConfig]:
    """A published composition, as the document has it."""
    return rewards_of(tomllib.loads(dict(COMPOSITION.findall(DOCUMENT.read_text()))[name]))


def rewards_of(table: dict[str, Any]) -> dict[str, RewardConfig]:
    """A table of a recipe."""
    return TypeAdapter(Rewards).validate_python(table)


def make_sample(task: Task, answer: str | None = None, boxes: Sequence[tuple[float, float, float, float]] = (), **more: Any) -> Sample:
    """A sample on one image of 1000 x 1000 pixels; its boxes are answers where the task asks for places, else evidence."""
    role = Role.ANSWER if task in (Task.POINT, Task.BOX, Task.BOXES) else Role.EVIDENCE
    placed = tuple(PlacedBox(*corners, role=role) for corners in boxes)
    return Sample("smp_a", "made", "train", task, ("img_a",), "Where?", answer=answer, boxes=placed, **more)


def make_group(sample: Sample, *texts: str, dialect: str = "vigorl", stream: Stream = Stream.SINGLE, step: int = 1) -> Group:
    """The group of these texts."""
    shown = Shown(Draw(sample.sample_id), sample, stream, dialect, [])
    return Group("grp_a", 0, step, shown, tuple(_rollout(sample, index, text, dialect) for index, text in enumerate(texts)))


def parts_of(rewards: dict[str, RewardConfig], group: Group, **context: Any) -> list[Parts]:
    """The parts of each rollout."""
    return score_group(make_rewards(rewards), group, RewardContext(0, FRAMES, **context))


def score(rewards: dict[str, RewardConfig], group: Group, **context: Any) -> tuple[float | None, Parts]:
    """Reward and parts of a group's first rollout."""
    parts = parts_of(rewards, group, **context)[0]
    return total_reward(parts, rewards), parts


def _rollout(sample: Sample, index: int, text: str, dialect: str) -> Rollout:
    parsed = get_dialect(dialect).parse(text, FRAMES, sample.task)
    worth = score_answer(sample, parsed.trace.answer if parsed.trace else None, [(SIDE, SIDE)])
    episode = Episode((Said("assistant", text),), StopReason.END, (1, 2), (True, True), prompt_tokens=3, image_tokens=1, seed=0)
    return Rollout(f"rol_{index}", index, episode, parsed, worth)
