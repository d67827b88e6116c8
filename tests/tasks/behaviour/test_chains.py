"""Chains of answers that an embedded endpoint gave twice, the second time beside crops of what it looked at."""

from data.dialects import get_dialect
from data.evidence import EvidenceConfig
from data.viewing import ViewConfig
from models.exams.config import AskingConfig, EndpointConfig, EvaluateConfig
from models.student.config import StudentConfig
from tasks.behaviour.chains import Chain, Chains, Reading
from tasks.behaviour.subjects import find_subjects
from tasks.evaluate import evaluate_student
from tasks.stage import Stage
from tests.tasks.conftest import StageRuns

ASKED = StudentConfig(dialect="ivgr", prompt="spelled", view=ViewConfig(space="grid:1000"))
SAID_IN = ("ivgr", EvidenceConfig().dialect)
CROPS = {"crops": AskingConfig(evidence=EvidenceConfig())}


def test_the_chain_of_an_answer_beside_crops_has_the_steps_of_both_replies(stage_run: StageRuns) -> None:
    config = EvaluateConfig(endpoint=EndpointConfig(), checkpoints=[], limit=2, modes=CROPS)
    run = stage_run(Stage.EVALUATE, config, student=ASKED, without=("checkpoints",))
    evaluate_student.fn(run)
    found = find_subjects(run.store, "latest")
    chains = Chains(run.store, found, Reading())
    for subject in found.subjects:
        chain, row = chains.read(subject), subject.row
        assert isinstance(chain, Chain), chain
        frames = ASKED.view.frames([(100, 100)] * len(chain.sample.image_ids))
        texts = [turn["text"] for turn in row["turns"] if turn["role"] == "assistant"]
        both = [get_dialect(name).parse(text, frames, chain.sample.task).trace for name, text in zip(SAID_IN, texts, strict=True)]
        assert [step.thought for step in chain.trace.steps] == [step.thought for one in both if one for step in one.steps]
        assert (chain.trace.answer.text, len(chain.trace.answer.points)) == (row["answer"], len(row["points"]))
