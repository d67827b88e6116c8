"""Reinforce: group relative policy optimisation on the samples of a version, with TRL's ``GRPOTrainer``.

python -m models.training.reinforce --job reinforce.json
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data.plugins import load_plugins
from data.store.images import ImageReader
from models.student.encoding import Encoder
from models.student.writing import Sampling, picture_tokens
from models.training.advantages import Scale
from models.training.arbiter import Arbiter, open_arbiter
from models.training.archive import Archive
from models.training.arguments import lora_arguments, reinforce_arguments
from models.training.child import run_child
from models.training.generation import Generation
from models.training.hearing import Hearing
from models.training.images_once import encode_images_once
from models.training.job import ReinforceJob
from models.training.judge import Judge
from models.training.log import TrainingLog
from models.training.past import read_past
from models.training.policy import PolicyTrainer, reward, slots
from models.training.pool import read_pool
from models.training.rewards import check_compared, check_judged
from models.training.samplers import Candidates, Sampler, make_sampler
from models.training.session import Session, open_session, publish, train
from models.training.streams import Ground, make_streams


def reinforce(job: ReinforceJob) -> Path:
    """Train a job to its end and return the output folder; does nothing where that exists. Raises ``TrainingError``."""
    if not job.output.exists():
        load_plugins(job.config.plugins)
        session = open_session(job)
        with arbiter_of(job, session) as arbiter, padded_left(session.student.processor.tokenizer):
            trainer = make_trainer(job, session, arbiter)
            train(trainer, session)
        publish(trainer, session, job.output)
    return job.output


@contextmanager
def padded_left(tokenizer: Any) -> Iterator[None]:
    """Let a tokenizer pad at the left: the trainer joins what it pads itself with what the processor pads, row by row."""
    side, tokenizer.padding_side = tokenizer.padding_side, "left"
    try:
        yield
    finally:
        tokenizer.padding_side = side


@contextmanager
def arbiter_of(job: ReinforceJob, session: Session) -> Iterator[Arbiter | None]:
    """Who judges, where a reward part asks. Raises ``TrainingError`` where a part asks and nobody judges, and ``TeacherError``."""
    config = job.config
    check_compared(config)
    if not check_judged(config) or config.judge is None:
        yield None
        return
    images = ImageReader(session.store, session.store.resolve("images", job.images))
    with open_arbiter(config.judge, session.store, session.run, images, job.judge_url) as arbiter:
        yield arbiter


def make_trainer(job: ReinforceJob, session: Session, arbiter: Arbiter | None = None) -> PolicyTrainer:
    """The trainer of a job, ready to train."""
    config = job.config
    arguments = reinforce_arguments(config, job.student.at_longest(config.dialects).episode_tokens, session.work, session.processes)
    generation = make_generation(job, session, Scale(arguments.scale_rewards), arguments.mask_truncated_completions, arbiter)
    encode_images_once(session.student.model)
    trainer = PolicyTrainer(
        model=session.student.model,
        reward_funcs=[reward],
        args=arguments,
        train_dataset=slots(config.steps, config.groups_per_step),
        processing_class=session.student.processor,
        peft_config=lora_arguments(config.lora),
    )
    trainer.prepare(TrainingLog(session.run, is_writer=session.is_first), job.fingerprint())
    model = session.student.model
    encoder = Encoder(session.student.processor, model.config.image_token_id)
    sampling = make_sampling(
        arguments, job.student.max_new_tokens, trainer.eos_token_ids, session.student.processor.tokenizer, model.config
    )
    trainer.follow(generation, encoder, sampling, packs_groups=config.pack_groups, writer=config.writer)
    return trainer


def make_sampling(arguments: Any, max_new_tokens: int, ends: Sequence[int], tokenizer: Any, model_config: Any) -> Sampling:
    """How the policy chooses tokens, in the words of TRL's configuration."""
    return Sampling(
        max_new_tokens=max_new_tokens,
        ends=tuple(ends),
        pad=tokenizer.pad_token_id,
        temperature=arguments.temperature,
        top_p=arguments.top_p,
        top_k=arguments.top_k,
        min_p=arguments.min_p or 0.0,
        repetition_penalty=arguments.repetition_penalty,
        suppressed=tuple(sorted(picture_tokens(model_config))),
    )


def make_generation(job: ReinforceJob, session: Session, scale: Scale, loses_truncated: bool, arbiter: Arbiter | None = None) -> Generation:
    """What draws and judges for a job, in the state of the newest checkpoint."""
    config = job.config
    pool = read_pool(session.store, job.samples, job.images, job.student, config)
    past = read_past(session.store, config.sampler.past) if config.sampler.past else {}
    bands = {sample_id: sample.difficulty_band for sample_id, sample in pool.samples.items()}

    def sampler(sample_ids: Sequence[str]) -> Sampler:
        candidates = Candidates(sample_ids, bands, past, config.rollouts_per_group)
        return make_sampler(config.sampler.name, candidates, config.seed, config.sampler.options)

    judge = Judge(config, scale, loses_truncated, pool.frames)
    generation = Generation(
        run_id=job.run_id,
        config=config,
        pool=pool,
        streams=make_streams(Ground(config.streams, config.groups_per_step, pool, job.student, sampler)),
        judge=judge,
        hearing=Hearing(judge, Archive(config.archive), arbiter),
        log=TrainingLog(session.run, session.is_first, config.log_tokens),
    )
    if session.checkpoint is not None:
        generation.resume(session.checkpoint.seal.step, session.checkpoint.seal.state)
    return generation


if __name__ == "__main__":
    sys.exit(run_child(ReinforceJob, reinforce))
