"""Chain: one whole trace from one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jinja2

from data.dialects import get_dialect
from data.identity import digest
from data.prompts import prompt
from data.rows import trace_to_row
from data.sample import Sample
from data.space import Frame
from models.teacher.call import Call, Reply, RequestStatus
from models.teacher.config import GenerateConfig
from models.teacher.method import Row, Setting

ENVIRONMENT = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=False, autoescape=False)
SMALL_EXTENT = 1


def prompt_hashes(method: str, dialect: str) -> list[str]:
    """Hashes of the files that a method's prompt is made of."""
    return [prompt(name).prompt_hash for name in _names(method, dialect)]


def write_prompt(method: str, dialect: str, sample: Sample, frames: Sequence[Frame], **more: Any) -> str:
    """The text that asks for a trace of the sample, whose images are seen in the frames."""
    method_text, form_text = (prompt(name).text for name in _names(method, dialect))
    extents = [(frame.model.width, frame.model.height) for frame in frames]
    values: dict[str, Any] = {
        "images": [{"x": f"{x:g}", "y": f"{y:g}"} for x, y in extents],
        "numbers": "numbers with three decimals" if max(extents[0]) <= SMALL_EXTENT else "whole numbers",
        "form": ENVIRONMENT.from_string(form_text).render(task=sample.task.value).strip(),
        "context": sample.context,
        "question": sample.question,
        "choices": sample.choices,
    }
    return ENVIRONMENT.from_string(method_text).render(values | more).strip()


async def ask_chain(method: str, text: str, candidate: int, sample: Sample, setting: Setting) -> Row | None:
    """The trace that one call brings; None where the call failed."""
    call = chain_call(method, text, candidate, sample, setting.config)
    reply = await setting.ask(call)
    return None if reply.status == RequestStatus.FAILED else chain_row(method, candidate, sample, setting, reply)


def chain_call(method: str, text: str, candidate: int, sample: Sample, config: GenerateConfig) -> Call:
    """The call that asks for a candidate."""
    teacher = config.teacher
    params: Mapping[str, Any] = {"temperature": teacher.temperature, "top_p": teacher.top_p, "max_tokens": teacher.max_tokens}
    message = {"role": "user", "content": text}
    return Call(teacher.provider, teacher.model, params, (message,), sample.image_ids, candidate, method, sample.sample_id)


def chain_row(method: str, candidate: int, sample: Sample, setting: Setting, reply: Reply) -> Row:
    """A reply as a row of ``traces``: read in the dialect, in pixels of the stored images, the text as it came."""
    config = setting.config
    parsed = get_dialect(config.dialect).parse(reply.text or "", setting.frames(sample), sample.task)
    raise NotImplementedError(parsed, trace_to_row, digest)


def _names(method: str, dialect: str) -> tuple[str, str]:
    return f"teacher/{method}", f"teacher/forms/{dialect}"
