"""Called as TRL's GRPOTrainer calls a reward function: by keyword, plain or conversational, with extras."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.model import MODEL_FILES, LinearRewardModel
from rampart.retrain.linear.reward import completion_text, load_reward, prompt_text
from rampart.retrain.linear.train import train
from rampart.retrain.snapshot import build_snapshot
from tests.retrain.planted import batch, planted_rows

PROMPTS = ["What is a wall?", "What is a roof?"]
ANSWERS = ["clear precise helpful sourced correct words", "vague wrong rambling rude invented words"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model, _ = train(build_snapshot([batch(planted_rows(300, seed=1))]).pairs, LinearConfig())
    written = tmp_path_factory.mktemp("model")
    for name, data in zip(MODEL_FILES, model.to_files(), strict=True):
        (written / name).write_bytes(data)
    return written


def kept(folder: Path) -> LinearRewardModel:
    return LinearRewardModel.from_files(*((folder / name).read_bytes() for name in MODEL_FILES))


def test_a_plain_prompt_is_one_user_message_and_scores_are_the_models(folder: Path) -> None:
    rewards = load_reward(folder)(
        prompts=PROMPTS, completions=ANSWERS, completion_ids=[[1], [2]], level=[1, 2]
    )
    assert rewards == kept(folder).score([f"user: {prompt}" for prompt in PROMPTS], ANSWERS).tolist()
    assert all(type(reward) is float for reward in rewards)
    assert rewards[0] > rewards[1]


def test_conversations_score_as_the_texts_they_hold(folder: Path) -> None:
    prompts = [[{"role": "user", "content": prompt}] for prompt in PROMPTS]
    completions = [[{"role": "assistant", "content": answer}] for answer in ANSWERS]
    reward = load_reward(folder)
    assert reward(prompts=prompts, completions=completions) == reward(PROMPTS, ANSWERS)


def test_every_turn_of_a_conversation_is_read_as_in_a_snapshot() -> None:
    turns = [("system", "Be brief."), ("user", "Hello"), ("assistant", "Hi"), ("user", "A wall?")]
    messages = [{"role": role, "content": content} for role, content in turns]
    # A file that holds one judgement of that conversation gives the same text.
    row = planted_rows(1, seed=3)[0] | {"prompt": messages}
    assert prompt_text(messages) == build_snapshot([batch([row])]).pairs["prompt"][0].as_py()


def test_of_a_completion_the_assistants_text_is_read_and_parts_that_are_none_are_left_out() -> None:
    said: list[dict[str, Any]] = [
        {"role": "assistant", "content": None, "tool_calls": [{"name": "search"}]},
        {"role": "tool", "content": "found"},
        {"role": "assistant", "content": [{"type": "text", "text": "A "}, {"type": "text", "text": "wall"}]},
        {"role": "assistant", "content": [{"type": "image"}]},
    ]
    assert completion_text(said).split() == ["A", "wall"]


def test_trl_finds_the_name_it_logs_by(folder: Path) -> None:
    assert getattr(load_reward(folder), "__name__", None) == "rampart_linear"


def test_a_completion_without_its_prompt_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="2 prompts and 1 responses"):
        load_reward(folder)(PROMPTS, ANSWERS[:1])


def test_length_can_be_taken_out_of_any_models_rewards(folder: Path) -> None:
    prompts, answers = ["same"] * 2, ["clear " * 4, "clear " * 40]
    free, neutral = (load_reward(folder, length_neutral=is_) for is_ in (False, True))
    slope = kept(folder).length_slope
    taken = slope * (np.log1p(len(answers[1])) - np.log1p(len(answers[0])))
    gap, other = (np.diff(reward(prompts, answers))[0] for reward in (free, neutral))
    assert slope != 0
    assert gap - other == pytest.approx(taken, rel=1e-5)


def test_a_folder_without_a_model_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no model.safetensors; give the folder of a finished run"):
        load_reward(tmp_path)
