"""Stages: one Prefect flow per stage. Each takes a recipe, overrides and one reference per input: a version id or its start, ``latest``,
or a path. What is not given is what the recipe's earlier stages made last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flows.environment import prepare

prepare()

from prefect import flow  # noqa: E402

from flows.order import perform  # noqa: E402
from flows.timeouts import TIMEOUT_S  # noqa: E402
from tasks.stage import Stage  # noqa: E402

Overrides = dict[str, Any] | None
Versions = dict[str, str]
"""Version ids by table."""


@flow(name=Stage.INGEST, timeout_seconds=TIMEOUT_S[Stage.INGEST])
def ingest(recipe: str, overrides: Overrides = None, force: bool = False) -> Versions:
    """Sources to ``samples``, ``images`` and ``rejects``."""
    from tasks.ingest import ingest_sources

    return perform(Stage.INGEST, ingest_sources, recipe, overrides, {}, force=force)


@flow(name=Stage.GENERATE, timeout_seconds=TIMEOUT_S[Stage.GENERATE])
def generate(
    recipe: str,
    overrides: Overrides = None,
    force: bool = False,
    samples: str | None = None,
    images: str | None = None,
    traces: str | None = None,
) -> Versions:
    """Samples to a teacher's ``traces``, with its ``requests``."""
    from tasks.generate import generate_traces

    references = {"samples": samples, "images": images, "traces": traces}
    return perform(Stage.GENERATE, generate_traces, recipe, overrides, references, force=force)


@flow(name=Stage.CURATE, timeout_seconds=TIMEOUT_S[Stage.CURATE])
def curate(
    recipe: str,
    overrides: Overrides = None,
    force: bool = False,
    samples: str | None = None,
    images: str | None = None,
    traces: str | None = None,
) -> Versions:
    """Traces to ``verdicts``: kept, or dropped for a reason."""
    from tasks.curate import curate_traces

    references = {"samples": samples, "images": images, "traces": traces}
    return perform(Stage.CURATE, curate_traces, recipe, overrides, references, force=force)


@flow(name=Stage.PUBLISH, timeout_seconds=TIMEOUT_S[Stage.PUBLISH])
def publish(
    recipe: str,
    overrides: Overrides = None,
    force: bool = False,
    samples: str | None = None,
    images: str | None = None,
    traces: str | None = None,
    verdicts: str | None = None,
) -> Versions:
    """Kept traces to training conversations, ``sft``."""
    from tasks.publish import publish_conversations

    references = {"samples": samples, "images": images, "traces": traces, "verdicts": verdicts}
    return perform(Stage.PUBLISH, publish_conversations, recipe, overrides, references, force=force)


@flow(name=Stage.PRETRAIN, timeout_seconds=TIMEOUT_S[Stage.PRETRAIN])
def pretrain(recipe: str, overrides: Overrides = None, force: bool = False) -> Versions:
    """The tiny student, taught to see."""
    from tasks.pretrain import pretrain_student

    return perform(Stage.PRETRAIN, pretrain_student, recipe, overrides, {}, force=force)


@flow(name=Stage.FINETUNE, timeout_seconds=TIMEOUT_S[Stage.FINETUNE])
def finetune(
    recipe: str, overrides: Overrides = None, force: bool = False, sft: str | None = None, checkpoint: str | None = None
) -> Versions:
    """A student, taught to reason as the conversations do."""
    from tasks.finetune import finetune_student

    references = {"sft": sft, "checkpoints": checkpoint}
    return perform(Stage.FINETUNE, finetune_student, recipe, overrides, references, force=force)


@flow(name=Stage.REINFORCE, timeout_seconds=TIMEOUT_S[Stage.REINFORCE])
def reinforce(
    recipe: str,
    overrides: Overrides = None,
    force: bool = False,
    samples: str | None = None,
    images: str | None = None,
    checkpoint: str | None = None,
) -> Versions:
    """A student, taught by its own rewarded ``rollouts``."""
    from tasks.reinforce import reinforce_student

    references = {"samples": samples, "images": images, "checkpoints": checkpoint}
    return perform(Stage.REINFORCE, reinforce_student, recipe, overrides, references, force=force)


@flow(name=Stage.EVALUATE, timeout_seconds=TIMEOUT_S[Stage.EVALUATE])
def evaluate(
    recipe: str,
    overrides: Overrides = None,
    force: bool = False,
    samples: str | None = None,
    images: str | None = None,
    checkpoint: str | None = None,
) -> Versions:
    """A student's ``predictions`` and ``scores``."""
    from tasks.evaluate import evaluate_student

    references = {"samples": samples, "images": images, "checkpoints": checkpoint}
    return perform(Stage.EVALUATE, evaluate_student, recipe, overrides, references, force=force)


@flow(name=Stage.REPORT, timeout_seconds=TIMEOUT_S[Stage.REPORT])
def report(recipe: str, overrides: Overrides = None, force: bool = False, versions: list[str] | None = None) -> Versions:
    """One page about a pipeline run, or about the versions given."""
    from tasks.report import write_report

    return perform(Stage.REPORT, write_report, recipe, overrides, {}, further=versions, force=force)


FLOWS: Mapping[Stage, Callable[..., Versions]] = {
    Stage.INGEST: ingest,
    Stage.GENERATE: generate,
    Stage.CURATE: curate,
    Stage.PUBLISH: publish,
    Stage.PRETRAIN: pretrain,
    Stage.FINETUNE: finetune,
    Stage.REINFORCE: reinforce,
    Stage.EVALUATE: evaluate,
    Stage.REPORT: report,
}
"""The flow of each stage."""
