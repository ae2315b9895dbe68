"""A prompt and a response as the tokens a model reads: the same in training, in scoring and in GRPO.

With a chat template, the prompt's turns and the response go through it. Without one, they are plain text with
``assistant: `` before the response and nothing after it, for GRPOTrainer hands a completion to a reward model
without an end-of-text token.
"""

import re
from typing import Any

# How a snapshot writes a conversation: ``role: content``, a blank line between turns.
_TURN = re.compile(r"(?:^|\n\n)(system|user|assistant|tool): ")


def turns_of(prompt: str) -> list[dict[str, str]]:
    """The turns of a prompt as a snapshot writes it.

    A blank line and a role's name inside a turn look like the next turn, and are taken for it: the snapshot
    does not tell the two apart.
    """
    found = list(_TURN.finditer(prompt))
    if not found or found[0].start() != 0:
        return [{"role": "user", "content": prompt}]
    ends = [*(match.start() for match in found[1:]), len(prompt)]
    return [
        {"role": match[1], "content": prompt[match.end() : end]}
        for match, end in zip(found, ends, strict=True)
    ]


def text_of(tokenizer: Any, prompt: str, response: str) -> str:
    """What the model reads, as text."""
    if tokenizer.chat_template is None:
        return f"{prompt}\n\nassistant: {response}"
    messages = [*turns_of(prompt), {"role": "assistant", "content": response}]
    return str(tokenizer.apply_chat_template(messages, tokenize=False))


def ids_of(tokenizer: Any, prompt: str, response: str) -> list[int]:
    """What the model reads, as tokens."""
    # Like GRPOTrainer: a template brings its own special tokens, and plain text has none.
    ids = tokenizer(text_of(tokenizer, prompt, response), add_special_tokens=False)["input_ids"]
    return [int(token) for token in ids]
