"""Tree settings: how far and how wide to search, by default as ViGoRL does."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveInt, model_validator

from data.config import Section
from data.cropping import ZoomConfig

SIMULATIONS = {"cheap": 8, "paper": 20}
"""By name: those of the released script (scripts/mcts/run_mcts_qwen72b.sh:135), and those of the paper (arXiv 2505.23678, table A4)."""


class TreeConfig(Section):
    """A search. A step's temperature, ``top_p`` and ``max_tokens`` are those of ``generate.teacher``; published are 1, 1 and 512."""

    simulations: Literal["cheap", "paper"] | PositiveInt = "cheap"
    """How often to grow the tree: 8 (``cheap``, the released script's), 20 (``paper``), or any number."""
    exploration: float = Field(default=2.0, ge=0)
    """c of the UCT score (run_mcts_qwen72b.sh:143)."""
    uct: Literal["code", "paper"] = "code"
    """``code`` is Q + c sqrt(ln(N + 1) / (n + 1)) as in mcts_search.py:304-334; ``paper`` is Q + c sqrt(ln N / n)."""
    children: int = Field(default=3, gt=0)
    """Replies asked for when a leaf is expanded (run_mcts_qwen72b.sh:142)."""
    rollouts: int = Field(default=2, gt=0)
    """Rollouts from each new child (run_mcts_qwen72b.sh:141)."""
    max_depth: int = Field(default=10, gt=0)
    """Steps from the root to the farthest answer, the root being at 0 (run_mcts_qwen72b.sh:134)."""
    rollout_steps: int = Field(default=5, gt=0)
    """Most replies of a rollout, its answer included (arguments.py:40)."""
    reward: Literal["correct", "outcome"] = "correct"
    """1 for a right answer and 0 for any other, or the outcome in [0, 1], which is the IoU where boxes are asked for."""
    same_point_px: float = Field(default=10.0, ge=0)
    """Points nearer to each other than this, in pixels of the stored image, are one place. ViGoRL counts looks as distinct from 10 on."""
    tries: int = Field(default=2, gt=0)
    """Expansions of one leaf, each with replies of its own, before a leaf that keeps no child is closed."""
    revisits: bool = True
    """Whether a simulation may end at an answer that is in the tree already, which adds a visit and asks nothing (mcts_search.py:240)."""
    parallel_simulations: int = Field(default=1, gt=0)
    """Leaves that are chosen and grown at once, each counted as a visit without reward until it is done; 1 is the plain search."""
    least_thoughts: tuple[PositiveInt, PositiveInt] | None = None
    """Ask for at least so many thoughts, a number between these by the sample's id; published is 3 to 7 (mcts_search.py:213)."""
    zoom: ZoomConfig | None = None
    """Let a step ask for a closer look, which the next step is shown; None as published."""

    @property
    def simulation_count(self) -> int:
        return SIMULATIONS.get(str(self.simulations)) or int(self.simulations)

    @model_validator(mode="after")
    def _is_ordered(self) -> TreeConfig:
        if self.least_thoughts and self.least_thoughts[0] > self.least_thoughts[1]:
            raise ValueError(f"least_thoughts should be the lower and the higher number, not {list(self.least_thoughts)}")
        return self
