"""Near-duplicates: planted copies are found, and what only looks alike is not."""

# ruff: noqa: S311 (chance, not secrets)
import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.gates.likeness.alike import likeness, text_of
from quality.gates.likeness.candidates import candidates
from quality.gates.likeness.sketch import COLUMNS
from tests.quality.gates.likeness.planted import EDITS, Text, edited, near, sentence, signed, unrelated

ORIGINALS = unrelated(random.Random(1), 700)


@pytest.mark.parametrize("kind", [*EDITS, "any"])
@pytest.mark.parametrize("share", [0.02, 0.1])
def test_of_copies_with_up_to_one_word_in_ten_edited_ninety_nine_in_a_hundred_are_found(
    kind: str, share: float
) -> None:
    chance = random.Random(f"{kind}{share}")
    copies = [edited(text, share, chance, EDITS if kind == "any" else (kind,)) for text in ORIGINALS]
    found = near([*ORIGINALS, *copies])
    right = found.filter(pl.col("later") == pl.col("earlier") + len(ORIGINALS))
    changed = sum(copy != text for copy, text in zip(copies, ORIGINALS, strict=True))
    assert changed > 0.98 * len(ORIGINALS)
    assert right.height >= 0.99 * changed
    assert found.height == right.height


def test_among_a_hundred_million_pairs_of_unrelated_texts_none_is_near() -> None:
    texts = unrelated(random.Random(2), 15_000, 5, 40)
    assert len(texts) * (len(texts) - 1) / 2 > 1e8
    assert near(texts).is_empty()


def _from_template(chance: random.Random, number: int, shared: int) -> list[Text]:
    """Texts with `shared` words of the question and some of the answers in common, and no substance."""
    before, ending = sentence(chance, shared, shared), sentence(chance, shared // 3, shared // 3)
    return [
        (
            [f"{before} {sentence(chance, 13, 25)}"],
            [f"{ending} {sentence(chance, 13, 30)}", f"{sentence(chance, 13, 30)} {ending}"],
        )
        for _ in range(number)
    ]


@pytest.mark.parametrize("shared", [40, 120, 400])
def test_texts_of_one_template_that_differ_in_substance_are_not_near(shared: int) -> None:
    texts = _from_template(random.Random(shared), 800, shared)
    assert near(texts).is_empty()  # of 319,600 pairs


@pytest.mark.parametrize("shared", [40, 120])
def test_a_copy_is_found_among_texts_of_its_own_template(shared: int) -> None:
    chance = random.Random(shared)
    texts = _from_template(chance, 400, shared)
    copies = [edited(text, 0.05, chance) for text in texts]
    found = near([*texts, *copies])
    assert found.filter(pl.col("later") == pl.col("earlier") + len(texts)).height >= 0.95 * len(texts)


def test_a_flood_of_copies_of_one_text_is_found_however_many_there_are() -> None:
    chance = random.Random(4)
    original = unrelated(chance, 1)[0]
    copies = [edited(original, 0.06, chance) for _ in range(600)]
    assert near([original, *copies]).height >= 0.99 * 600


def test_the_same_question_with_other_answers_is_other_work() -> None:
    (asked, answers), (_, others) = unrelated(random.Random(5), 2)
    assert near([(asked, answers), (asked, [answers[0], others[1]])]).is_empty()
    assert near([(asked * 9, ["Paris.", "Lyon."]), (asked * 9, ["Rome.", "Lyon."])]).is_empty()


def test_answers_are_compared_on_whichever_side_they_stood() -> None:
    chance = random.Random(6)
    asked, answers = unrelated(chance, 1)[0]
    assert near([(asked, answers), edited((asked, answers[::-1]), 0.05, chance)]).height == 1


def test_spelling_alone_makes_no_new_item() -> None:
    one = (["Who wrote “Hamlet”?"], ["It was Shakespeare.", "Marlowe — I think."])
    other = (["who WROTE 'Hamlet' ?"], ["it was Shakespeare!", "marlowe,\nI think"])
    assert near([one, other])["likeness"].to_list() == [1.0]


def test_characters_are_words_where_a_language_writes_no_blanks() -> None:
    asked = "请把下面这段关于气候变化的文字翻译成英文并且尽量保持原来的语气和用词"
    answers = ["气候变化正在改变我们的生活方式和城市的未来", "我们需要更多的时间来理解这个复杂的问题"]
    changed = [answers[0].replace("未来", "明天"), answers[1]]
    assert near([([asked], answers), ([asked], changed)]).height == 1


def test_one_item_that_several_annotators_judged_is_no_near_duplicate() -> None:
    text = unrelated(random.Random(7), 1)[0]
    assert near([text, text, text]).is_empty()


def test_a_twin_of_an_earlier_batch_says_which_batch_and_row() -> None:
    chance = random.Random(8)
    first, second, fresh = (unrelated(chance, 30) for _ in range(3))
    fresh[4], fresh[9] = edited(first[7], 0.05, chance), edited(fresh[2], 0.05, chance)
    found = near(fresh, second, first)
    assert found.select("later", "batch", "earlier").rows() == [(4, 1, 7), (9, None, 2)]


def test_texts_without_words_are_near_nothing() -> None:
    assert near([([], []), ([""], ["", ""]), (["…"], ["!", "?"]), (["…"], [])]).is_empty()
    assert near([]).is_empty()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 30))
def test_what_is_found_depends_on_the_order_of_twins_and_on_nothing_unrelated(seed: int, noise: int) -> None:
    chance = random.Random(seed)
    texts = unrelated(chance, 12)
    texts += [edited(text, 0.08, chance) for text in texts[:6]]
    chance.shuffle(texts)
    pairs = {(str(texts[later]), str(texts[earlier])) for later, _, earlier, _ in near(texts).iter_rows()}
    turned = texts[::-1]
    assert pairs == {
        (str(turned[earlier]), str(turned[later])) for later, _, earlier, _ in near(turned).iter_rows()
    }
    more = unrelated(random.Random(seed + 1), noise)
    among = [*more[: noise // 2], *texts, *more[noise // 2 :]]
    assert pairs == {(str(among[a]), str(among[b])) for a, _, b, _ in near(among).iter_rows()}


def test_chunks_signed_apart_say_the_same_as_one_table() -> None:
    chance = random.Random(9)
    texts = unrelated(chance, 40)
    texts += [edited(text, 0.05, chance) for text in texts]
    whole = signed(texts).signatures.lazy().collect()
    parts = [signed(texts[start : start + 11]).signatures.lazy().collect() for start in range(0, 80, 11)]
    assert pl.concat(parts).drop("row").equals(whole.drop("row"))


def test_candidates_grow_with_the_number_of_texts_and_not_with_its_square() -> None:
    texts = _from_template(random.Random(10), 2_000, 400)
    found = candidates(signed(texts).signatures.lazy().select(COLUMNS), 0, 0.8)
    assert max(found["later"].value_counts()["count"].to_list()) <= 8


def test_every_near_pair_of_a_few_hundred_texts_is_found_as_by_comparing_all() -> None:
    chance = random.Random(11)
    texts = unrelated(chance, 150)
    texts += [edited(text, chance.choice([0.03, 0.08, 0.15, 0.3]), chance) for text in texts]
    said = [text_of(*text) for text in texts]
    all_near = {
        later
        for later in range(len(texts))
        for earlier in range(later)
        if likeness(said[earlier], said[later], 0.8) is not None
    }
    found = set(near(texts)["later"].to_list())
    assert found <= all_near
    assert len(found) >= 0.97 * len(all_near)  # those near the limit agree in fewer bands
