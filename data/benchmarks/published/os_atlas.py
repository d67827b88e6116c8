"""OS-ATLAS: the elements of millions of screenshots with what names each, to learn grounding from (arXiv 2410.23218).

A record is an element, or a screenshot with a list of elements; each element is a problem of one point. The pictures are in archives of
their own, several gigabytes each, which are unpacked to the folder that a recipe calls ``images``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from data.benchmarks.published.base import Card
from data.benchmarks.published.material import Material, Record, Records, problems, required
from data.benchmarks.published.registry import register
from data.sample import Task
from data.sources.files import read_json_rows
from data.sources.problem import Problem, Reason, Reject

FILES = {
    "mobile": ("amex_raw", "aw_mobile", "ricosca", "uibert_raw", "widget_captioning"),
    "desktop": ("linux_splited", "macos_splited", "windows_splited"),
    "web": ("fineweb_3m", "seeclick_web"),
}
"""The files of each domain, without ``.json``, in the folder ``<domain>_domain``."""
PARTS = {name: (f"{domain}_domain/{name}.json", f"{name}.json") for domain, names in FILES.items() for name in names}
DOMAINS = {name: domain for domain, names in FILES.items() for name in names}


@register
class OsAtlas:
    """OS-ATLAS's grounding data; a part is one of its files."""

    name = "os_atlas"
    card = Card(
        title="OS-ATLAS grounding data",
        form="JSON lists in mobile_domain, desktop_domain and web_domain, beside archives of pictures",
        space="unit, x1 y1 x2 y2",
        files=PARTS,
        schema="the card of OS-Copilot/OS-Atlas-data at 4fd6d81 on the hub; nested records as public loaders of it read them",
        is_verified=True,
        repository="OS-Copilot/OS-Atlas-data",
        licence="apache-2.0",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        """The elements of the file of the recipe's ``subset``, of the file that ``path`` is, or of all. Raises ``SourceError``."""
        material.pictures()
        for part, path in material.parts(PARTS):
            records = chain.from_iterable(map(_elements, read_json_rows(path)))
            taken = material.taken(records, part)
            yield from problems(taken, lambda locator, record, part=part: _problem(material, locator, record, part))  # type: ignore[misc]


def _elements(record: tuple[str, Record] | Reject) -> Records:
    """The elements of a record, each with the name of its screenshot."""
    if isinstance(record, Reject) or not isinstance(record[1].get("elements"), list):
        yield record
        return
    locator, screen = record
    if not screen["elements"]:
        yield Reject(locator, Reason.MISSING_FIELD, "elements is an empty list")
    shared = {key: value for key, value in screen.items() if key != "elements"}
    for number, element in enumerate(screen["elements"], start=1):
        yield f"{locator}.{number}", shared | (element if isinstance(element, dict) else {"bbox": element})


def _problem(material: Material, locator: str, record: Record, part: str) -> Problem:
    picture, instruction, box = required(record, "img_filename", "instruction", "bbox")
    row: dict[str, Any] = {"image": picture, "question": instruction, "task": Task.POINT, "boxes": box, "bbox": box}
    row |= {"category": DOMAINS[part], "part": part, "img_filename": picture}
    row |= {key: record[key] for key in ("data_type",) if record.get(key) is not None}
    return material.reader("unit").read(locator, row)
