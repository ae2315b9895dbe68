"""The linear reward model as a reward function of TRL's GRPOTrainer (`reward_funcs`).

    from rampart.retrain.linear.reward import load_reward

    trainer = GRPOTrainer(model, reward_funcs=load_reward("models/3f9c…"), train_dataset=prompts)

It needs no TRL, and no accelerator. As a reward it is an instrument for trying a pipeline out and for looking
at what a policy would learn from the data, not the reward model you ship: it reads words and style, and a
policy finds what it can be fooled with in a few hundred steps.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from rampart.retrain.linear.model import MODEL_FILES, LinearRewardModel

Message = Mapping[str, Any]  # role, and content: a text, or parts of which those of type text are read
Said = str | Sequence[Message]  # TRL's plain or conversational form


class Reward(Protocol):
    """A reward function as TRL calls it; TRL logs it by its name, `rampart_linear`."""

    def __call__(self, prompts: Sequence[Said], completions: Sequence[Said], **_: object) -> list[float]:
        """One score for each completion, higher is better; only differences within a prompt mean anything.

        Args:
            prompts: n texts (each one user message), or n conversations.
            completions: n texts, or n lists of messages, whose assistant messages are read.
            _: what else TRL hands over (token ids, the data set's other columns); not looked at.

        Raises:
            ValueError: when there are not as many completions as prompts.
        """
        ...


def load_reward(folder: str | Path, *, length_neutral: bool | None = None) -> Reward:
    """The reward function of a trained model.

    Args:
        folder: with the run's `model.safetensors` and `model.json`, as under `models/<run id>/` of the store.
        length_neutral: score without what length alone explains; None does as the model was trained to.

    Raises:
        FileNotFoundError: when the folder lacks one of the two files.
        ValueError: when they were written by a version this one cannot read.
    """
    for name in MODEL_FILES:
        if not (Path(folder) / name).is_file():
            raise FileNotFoundError(
                f"{folder} has no {name}; give the folder of a finished run of the linear backend, "
                "models/<run id> in the store"
            )
    model = LinearRewardModel.from_files(*((Path(folder) / name).read_bytes() for name in MODEL_FILES))
    return reward_of(model if length_neutral is None else model.with_length(neutral=length_neutral))


def reward_of(model: LinearRewardModel) -> Reward:
    """The reward function of a model at hand."""

    def rampart_linear(prompts: Sequence[Said], completions: Sequence[Said], **_: object) -> list[float]:
        written = [prompt_text(prompt) for prompt in prompts]
        answers = [completion_text(completion) for completion in completions]
        return [float(score) for score in model.score(written, answers)]

    return rampart_linear


def prompt_text(prompt: Said) -> str:
    """A prompt as the model was trained to read it (`rampart.retrain.snapshot.rendered`)."""
    messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
    return "\n\n".join(f"{message.get('role') or ''}: {_text(message)}" for message in messages)


def completion_text(completion: Said) -> str:
    """The text of a completion: of messages, what the assistant says in them."""
    if isinstance(completion, str):
        return completion
    said = [_text(message) for message in completion if message.get("role") == "assistant"]
    return "\n\n".join(said)


def _text(message: Message) -> str:
    content = message.get("content")
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(part.get("text") or "" for part in content if part.get("type") == "text")
