"""Responses that break off, among complete ones that end as they like."""

import pytest

from tests.quality.gates.judged import accused, accused_of_published, answered, caught, missed, published, why

CODE = "truncated_response"
PROSE = (
    "The tide is the rise and fall of the sea. It is caused by the pull of the moon and the sun. "
    "Twice a day the water comes in, and twice a day it goes out. On some coasts the difference is more than "
    "ten metres; on others one hardly sees it. "
)
LAST = "Fishermen have always watched the tides because harbours fall dry"
BROKEN = [
    "Here is the function:\n\n```python\ndef add(a, b):\n    return a",
    "First:\n```sh\nls\n```\nThen:\n```sh\ncd /tmp",
    "The best way to learn the language is to spend a year in the",
    "You can visit the museum, the old harbour and",
    "There are many reasons for it, among them the price,",
    "The recipe needs flour, eggs, butter and two kinds of sugar (",
    "It is a very well-",
    "Things to pack:\n- a warm coat\n- two pairs of socks\n-",
    "My reasons:\n1. It is cheaper.\n2. It is quicker.\n3.",
    "Der Zug fährt jeden Morgen um acht Uhr ab und",
    PROSE + "\n\nAnother thing that is worth knowing about the sea is that its salt comes from rock",
    "今日は天気がいいです。散歩に行きましょう。公園には花がたくさん咲いています。それから私たちは",
]
WHOLE = [
    "42",
    "Paris",
    "x = 2",
    "a, b, c",
    "Plan A",
    "Vitamin A",
    "Sincerely,\nJohn Smith",
    PROSE + "Best wishes,\n\nYour harbour master",
    "The Great Gatsby by F. Scott Fitzgerald",
    "1. Apples\n2. Pears\n3. Plums",
    "- Paris\n- London\n- Berlin",
    "# Title\n\n- one\n- two",
    "```python\nprint(1)\n```",
    "Use ``` to open a block.",
    "```cout << text```",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    'print("hello")',
    "See https://example.com/a/path",
    PROSE + "Read more at https://example.com/tides",
    PROSE + "#sea #tides #moon",
    PROSE + "😀",
    "It is done (at last)",
    'He said "good"',
    "それは本当です。",
    "是的！",
    "क्या यह सच है?",
    "नहीं, यह सच नहीं है।",
    "هل هذا صحيح؟",
    "Roses are red\nViolets are blue\nSugar is sweet\nAnd so are you",
    "That depends on what you are looking for",
    "I think php",
    "Yes. No. Maybe",
    "E7 | A7 | E7 | B7",
    "The answer is: the letter a",
    PROSE,
    "",
]


def test_every_planted_break_is_found() -> None:
    assert missed(CODE, BROKEN) == []


def test_what_ends_without_a_full_stop_is_not_broken_off_for_that() -> None:
    assert accused(CODE, WHOLE) == []


def test_prose_is_broken_off_wherever_its_last_sentence_is_cut() -> None:
    cuts = [PROSE + LAST[:end] for end in range(1, len(LAST)) if LAST[end - 1] not in " F"]
    assert len(cuts) > 50
    assert missed(CODE, cuts) == []


def test_a_capital_alone_may_be_what_a_text_ends_in() -> None:
    assert accused(CODE, [PROSE + "F"]) == []


def test_a_long_text_that_does_not_end_is_cut_where_the_contract_knows_the_limit() -> None:
    line = "-".join(["word"] * 20)  # 99 characters of no prose
    short, near, ended = line[:90], line[:98], line[:98] + "."
    rows = answered(short, near, ended)
    assert caught(CODE, rows, max_response_chars=100) == [False, True, False]
    assert caught(CODE, rows) == [False, False, False]


def test_it_is_said_what_shows_it() -> None:
    row = answered(BROKEN[2])[0]
    told = why(CODE, row)
    assert told.found == f"response 2: it ends in “the”: “…{BROKEN[2][-60:]}”"
    assert told.expected == "responses that come to an end"
    assert "a code block is open" in why(CODE, answered(BROKEN[0])[0]).found
    long = answered("word-" * 19 + "word")[0]
    assert "99 characters long and without an end" in why(CODE, long, max_response_chars=100).found


# Read one by one. All but about six of llmfao's break off within a sentence, a list or a block; those six
# lack only the last stop, which the limit on tokens took. The two of oasst are whole: people left the last
# stop out.
@pytest.mark.parametrize(
    ("name", "broken", "whole"), [("pandalm", 6, 0), ("llmfao", 64, 0), ("oasst", 0, 2), ("hh-rlhf", 7, 0)]
)
def test_on_public_sets_hardly_a_complete_answer_is_accused(name: str, broken: int, whole: int) -> None:
    found = accused_of_published(CODE, name)
    assert len(found) <= broken + whole
    assert len(published(name)) > 300
    assert len(found) >= broken
