"""Faults of instruction data that code can see are found, and what it cannot read it does not judge."""

import itertools
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from contracts.model import Contract
from contracts.terms.annotation import Demonstration
from quality.gates.batch.demonstrations.answers import computed, final_answer
from quality.gates.batch.demonstrations.arithmetic import _value as value_of
from quality.gates.batch.demonstrations.arithmetic import false_steps
from quality.gates.batch.demonstrations.checklist import SAMPLE, checklist
from quality.gates.batch.demonstrations.contradictions import contradicting
from quality.gates.batch.demonstrations.reasoning import judged, unreached
from quality.gates.batch.demonstrations.templates import templated
from tests.quality.gates.delivered import record, response, table, terms

RIGHT = "She sold 48/2 = 24 clips in May. In all she sold 48 + 24 = 72 clips. #### 72"
TEMPLATE = (
    "Thank you for this very interesting question about {}. To answer it properly we first have to look at "
    "what is known, then weigh every side of the matter with care, and only then say what follows from it "
    "all. Having done so one can say that {} is best understood as a thing of its own kind."
)


def asking(**limits: Any) -> Contract:
    return terms(
        annotation={"scheme": Demonstration(kind="demonstration")}, audits={"demonstrations": limits}
    )


def written(*pairs: tuple[str, str]) -> pa.Table:
    return table(
        *(
            record(n, prompt=[{"role": "user", "content": prompt}], responses=[response(text)])
            for n, (prompt, text) in enumerate(pairs)
        )
    )


@pytest.mark.parametrize(
    "text",
    [
        "3 + 4 = 8",
        "so 48/2 = 25 clips",
        "(2 + 1) x 4 = 11",
        "$20 - $5 = $14",
        "10 / 4 = 3.5",
        "<<5*5=26>>26",
        "-3 + 5 = 3",
    ],
)
def test_a_false_equation_of_plain_numbers_is_found(text: str) -> None:
    assert len(false_steps(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "3 + 4 = 7",
        "10 / 3 = 3.33",
        "2/3 + 0 = 0.67",
        "1,000 + 1 = 1,001",
        "2 * (3 + 4) = 14",
        "5 - 2 + 3 = 6",
        "x + 3 + 4 = 9",
        "2x + 3 = 8",
        "10% of 50 + 3 = 8",
        "7 mod 3 + 1 = 2",
        "3 + 4 = 7 + 1",
        "f(3 + 4) = 8",
        "2^3 + 1 = 9",
        "3 + 4 = 7.5%",
        "12:30 + 1 = 13",
        "x = 12\n- 4 + 5 = 10",
        "6/2(1+2) = 9",
        "2024-01-05 = 3",
        "1 / 0 = 5",
        "((((3 + 4 = 8",
        "9" * 400 + " + 1 = 2",
    ],
)
def test_what_holds_or_is_no_equation_of_plain_numbers_is_left_alone(text: str) -> None:
    assert false_steps(text) == ()


@pytest.mark.parametrize(
    "text", ["__import__('os').getcwd()", "2 ** 9", "[1][0]", "True + 1", "1 if 2 else 3"]
)
def test_nothing_but_the_four_operations_on_numbers_is_evaluated(text: str) -> None:
    assert value_of(text) is None


def test_long_and_odd_texts_are_read_in_a_moment() -> None:
    for text in ("1 + " * 5000 + "= 2", "(" * 5000 + "1 + 1", "1" * 20_000, "1 1 1 " * 3000 + "= 5"):
        assert false_steps(text) == ()
        assert final_answer(text) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("#### 72", 72),
        (r"so \boxed{1,250}", 1250),
        ("The final answer is **$3.50**.", Fraction(7, 2)),
        ("The answer: -4", -4),
        ("The answer is 12 at first, yet the answer is 13.", 13),
        ("The answer is 3x + 1", None),
        ("The answer is 50%", None),
        ("The answer is yes", None),
    ],
)
def test_a_final_answer_is_the_last_announced_number(text: str, answer: Any) -> None:
    found = final_answer(text)
    assert (found and found[0]) == answer


def test_computed_numbers_stand_behind_an_equals_sign() -> None:
    assert computed("48/2 = 24, a = 3.5, x = y, n = 3 + 4") == (Fraction(24), Fraction(7, 2))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (RIGHT, False),
        (RIGHT.replace("#### 72", "#### 73"), True),
        (RIGHT.replace("48/2 = 24", "48/2 = 26"), True),
        ("48 + 24 = 72. #### 73", None),  # one step alone is not called reasoning
        ("It is a fruit. The answer is 5", None),
        ("An essay without any number.", None),
    ],
)
def test_pseudo_reasoning_is_a_false_step_or_an_answer_the_steps_do_not_reach(
    text: str, found: bool | None
) -> None:
    assert unreached(text) is found


class Reader:
    """A judge who reads words: an answer is reached where "because" stands; asked `asked` times."""

    def __init__(self) -> None:
        self.asked = 0

    def reached(self, prompt: str, response: str) -> bool | None:
        self.asked += 1
        return None if prompt == "unsure" else "because" in response


def test_a_judge_is_asked_only_where_code_cannot_say_and_may_not_know_either() -> None:
    judge = Reader()
    pairs = [("p", RIGHT), ("p", "Yes, because."), ("p", "Yes."), ("unsure", "Yes.")]
    assert judged(pairs, judge) == (False, False, True, None)
    assert judge.asked == 3
    assert judged(pairs) == (False, None, None, None)


def test_prompts_answered_with_different_numbers_contradict_themselves() -> None:
    pairs = [("p", "#### 7"), ("p", "the answer is 7.0"), ("q", "#### 7"), ("q", "#### 8"), ("r", "#### 9")]
    assert contradicting(pairs) == (False, True)


def test_a_text_filled_into_a_template_is_found_and_one_of_its_own_is_not() -> None:
    topics = ("apples", "grammar", "the moon")
    own = (
        "Bread rises because yeast turns sugar into gas; the dough's gluten holds the bubbles, heat sets it, "
        "and what we slice later is mostly air in a web of starch that browned where it met the oven's wall."
    )
    pairs = [(f"What about {topic}?", TEMPLATE.format(topic, topic)) for topic in topics]
    assert templated([*pairs, ("Why does bread rise?", own), ("Short?", "Yes.")]) == (
        True,
        True,
        True,
        False,
        None,
    )


def test_the_same_prompt_answered_alike_is_no_template() -> None:
    assert templated([("p", TEMPLATE), ("p", TEMPLATE)]) == (False, False)


def test_of_real_answers_by_different_people_none_is_called_a_template(oasst: list[tuple[str, str]]) -> None:
    found = templated(oasst)
    assert len(found) - found.count(None) > 300
    assert True not in found


def test_other_schemes_have_no_checklist() -> None:
    assert checklist(written(("p", RIGHT)), terms()) == ()


def test_each_item_of_the_checklist_is_a_verdict_with_its_clause() -> None:
    pairs = [(f"How many in case {n}?", RIGHT) for n in range(40)]
    again = [(f"How many in case {n}?", RIGHT.replace("72", "73")) for n in range(10)]
    found = checklist(written(*pairs, *again), asking(min_checked=10), "address")
    assert [verdict.spec.metric for verdict in found] == [
        "contradicting_share",
        "unreached_share",
        "templated_share",
    ]
    contradictions, reasoning, templates = found
    assert (contradictions.status, contradictions.observed, contradictions.n) == ("fail", 1.0, 10)
    assert (reasoning.status, reasoning.observed, reasoning.n) == ("fail", 0.2, 50)
    assert templates.status == "not_testable"
    assert {verdict.spec.clause.rsplit(".", 1)[0] for verdict in found} == {"audits.demonstrations"}
    assert {verdict.evidence for verdict in found} == {"address"}


def test_clean_demonstrations_pass_and_a_few_faults_warn() -> None:
    clean = [
        (f"case {n}", f"{n} + 1 = {n + 1}. {n + 1} * 2 = {2 * n + 2}. #### {2 * n + 2}") for n in range(40)
    ]
    assert checklist(written(*clean), asking())[1].status == "pass"
    few = [*clean, *[("case x", "1 + 1 = 2. 2 + 2 = 4. #### 5")] * 3]
    assert checklist(written(*few), asking())[1].status == "warn"
    assert checklist(written(*clean[:29]), asking())[1].status == "not_testable"
    assert checklist(written(), asking(min_checked=1))[1].status == "not_testable"


def test_a_blocking_checklist_has_a_person_decide() -> None:
    wrong = [(f"case {n}", "1 + 1 = 3. #### 3") for n in range(40)]
    assert checklist(written(*wrong), asking(severity="blocking"))[1].consequence == "hold"


def test_a_large_batch_is_looked_at_in_a_sample_spread_over_it() -> None:
    one = written(*[("case", "1 + 1 = 2. 2 + 2 = 4. #### 4")] * 2)
    many = one.take(list(itertools.islice(itertools.cycle((0, 1)), SAMPLE + 10)))
    assert SAMPLE / 2 <= checklist(many, asking())[1].n <= SAMPLE


@pytest.mark.slow
def test_writers_exactly_as_faulty_as_tolerated_fail_in_at_most_one_week_in_twenty() -> None:
    rng, weeks = np.random.default_rng(7), Counter[str]()
    both = written(("case", "1 + 1 = 2. 2 + 2 = 4. #### 4"), ("case", "1 + 1 = 2. 2 + 2 = 4. #### 5"))
    for _ in range(500):
        drawn = both.take((rng.random(200) < 0.05).astype(np.int64))
        weeks[checklist(drawn, asking())[1].status] += 1
    assert weeks["fail"] <= 0.05 * 500
