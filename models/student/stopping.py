"""Stopping: why a conversation with a student ended. Loads no torch: what judges rollouts reads it too."""

from __future__ import annotations

from enum import StrEnum


class StopReason(StrEnum):
    """Why an episode ended."""

    END = "end"
    """The model ended its turn, in a dialect that has but one."""
    LENGTH = "length"
    """A limit of new tokens cut a turn off: the turn's, or what was left of the episode's."""
    ANSWERED = "answered"
    """It gave an answer while it might have looked on."""
    FORCED = "forced"
    """It gave an answer when it was told that no look is left."""
    LOOKS = "looks"
    """It was told that no look is left and called for one all the same."""
    SILENT = "silent"
    """It ended a turn with neither a call nor an answer."""
    EPISODE = "episode"
    """What was to be shown left no room in the episode."""
