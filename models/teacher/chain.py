"""Chain: one whole trace from one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data.conversation import numbers_of
from data.dialects import Parsed, get_dialect
from data.identity import digest
from data.prompts import prompt
from data.rows import Row, trace_to_row
from data.sample import Sample
from data.space import Frame
from models.teacher.call import Call, Reply
from models.teacher.config import GenerateConfig
from models.teacher.method import Setting


def prompt_hashes(method: str, dialect: str) -> list[str]:
    """Hashes of the files that a method's prompt is made of."""
    return [prompt(name).prompt_hash for name in _names(method, dialect)]


def write_prompt(method: str, dialect: str, sample: Sample, frames: Sequence[Frame], **more: Any) -> str:
    """The text that asks for a trace of the sample, whose images are spoken of in the frames."""
    asked, form = map(prompt, _names(method, dialect))
    spaces = [frame.model for frame in frames]
    values: dict[str, Any] = {
        "images": [{"x": f"{space.width:g}", "y": f"{space.height:g}"} for space in spaces],
        "numbers": numbers_of(spaces),
        "form": form.render(task=sample.task.value, images=len(frames)),
        "context": sample.context,
        "question": sample.question,
        "choices": sample.choices,
    }
    return asked.render(**values, **more)


async def ask_chain(
    method: str, text: str, candidate: int, sample: Sample, setting: Setting, *, further_hashes: Sequence[str] = ()
) -> list[Row]:
    """The trace that one call brings; none where it was not answered. ``further_hashes`` are of files that the text was made of too."""
    reply = await setting.ask(chain_call(method, text, candidate, sample, setting.config))
    return [chain_row(method, candidate, sample, setting, reply, further_hashes=further_hashes)] if reply.is_final else []


def chain_call(method: str, text: str, candidate: int, sample: Sample, config: GenerateConfig) -> Call:
    """The call that asks for a candidate."""
    teacher = config.teacher
    params: Mapping[str, Any] = {"temperature": teacher.temperature, "top_p": teacher.top_p, "max_tokens": teacher.max_tokens}
    message = {"role": "user", "content": text}
    return Call(teacher.provider, teacher.model, params, (message,), sample.image_ids, candidate, method, sample.sample_id)


def chain_row(method: str, candidate: int, sample: Sample, setting: Setting, reply: Reply, *, further_hashes: Sequence[str] = ()) -> Row:
    """A reply as a row of ``traces``: read in the dialect, in pixels of the stored images, beside the text as it came."""
    text = reply.text or ""
    parsed = get_dialect(setting.config.dialect).parse(text, setting.frames(sample), sample.task)
    return parsed_row(method, candidate, sample, setting.config, parsed, text, [reply.request_id], further_hashes=further_hashes)


def parsed_row(
    method: str,
    candidate: int,
    sample: Sample,
    config: GenerateConfig,
    parsed: Parsed,
    text: str,
    request_ids: Sequence[str],
    *,
    further_hashes: Sequence[str] = (),
) -> Row:
    """A row of ``traces`` for what was read of a text, or for why there is nothing to read."""
    return trace_to_row(
        parsed.trace,
        sample_id=sample.sample_id,
        request_ids=list(request_ids),
        method=method,
        teacher=config.teacher.model,
        dialect=config.dialect,
        candidate=candidate,
        selected=True,
        text=text,
        parse_error=parsed.error,
        prompt_hash=digest([*prompt_hashes(method, config.dialect), *further_hashes]),
    )


def _names(method: str, dialect: str) -> tuple[str, str]:
    return f"teacher/{method}", f"teacher/forms/{dialect}"
