"""Method: ask the teacher to say the best chain of a sample in words alone."""

from __future__ import annotations

from dataclasses import replace

from data.dialects import Parsed, get_dialect
from data.rows import Row
from data.sample import Sample
from models.teacher.chain import chain_call, parsed_row, prompt_hashes, write_prompt
from models.teacher.config import GenerateConfig
from models.teacher.method import Made, Setting
from models.teacher.textualize.best import Chain, best_chain
from models.teacher.textualize.rewriting import DIALECT, read_rewriting, strip_chain, tagged_lines, written_answer

NO_CHAIN = Parsed(None, "there is no grounded chain that is readable and not wrong")
"""What is recorded of a sample that has nothing to rewrite; the teacher is not asked."""


class Textualize:
    """One textual trace per sample.

    Each rewriting that was answered is a row, its candidate the number of the attempt; those that are not free of coordinates or change
    the answer say why, hold no steps and are not selected. A row names the calls of its chain and then its own. Where no attempt came
    out right the last row is the chain with its places cut out: it names the calls of its chain alone, the chain's teacher, and no
    prompt. A call that was not answered leaves no row, as for every method.
    """

    name = "textualize"
    needs_teacher = True

    async def generate(self, sample: Sample, setting: Setting) -> Made:
        """The rewritings of the best of ``setting.traces``."""
        setting = replace(setting, config=setting.config.model_copy(update={"dialect": DIALECT}))
        sizes = [(float(width), float(height)) for width, height in map(setting.size, sample.image_ids)]
        source = best_chain(sample, setting.traces.get(sample.sample_id, ()), sizes)
        if source is None:
            return Made([self._row(0, sample, setting, NO_CHAIN, "", [])])
        rows: list[Row] = []
        for attempt in range(setting.config.textualize.attempts):
            row = await self._rewrite(attempt, source, sample, setting)
            if row is None:
                return Made(rows)
            rows.append(row)
            if row["selected"]:
                return Made(rows)
        return Made([*rows, self._stripped(len(rows), source, sample, setting)] if setting.config.textualize.fallback else rows)

    def prompt_hashes(self, config: GenerateConfig) -> list[str]:  # noqa: ARG002
        """Hashes of the prompt files."""
        return prompt_hashes(self.name, DIALECT)

    async def _rewrite(self, attempt: int, source: Chain, sample: Sample, setting: Setting) -> Row | None:
        frames = setting.frames(sample)
        chain, answer = tagged_lines(source.trace, frames), written_answer(source.trace, sample, frames)
        text = write_prompt(self.name, DIALECT, sample, frames, chain=chain, answer=answer)
        call = chain_call(self.name, text, attempt, sample, setting.config)
        reply = await setting.ask(call if setting.config.textualize.see_images else replace(call, image_ids=()))
        if not reply.is_final:
            return None
        parsed = read_rewriting(reply.text or "", source.trace, sample, frames)
        return self._row(attempt, sample, setting, parsed, reply.text or "", [*_calls(source), reply.request_id])

    def _stripped(self, candidate: int, source: Chain, sample: Sample, setting: Setting) -> Row:
        frames = setting.frames(sample)
        parsed = strip_chain(source.trace, sample, frames)
        text = get_dialect(DIALECT).render(parsed.trace, frames, sample.task) if parsed.trace else ""
        made_by = {"teacher": source.row["teacher"], "prompt_hash": None}
        return self._row(candidate, sample, setting, parsed, text, _calls(source)) | made_by

    def _row(self, candidate: int, sample: Sample, setting: Setting, parsed: Parsed, text: str, request_ids: list[str]) -> Row:
        row = parsed_row(self.name, candidate, sample, setting.config, parsed, text, request_ids)
        return row | {"selected": parsed.error is None}


def _calls(source: Chain) -> list[str]:
    return list(source.row["request_ids"] or ())
