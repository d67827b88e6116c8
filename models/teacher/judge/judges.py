"""Judges: the registry of ways to judge. Importing it loads no client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.teacher.judge.asking import Ask
from models.teacher.judge.config import JudgeConfig, JudgeKind
from models.teacher.judge.judge import Judge
from models.teacher.judge.model import ModelJudge
from models.teacher.judge.offline import OfflineJudge
from models.teacher.judge.rubric import RUBRICS


def make_judge(config: JudgeConfig, ask: Ask) -> Judge:
    """The judge of the settings; ``ask`` gives the durable reply to a call and is not used by one that asks nobody."""
    return OfflineJudge() if config.strategy == "offline" else ModelJudge(config, ask)


def needs_endpoint(config: JudgeConfig) -> bool:
    """Whether the judge asks one."""
    return config.strategy == "model"


def prompt_hashes(config: JudgeConfig, kinds: Iterable[JudgeKind]) -> Sequence[str]:
    """Hashes of the prompt files that decide what is asked."""
    return [RUBRICS[kind].prompt.prompt_hash for kind in kinds] if needs_endpoint(config) else []
