from dataclasses import replace

from data.dialects import Parsed
from data.sample import Sample, Task
from data.scoring import score_answer
from data.trace import Answer, Trace
from models.student.stopping import StopReason
from models.student.turns import Episode
from models.teacher.judge.config import JudgeKind
from models.teacher.judge.judge import Judgement
from models.training.config import RewardConfig
from models.training.rewards import AskingReward, RewardContext, make_rewards
from models.training.rollout import Draw, Group, Rollout, Shown, Stream

EPISODE = Episode((), StopReason.END, (1,), (True,), prompt_tokens=1, image_tokens=1, seed=0)
SAMPLE = Sample("smp_a", "made", "train", Task.TEXT, ("img_a",), "What colour?", answer="dark red")


def group(*answers: str | None, sample: Sample = SAMPLE) -> Group:
    traces = [None if text is None else Trace(answer=Answer(text)) for text in answers]
    rollouts = [
        Rollout(f"rol_{index}", index, EPISODE, Parsed(trace), score_answer(sample, trace.answer if trace else None))
        for index, trace in enumerate(traces)
    ]
    return Group("grp_a", 0, 1, Shown(Draw("smp_a"), sample, Stream.SINGLE, "textual", []), tuple(rollouts))


def test_the_judge_is_asked_of_each_answer_that_can_be_read_and_its_word_counts() -> None:
    (reward,) = make_rewards({"judged_answer": RewardConfig(weight=1)})
    asked = group("crimson", "blue", None)
    words = {("rol_0", JudgeKind.ANSWER): Judgement(1.0), ("rol_1", JudgeKind.ANSWER): Judgement(None, "lost")}
    context = RewardContext(seed=0, words=words)
    assert isinstance(reward, AskingReward)
    assert [question.subject_id for question in reward.questions(asked, context)] == ["rol_0", "rol_1"]
    assert reward.score(asked, context) == [{"judged_answer": 1.0}, {"judged_answer": None}, {"judged_answer": 0.0}]


def test_where_no_answer_is_known_no_rollout_has_a_value() -> None:
    (reward,) = make_rewards({"judged_answer": RewardConfig(weight=1)})
    asked = group("crimson", None, sample=replace(SAMPLE, answer=None))
    words = {("rol_0", JudgeKind.ANSWER): Judgement(None, "nothing is known of the answer")}
    assert reward.score(asked, RewardContext(seed=0, words=words)) == [{"judged_answer": None}] * 2
