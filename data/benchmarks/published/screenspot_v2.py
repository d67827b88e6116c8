"""ScreenSpot-V2: ScreenSpot with the labels that OS-ATLAS corrected (arXiv 2410.23218)."""

from __future__ import annotations

from typing import ClassVar

from data.benchmarks.published.base import Card
from data.benchmarks.published.registry import register
from data.benchmarks.published.screens import POINT_METRICS
from data.benchmarks.published.screenspot import PARQUET, ScreenSpot


@register
class ScreenSpotV2(ScreenSpot):
    """The second version, in files of its own."""

    name = "screenspot_v2"
    files: ClassVar[dict[str, tuple[str, ...]]] = {part: (f"screenspot_{part}_v2.json",) for part in ScreenSpot.parts}
    whole: ClassVar[tuple[str, ...]] = PARQUET
    folders: ClassVar[tuple[str, ...]] = ("screenspotv2_image", "images")
    archives: ClassVar[tuple[str, ...]] = ("screenspotv2_image.zip",)
    card = Card(
        title="ScreenSpot-V2",
        form="three JSON lists beside the folder screenspotv2_image",
        space="pixel, x y w h",
        files={part: (f"screenspot_{part}_v2.json", *PARQUET) for part in ("mobile", "desktop", "web")},
        counts={"mobile": 501, "desktop": 334, "web": 437},
        metrics=POINT_METRICS,
        schema="files of OS-Copilot/ScreenSpot-v2 on the hub, with the fields that public loaders of them read: img_filename, bbox "
        "(x y w h, pixels), instruction, data_type, data_source",
        is_verified=True,
        repository="OS-Copilot/ScreenSpot-v2",
        licence="apache-2.0",
    )
