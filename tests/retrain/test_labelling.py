from contracts.model import Training
from rampart.retrain.labelling import Labelling
from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.labels import labelled
from rampart.retrain.snapshot import PAIR, build_snapshot
from rampart.retrain.texts import texts_of
from tests.retrain.planted import batch, planted_rows

TERMS = Training(strength="margin", flipped_share=0.1)


def test_a_trainer_is_given_the_labels_that_the_linear_backend_trains_on_under_the_same_terms() -> None:
    pairs = build_snapshot([batch(planted_rows(30, seed=4))]).pairs
    given = Labelling.under(TERMS).applied(pairs)
    own = labelled(pairs, texts_of(pairs), LinearConfig.under(TERMS))
    assert given.schema.names == [*PAIR.names, "margin"]
    for name, values in (("target", own.target), ("weight", own.weight), ("margin", own.margin)):
        assert given[name].to_pylist() == values.tolist()
    assert set(given["target"].to_pylist()) == {0.1, 0.9}


def test_what_is_not_about_labels_stays() -> None:
    pairs = build_snapshot([batch(planted_rows(30, seed=4))]).pairs
    rest = [name for name in PAIR.names if name not in {"target", "weight"}]
    assert Labelling.under(TERMS).applied(pairs).select(rest).equals(pairs.select(rest))
