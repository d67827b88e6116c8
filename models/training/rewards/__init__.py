"""Rewards: named parts, and the registry that finds them by name."""

import models.training.rewards.choice_match
import models.training.rewards.format
import models.training.rewards.outcome
import models.training.rewards.point_in_box
import models.training.rewards.random
import models.training.rewards.soft_iou  # noqa: F401
from models.training.rewards.base import REWARDS, Reward, RewardContext, make_rewards, register, score_group

__all__ = ["REWARDS", "Reward", "RewardContext", "make_rewards", "register", "score_group"]
