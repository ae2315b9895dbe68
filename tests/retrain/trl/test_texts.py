from typing import Any

import pytest

from rampart.retrain.trl.worker.texts import ids_of, text_of, turns_of


class Plain:
    """A tokenizer without a template: a character is a token."""

    chat_template: str | None = None

    def __call__(self, text: str, add_special_tokens: bool) -> dict[str, list[int]]:
        assert not add_special_tokens
        return {"input_ids": [ord(character) for character in text]}


class Chat(Plain):
    """One with a template."""

    chat_template = "…"

    def apply_chat_template(self, messages: list[dict[str, Any]], tokenize: bool) -> str:
        assert not tokenize
        return "".join(f"<{message['role']}>{message['content']}" for message in messages)


@pytest.mark.parametrize(
    ("prompt", "turns"),
    [
        ("user: Why?", [("user", "Why?")]),
        (
            "system: Be brief.\n\nuser: Why?\n\nassistant: So.\n\nuser: And?",
            [("system", "Be brief."), ("user", "Why?"), ("assistant", "So."), ("user", "And?")],
        ),
        ("user: One.\n\nTwo: three", [("user", "One.\n\nTwo: three")]),
        ("no role at all", [("user", "no role at all")]),
    ],
)
def test_a_prompt_s_turns_are_found_again(prompt: str, turns: list[tuple[str, str]]) -> None:
    assert [(turn["role"], turn["content"]) for turn in turns_of(prompt)] == turns


def test_without_a_template_the_text_is_what_grpo_hands_to_a_reward_model() -> None:
    prompt, completion = "user: Why?\n\nassistant: ", "So."
    assert text_of(Plain(), "user: Why?", "So.") == prompt + completion
    assert ids_of(Plain(), "user: Why?", "So.") == [ord(character) for character in prompt + completion]


def test_with_a_template_prompt_and_response_go_through_it() -> None:
    assert text_of(Chat(), "user: Why?", "So.") == "<user>Why?<assistant>So."
