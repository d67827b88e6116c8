"""Method: a tree for every sample, and the chains that are read off it."""

from __future__ import annotations

from data.identity import digest
from data.rows import Row, trace_to_row
from data.sample import Sample
from data.scoring import is_scorable
from models.teacher.config import GenerateConfig
from models.teacher.linearize.chain import DIRECT
from models.teacher.linearize.traces import linearize
from models.teacher.linearize.traces import prompt_hashes as linearize_hashes
from models.teacher.method import Made, Setting
from models.teacher.tree.asking import NAME
from models.teacher.tree.asking import prompt_hashes as asking_hashes
from models.teacher.tree.rows import tree_rows
from models.teacher.tree.search import Search

NOTHING_KNOWN = "nothing is known of the answer, which a search needs for its reward"


class Tree:
    """Searches, then takes right chains, and wrong ones that turn into right ones."""

    name = NAME
    needs_teacher = True

    async def generate(self, sample: Sample, setting: Setting) -> Made:
        """The tree and its chains; a sample without a known answer gets a row that says so, and is not asked about."""
        if not is_scorable(sample):
            return Made([_unknown(sample, setting.config)])
        root = await Search(sample, setting).grow()
        rows = tree_rows(sample.sample_id, root, setting.config.tree)
        return Made(linearize(sample, rows, setting.config, setting.frames(sample), _prompt_hash(setting.config)), rows)

    def prompt_hashes(self, config: GenerateConfig) -> list[str]:
        """Hashes of the prompt files."""
        return [*asking_hashes(config), *linearize_hashes(config.linearize)]


def _prompt_hash(config: GenerateConfig) -> str:
    return digest(Tree().prompt_hashes(config))


def _unknown(sample: Sample, config: GenerateConfig) -> Row:
    return trace_to_row(
        None,
        sample_id=sample.sample_id,
        request_ids=[],
        method=DIRECT,
        teacher=config.teacher.model,
        dialect=config.dialect,
        candidate=0,
        selected=True,
        text="",
        parse_error=NOTHING_KNOWN,
        prompt_hash=_prompt_hash(config),
    )
