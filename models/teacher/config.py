"""Teacher settings: whom to ask, what, and how often."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from data.config import Section
from data.viewing import ViewConfig
from models.teacher.linearize.config import LinearizeConfig
from models.teacher.textualize.config import TextualizeConfig
from models.teacher.tree.config import TreeConfig

REACHING = frozenset(
    {
        "attempts",
        "base_url",
        "breaks_after",
        "in_flight",
        "key_variable",
        "patience_s",
        "prices",
        "requests_per_minute",
        "timeout_s",
        "tokens_per_minute",
    }
)
"""Settings of an endpoint that say how it is reached and not what it is asked; no part of a key."""
URL_MARKS = ("@", "?", "#")
"""Of an address that holds more than a server and a path."""
EMBEDDED = "embedded"
"""The provider whose server runs for the stage's time and costs nothing."""


class Price(Section):
    """What a model costs, in dollars per million tokens."""

    prompt: float = Field(ge=0)
    completion: float = Field(ge=0)

    def dollars(self, prompt_tokens: float, completion_tokens: float) -> float:
        """The cost of so many tokens."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


class TeacherConfig(Section):
    """An OpenAI-compatible endpoint. Its key comes from the environment or a Prefect Secret and is no setting."""

    provider: str = EMBEDDED
    """``embedded`` starts the loopback teacher for the stage's time; any other word names the endpoint in ``requests``."""
    model: str = "embedded-sight"
    base_url: str | None = None
    key_variable: str = "OPENAI_API_KEY"
    """The environment variable, or else the Prefect Secret of that name in lower case with dashes, that holds the key."""
    temperature: float = Field(default=0.7, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=512, gt=0)
    in_flight: int = Field(default=64, gt=0)
    """Calls open at the same time, of all shards that run in one process."""
    requests_per_minute: float | None = Field(default=None, gt=0)
    """The most that one process sends. Where the server answers that it is busy, less is sent for a while, with or without a limit."""
    tokens_per_minute: float | None = Field(default=None, gt=0)
    """Prompt and completion together; a call is taken to cost what calls have cost so far."""
    timeout_s: float = Field(default=120.0, gt=0)
    """From sending a request to the last byte of its reply."""
    attempts: int = Field(default=8, gt=0)
    """Tries of one call, the first included."""
    breaks_after: int = Field(default=20, gt=0)
    """Tries in a row, whatever their call, that find the endpoint down before only one call at a time tries it."""
    patience_s: float = Field(default=60.0, ge=0)
    """How long an endpoint may be down before the run ends."""
    prices: dict[str, Price] = {}
    """By the model's name. Without its price the cost of a call is null; that of the teacher which runs for the stage's time is 0. Not part
    of the stage key."""

    @field_validator("base_url")
    @classmethod
    def _is_plain(cls, value: str | None) -> str | None:
        """Without what may be a secret, which tables and messages would repeat; so does not the error."""
        if found := [mark for mark in URL_MARKS if mark in (value or "")]:
            told = "a key comes from the environment variable or Prefect Secret that key_variable names"
            raise ValueError(f"the address should have no user, password, query or fragment, and has {' and '.join(found)}; {told}")
        return value

    @property
    def price(self) -> Price | None:
        """The price of the model, where it is known."""
        is_own = self.provider == EMBEDDED and self.base_url is None
        return self.prices.get(self.model, Price(prompt=0, completion=0) if is_own else None)


class BudgetConfig(Section):
    """The most that one run newly pays; a reply that is on disk is free. What is not given has no limit."""

    calls: int | None = Field(default=None, ge=0)
    """Calls that are sent, those that fail included."""
    tokens: int | None = Field(default=None, ge=0)
    """Prompt and completion together, as the endpoint counts them; a reply that it does not count is taken to cost what others did, or the
    ``max_tokens`` that it may have where none was counted."""
    dollars: float | None = Field(default=None, ge=0)
    """By the table of prices."""

    def note(self, unfinished: int, what: str, again: str) -> str | None:
        """That the budget ended a run, and what goes on with it; None where nothing is unfinished."""
        caps = ", ".join(f"{name} {cap:g}" for name, cap in self.model_dump(exclude_none=True).items())
        return f"the budget ({caps}) is spent and {unfinished} {what} are unfinished; {again}" if unfinished else None


def check_priced(budget: BudgetConfig, teacher: TeacherConfig, section: str, name: str = "teacher") -> None:
    """Raise ``ValueError`` where a section of a recipe caps dollars and does not say what its model costs; ``name`` is the endpoint's."""
    if budget.dollars is not None and teacher.price is None:
        known = ", ".join(teacher.prices) or "none"
        raise ValueError(f"{section}.budget.dollars needs {section}.{name}.prices.{teacher.model!r}; prices are known of: {known}")


class RationalizeConfig(Section):
    """How known answers are explained."""

    pick: bool = True
    """Whether the teacher picks the best of a sample's candidates; without it all of them are selected."""
    pick_attempts: int = Field(default=3, gt=0)
    """How often it is asked for a pick that can be read."""


class GenerateConfig(Section):
    """How traces are made."""

    method: Literal["direct", "rationalize", "tree", "textualize", "imported"] = "direct"
    then: list[Literal["textualize"]] = []
    """Methods that go on from the traces that ``method`` made of a sample."""
    dialect: str = "vigorl"
    """The dialect the teacher is asked to write; coordinates are in the ``space``."""
    space: str = "pixel"
    """The space the teacher writes in: ``pixel``, ``resized``, ``unit`` or ``grid:N``."""
    candidates: int = Field(default=1, gt=0)
    """Traces asked for per sample."""
    domain: Literal["auto", "spatial", "web_grounding", "web_action", "visual_search", "box", "multi_box", "general"] = "auto"
    """What kind of looking the teacher is told of; ``auto`` goes by the sample (``models.teacher.domains``)."""
    rationalize: RationalizeConfig = RationalizeConfig()
    tree: TreeConfig = TreeConfig()
    linearize: LinearizeConfig = LinearizeConfig()
    splits: list[str] = ["train"]
    datasets: list[str] | None = None
    """Data sets whose samples get traces, as ``samples.dataset`` names them; None takes all."""
    shard_size: int = Field(default=512, gt=0)
    """Samples per Prefect task; not part of the stage key."""
    textualize: TextualizeConfig = TextualizeConfig()
    teacher: TeacherConfig = TeacherConfig()
    budget: BudgetConfig = BudgetConfig()

    @property
    def methods(self) -> tuple[str, ...]:
        """All methods in their order."""
        return (self.method, *self.then)

    @field_validator("space")
    @classmethod
    def _is_space(cls, value: str) -> str:
        return ViewConfig(space=value).space

    @model_validator(mode="after")
    def _is_priced(self) -> Self:
        check_priced(self.budget, self.teacher, "generate")
        return self
