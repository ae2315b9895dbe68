import numpy as np
import pytest

from rampart.retrain.linear.features import COLUMNS, TEXTS_A_CHUNK, extract
from rampart.retrain.linear.style import STYLE_NAMES


def test_counts_are_logged_and_word_pairs_count_too() -> None:
    features = extract(["p"], ["Wall wall wall!"])
    # wall x3, "!", "wall wall" x2, "wall !"
    assert sorted(features.counts.data.tolist()) == pytest.approx(
        sorted(np.log1p([3, 1, 2, 1]).tolist()), rel=1e-6
    )


def test_there_is_a_row_for_each_text_across_chunks() -> None:
    n = TEXTS_A_CHUNK + 3
    texts = [f"number {i}" for i in range(n)]
    features = extract(texts, texts)
    assert features.counts.shape == (n, COLUMNS)
    assert features.style.shape == (n, len(STYLE_NAMES))
    last = extract(texts[-1:], texts[-1:])
    np.testing.assert_array_equal(features.counts[[n - 1]].toarray(), last.counts.toarray())


def test_two_processes_read_exactly_what_one_reads() -> None:
    texts = [f"Number {i}? {'again ' * (i % 7)}" for i in range(TEXTS_A_CHUNK + 50)]
    one, two = (extract(texts, texts, processes=n) for n in (1, 2))
    assert one.style.tobytes() == two.style.tobytes()
    for part in ("data", "indices", "indptr"):
        assert getattr(one.counts, part).tobytes() == getattr(two.counts, part).tobytes()


def test_no_texts_give_no_rows() -> None:
    features = extract([], [])
    assert features.counts.shape == (0, COLUMNS)
    assert features.style.shape == (0, len(STYLE_NAMES))


def test_a_response_without_its_prompt_is_refused() -> None:
    with pytest.raises(ValueError, match="1 prompts and 2 responses"):
        extract(["p"], ["a", "b"])
