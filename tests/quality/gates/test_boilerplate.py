"""Responses that hold nothing, among short answers and honest repetition."""

import pytest

from tests.quality.gates.judged import accused, accused_of_published, answered, caught, missed, why

CODE = "boilerplate"
NOTHING = [
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.",
    "TODO",
    "TBD",
    "asdf",
    "asdfasdf",
    "xxxx",
    "...",
    "test test",
    "[insert name here]",
    "[Insert response here]",
    "{{response}}",
    "<noinput>",
    "<nooutput>",
    "No output",
    "placeholder",
    "null",
    "Hello!",
    "Good morning.",
    "Dear user,",
    "Sure!",
    "Certainly.",
    "Sure, here is:",
    "Sure! Here is the poem you asked for:",
    "Of course! Here are some ideas:",
    "Here’s an example of how to write it:",
    "**Response goes here**",
    "I am happy to help. " * 12,
    "\n".join(f"{number}. Problem-solving skills" for number in range(1, 11)),
    "The charger is for a smartphone.\n" * 9 + "The",
    "- It is quick\n- It is cheap\n" * 8,
]
SOMETHING = [
    "42",
    "Yes.",
    "No",
    "N/A",
    "None of these.",
    "Hello! How can I help you today?",
    "Sure! The capital of France is Paris.",
    "Here is the answer: 42",
    "Here are three:\n- a\n- b\n- c",
    "Lorem ipsum is filler text that typesetters use.",
    "Dear [Your Name],\n\nThank you for your letter of [date].\n\nKind regards,\n[Company]",
    "The function is marked with a TODO comment.",
    "The keys asdf are where the left hand rests.",
    "Row, row, row your boat,\nGently down the stream.\nMerrily, merrily, merrily,\nLife is but a dream.",
    "E7 | E7 | E7 | E7 | A7 | A7 | E7 | E7 | B7 | A7 | E7 | E7 | E7 | E7 | E7 | E7 | A7 | A7 | E7 | E7",
    "| | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | | |",
    "I have a dream. It is deep. I have a dream. It is wide. I have a dream that all of us will see the day.",
    "a = 1\nb = 1\nc = 1\nd = 1\ne = 1\nf = 1\ng = 1",
    "",
]


def test_every_planted_filler_is_found() -> None:
    assert missed(CODE, NOTHING) == []


def test_short_answers_templates_and_refrains_are_no_filler() -> None:
    assert accused(CODE, SOMETHING) == []


def test_the_prompt_given_back_is_no_answer() -> None:
    prompt = "Write a short letter to a friend who moved away."
    rows = answered(prompt, f"  {prompt}\n", f"{prompt} Dear Ann, how are you?", prompt=prompt)
    assert caught(CODE, rows) == [True, True, False]


def test_a_short_prompt_may_be_its_own_answer() -> None:
    assert caught(CODE, answered("Say cheese!", prompt="Say cheese!")) == [False]


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("Give me a paragraph of lorem ipsum.", NOTHING[0]),
        ("I need some placeholder text for a page.", NOTHING[0]),
        ("hello", "Hello!"),
        ("Say good morning to me", "Good morning."),
        ("Write 'I am happy to help.' twelve times.", "I am happy to help. " * 12),
        ("Repeat it until I say stop.", "I am happy to help. " * 12),
    ],
)
def test_what_the_prompt_asks_for_is_an_answer(prompt: str, text: str) -> None:
    assert caught(CODE, answered(text, prompt=prompt)) == [False]
    assert caught(CODE, answered(text)) == [True]


def test_a_record_without_a_prompt_is_judged_by_its_response() -> None:
    rows = [
        {**row, "prompt": []} for row in answered("TODO", NOTHING[0], "I am happy to help. " * 12, "Paris")
    ]
    assert caught(CODE, rows) == [True, True, True, False]


def test_it_is_said_what_was_found() -> None:
    prompt = "Write a short letter to a friend who moved away."
    assert why(CODE, answered("TODO")[0]).found == "response 2: TODO"
    assert why(CODE, answered(prompt, prompt=prompt)[0]).found == "response 2: the prompt again"
    told = why(CODE, answered(NOTHING[-1])[0]).found
    assert told == "response 2: over and over: - It is quick - It is cheap"


# Read one by one: each is a stand-in, an echo, or a loop.
@pytest.mark.parametrize(("name", "number"), [("pandalm", 25), ("llmfao", 28), ("oasst", 0), ("hh-rlhf", 1)])
def test_what_is_accused_in_public_sets_says_nothing(name: str, number: int) -> None:
    assert len(accused_of_published(CODE, name)) == number
