"""Counted: what chains do as far as it is known without a model.

What was counted before by the same sources, with the same samples and images at hand, is found again by its key. The run has the stage
``behaviour``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from data.identity import canonical_json, digest, new_run_id
from data.rows import Row
from data.scoring.behaviour import behaviour_of, judgement_rows
from data.store import Store, Version
from tasks.behaviour.chains import Chain, Chains, Reading
from tasks.behaviour.subjects import Found
from tasks.run import Record
from tasks.sources import source_hash

BEHAVIOUR = "behaviour"
MODULES = ("tasks.behaviour.counted",)
"""What decides the rows, beside the version."""


@dataclass(frozen=True)
class Noted:
    """The version of ``judgements`` that says what chains do."""

    version: Version
    is_new: bool


def note_behaviour(store: Store, found: Found, reading: Reading) -> Noted:
    """Publish what chains do, unless it was published before. Raises ``StoreError``."""
    chains = Chains(store, found, reading)
    settings = found.named | {"reading": reading.model_dump(mode="json"), "absent": digest(*chains.absent)}
    key = digest(BEHAVIOUR, settings, source_hash(MODULES))
    if made := store.find(key):
        return Noted(made.outputs["judgements"], is_new=False)
    run_id = new_run_id()
    inputs = {found.version.table_name: found.version.version_id}
    columns = {"stage": BEHAVIOUR, "inputs": canonical_json(inputs), "config": canonical_json(settings), "stage_key": key}
    with (
        Record(store.run(run_id), columns),
        store.draft(stage=BEHAVIOUR, stage_key=key, run_id=run_id, parents=[found.version], config=settings) as draft,
    ):
        draft.add("judgements", [row | {"run_id": run_id} for row in _rows(found, chains, reading)])
        return Noted(draft.publish().outputs["judgements"], is_new=True)


def _rows(found: Found, chains: Chains, reading: Reading) -> Iterator[Row]:
    for subject in found.subjects:
        chain = chains.read(subject)
        if isinstance(chain, Chain):
            yield from judgement_rows(subject.subject_id, behaviour_of(chain.trace, chain.sample, reading.radius))
        else:
            yield from judgement_rows(subject.subject_id, None, chain)
