"""Rewards: named parts, each a file here that registers itself, and the registry that finds them by name."""

from data.discovery import discover
from models.training.context import RewardContext
from models.training.rewards.base import (
    REWARDS,
    AskingReward,
    Reward,
    asking_parts,
    check_compared,
    check_judged,
    make_rewards,
    register,
    reward_versions,
    score_group,
)

__all__ = [
    "REWARDS",
    "AskingReward",
    "Reward",
    "RewardContext",
    "asking_parts",
    "check_compared",
    "check_judged",
    "make_rewards",
    "register",
    "reward_versions",
    "score_group",
]

discover(__name__, __path__)
