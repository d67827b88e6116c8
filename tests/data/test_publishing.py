from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass
from typing import Any

from PIL import Image

from data.cropping import ZoomConfig, crop_image
from data.curation.config import PublishConfig
from data.images import png
from data.publishing import publish_rows, split_of
from data.rows import trace_to_row
from data.sample import Role, Sample, Task
from data.tables import arrow
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace, Zoom
from data.viewing import ViewConfig

KNOWN = PlacedBox(10, 10, 30, 30, 0, None, Role.ANSWER)
SAMPLE = Sample("smp_1", "set", "train", Task.BOX, ("img_1",), "Where?", boxes=(KNOWN,))
TRACE = Trace((Step("Here it is.", (Mention(4, PlacedPoint(20, 20)),)),), Answer(boxes=(KNOWN,)))

PIXELS = ViewConfig(space="pixel")
CLOSE = ZoomConfig(half_px=10, side_px=40)


@dataclass(frozen=True)
class Speaker:
    dialect: str = "vigorl"
    prompt: str = "terse"
    view: ViewConfig = PIXELS
    zoom: ZoomConfig = CLOSE


class Pictures:
    """Every image is a red one of 100 x 60 pixels with a blue corner."""

    def open(self, image_id: str) -> Image.Image:
        image = Image.new("RGB", (100, 60), "red")
        image.paste("blue", (75, 45, 100, 60))
        return image

    def bytes(self, image_id: str) -> bytes:
        buffer = io.BytesIO()
        self.open(image_id).save(buffer, "PNG")
        return buffer.getvalue()

    def size(self, image_id: str) -> tuple[int, int]:
        return 100, 60


def row(trace: Trace | None, candidate: int = 0, **more: Any) -> dict[str, Any]:
    origin = {"sample_id": "smp_1", "method": "direct", "dialect": "vigorl", "candidate": candidate, "text": "said", "request_ids": []}
    return trace_to_row(trace, **(origin | {"selected": True} | more))


def publish(
    traces: list[dict[str, Any]], config: PublishConfig | None = None, student: Speaker | None = None, dropped: tuple[str, ...] = ()
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    verdicts = [{"trace_id": trace["trace_id"], "kept": trace["trace_id"] not in dropped} for trace in traces]
    rows, refused = publish_rows([SAMPLE], traces, verdicts, Pictures(), student or Speaker(), config or PublishConfig())
    return list(rows), refused


def test_a_kept_trace_becomes_a_conversation_with_its_images() -> None:
    ((made,), refused) = publish([row(TRACE)])
    assert refused == []
    assert made["messages"][1]["content"][0]["text"].endswith("<answer>(10, 10, 30, 30)</answer>")
    assert [image["bytes"] for image in made["images"]] == [Pictures().bytes("img_1")]
    assert arrow("sft", [made]).num_rows == 1


def test_a_dropped_trace_is_neither_published_nor_refused() -> None:
    trace = row(TRACE)
    assert publish([trace], dropped=(trace["trace_id"],)) == ([], [])


def test_the_config_may_ask_for_another_dialect_than_the_students() -> None:
    ((made,), _) = publish([row(TRACE)], PublishConfig(dialect="ivgr"))
    assert made["dialect"] == "ivgr"
    assert "<box>[10,10,30,30]</box>" in made["messages"][1]["content"][0]["text"]


def test_what_the_task_needs_and_the_dialect_cannot_write_is_refused() -> None:
    trace = row(dataclasses.replace(TRACE, answer=Answer("there")))
    made, (refusal,) = publish([trace])
    assert made == []
    assert refusal["locator"] == trace["trace_id"]
    assert refusal["reason"] == "not_carried"
    assert "no answer of the form" in refusal["detail"]


def test_an_answer_on_an_image_that_is_not_there_is_refused() -> None:
    trace = row(dataclasses.replace(TRACE, answer=Answer(boxes=(dataclasses.replace(KNOWN, image_index=1),))))
    assert [one["reason"] for one in publish([trace])[1]] == ["not_carried"]


def test_the_same_text_is_published_once() -> None:
    made, refused = publish([row(TRACE), row(TRACE, 1)], PublishConfig(traces_per_sample=5))
    assert len(made) == 1
    assert [one["reason"] for one in refused] == ["duplicate"]


def test_a_sample_has_no_more_traces_than_asked_for() -> None:
    other = dataclasses.replace(TRACE, steps=(Step("There."),))
    made, refused = publish([row(other, 1), row(TRACE, 0)])
    assert [one["trace_id"] for one in made] == [row(TRACE, 0)["trace_id"]]
    assert [one["reason"] for one in refused] == ["enough"]


def test_what_was_not_selected_is_refused() -> None:
    assert [one["reason"] for one in publish([row(TRACE, selected=False)])[1]] == ["not_selected"]


def test_a_trace_of_an_unknown_sample_is_refused() -> None:
    assert [one["reason"] for one in publish([row(TRACE, sample_id="smp_9")])[1]] == ["no_sample"]


def test_a_share_of_the_training_samples_is_for_validation() -> None:
    samples = [dataclasses.replace(SAMPLE, sample_id=f"smp_{number}") for number in range(2000)]
    splits = [split_of(sample, 0.2) for sample in samples]
    assert 330 < splits.count("validation") < 470
    assert {split_of(sample, 0.0) for sample in samples} == {"train"}
    assert split_of(dataclasses.replace(SAMPLE, split="test"), 1.0) == "test"


def test_a_larger_share_keeps_what_a_smaller_one_took() -> None:
    samples = [dataclasses.replace(SAMPLE, sample_id=f"smp_{number}") for number in range(200)]
    small = {sample.sample_id for sample in samples if split_of(sample, 0.1) == "validation"}
    assert small <= {sample.sample_id for sample in samples if split_of(sample, 0.3) == "validation"}


def looking(x: float, y: float) -> Trace:
    return Trace((Step("Small.", (), (Zoom(PlacedPoint(x, y)),)),), Answer(boxes=(KNOWN,)))


def test_a_zoom_brings_its_crop() -> None:
    ((made,), _) = publish([row(looking(90, 50))], student=Speaker(dialect="vigorl_zoom"))
    blocks = [block["type"] for message in made["messages"] for block in message["content"]]
    assert blocks.count("image") == len(made["images"]) == 2
    assert made["images"][1]["bytes"] == png(crop_image(Pictures().open("img_1"), 90, 50, CLOSE))


def test_a_look_off_the_image_is_refused_and_the_rows_beside_it_are_not() -> None:
    made, (refusal,) = publish([row(looking(101, 50)), row(looking(90, 50), 1)], student=Speaker(dialect="vigorl_zoom"))
    assert len(made) == 1
    assert (refusal["reason"], refusal["detail"]) == ("outside", "(101, 50) on image 1 of 100x60")
