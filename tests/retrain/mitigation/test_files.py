import csv
import io

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from quality.audits.every import Batch
from quality.audits.features.length import LENGTH
from quality.mitigation.every import offers
from rampart.records.comparisons import comparisons
from rampart.retrain.mitigation.files import files, table_csv
from tests.quality.mitigation.planted import planted


@pytest.fixture(scope="module")
def batch() -> Batch:
    return planted(2.0, items=300, count=400).batch


def test_weights_and_labels_find_their_pair_again(batch: Batch) -> None:
    made = {offer.name: offer for offer in offers(batch, LENGTH)}
    written = files(batch, list(made.values()))
    assert sorted(written) == [
        "balanced_subset.parquet",
        "counterfactual_requests.csv",
        "dawid_skene_labels.parquet",
        "propensity_weights.parquet",
        "relabel_queue.csv",
        "soft_labels.parquet",
    ]
    read = pl.read_parquet(io.BytesIO(written["propensity_weights.parquet"]))
    assert read.columns == ["record_id", "item_id", "first_position", "second_position", "weight", "label"]
    training = made["propensity_weights"].training
    assert training is not None
    assert np.array_equal(read["weight"].to_numpy(), training.weight)
    key = ["record_id", "first_position", "second_position"]
    joined = comparisons(batch.records).join(read, on=key, how="left", maintain_order="left", suffix="_told")
    assert (joined["label"] == joined["outcome"]).all()


def test_only_what_can_be_offered_is_written(batch: Batch) -> None:
    nobody = batch.records.set_column(
        batch.records.schema.get_field_index("annotator_id"),
        "annotator_id",
        pa.nulls(batch.records.num_rows, batch.records.schema.field("annotator_id").type),
    )
    alone = Batch(nobody, batch.contract)
    written = files(alone, offers(alone, LENGTH))
    assert "dawid_skene_labels.parquet" not in written
    assert "propensity_weights.parquet" in written


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_no_cell_of_a_list_runs_in_a_spreadsheet(start: str) -> None:
    table = pl.DataFrame({"record_id": [f'{start}cmd|" /C calc"!A1', "plain"], "rank": [1, 2]})
    rows = list(csv.reader(io.StringIO(table_csv(table).decode(), newline="")))
    assert rows[0] == ["record_id", "rank"]
    assert rows[1][0].startswith("'")
    assert rows[2] == ["plain", "2"]


def test_the_lists_hold_no_text_of_the_work_and_no_annotator(batch: Batch) -> None:
    written = files(batch, offers(batch, LENGTH))
    frame = batch.each
    for name in ("relabel_queue.csv", "counterfactual_requests.csv"):
        text = written[name].decode()
        assert not any(one in text for one in frame["first"].to_list())
        assert not any(f'"{who}"' in text for who in frame["annotator_id"].unique())
