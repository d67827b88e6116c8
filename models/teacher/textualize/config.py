"""Textualize settings: how often a rewriting is asked for, and what becomes of a chain that nobody rewrites well."""

from __future__ import annotations

from pydantic import Field

from data.config import Section


class TextualizeConfig(Section):
    """How chains are rewritten without coordinates."""

    attempts: int = Field(default=3, gt=0)
    """Rewritings asked for until one has no coordinates and keeps the answer."""
    fallback: bool = True
    """Whether the chain with its places cut out takes the place of a rewriting that never came out right."""
    see_images: bool = True
    """Whether the images are sent beside the chain."""
