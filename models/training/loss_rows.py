"""Loss rows: the rollouts of a process as the loss reads them.

Pictures are not copied from row to row: the loss asks for the fields of those rows that it is at.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from models.student.encoding import Encoder, Prompt
from models.student.pictures import Picture, join_pictures
from models.student.turns import Episode
from models.training.packing import PackRow


class LossRows:
    """Prompts and episodes, a row for each rollout; rollouts of a group share the prompt."""

    def __init__(self, encoder: Encoder, rows: Sequence[tuple[Prompt, Episode, tuple[Picture, ...]]]) -> None:
        """The pictures are those of an episode's looks, in order."""
        self._encoder = encoder
        self.prompts = [prompt for prompt, _, _ in rows]
        self.episodes = [episode for _, episode, _ in rows]
        self._crops = [pictures for _, _, pictures in rows]

    def __len__(self) -> int:
        return len(self.episodes)

    def crops(self, row: int) -> tuple[Picture, ...]:
        """The pictures within a row's completion, in the order of their tokens."""
        return self._crops[row]

    def fields(
        self, rows: Sequence[int], input_ids: torch.Tensor, are_read: Sequence[bool] | None = None
    ) -> dict[str, torch.Tensor | list[int]]:
        """What the model takes beside the tokens of these rows, and how many pictures each has.

        ``input_ids`` is (rows, tokens); completions that are not to be read stand there as padding, without their pictures.
        """
        read = [True] * len(rows) if are_read is None else are_read
        pictures = [[*self.prompts[row].pictures, *(self.crops(row) if is_read else ())] for row, is_read in zip(rows, read, strict=True)]
        if not any(pictures):
            return {}
        kinds = {name: (input_ids == self._encoder.image_token).long() for name in {self.prompts[row].kinds for row in rows} if name}
        joined = join_pictures([picture for seen in pictures for picture in seen])
        return {**joined, **kinds, "num_images": [sum(picture.images for picture in seen) for seen in pictures]}

    def pack_rows(self, rows: Sequence[int], are_read: Sequence[bool]) -> list[PackRow]:
        """These rows as packs take them, with the completions of those that are to be read."""
        taken = zip(rows, are_read, strict=True)
        return [
            PackRow(self.prompts[row], self.episodes[row].ids, self.crops(row)) if read else PackRow(self.prompts[row], ())
            for row, read in taken
        ]
