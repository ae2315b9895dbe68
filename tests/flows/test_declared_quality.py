"""Quality rules of a contract's schema, booked with the other verdicts."""

from flows.process_delivery import process_delivery
from rampart.ledger.read import batch_detail
from simulator.season import Season, contract_text, due
from simulator.without_prefect import without_prefect
from tasks.workspace import put_in_force, workspace

SCHEMA = """\
schema:
  - name: rows
    quality:
      - {name: enough rows, metric: rowCount, mustBeGreaterOrEqualTo: 40}
    properties:
      - name: who
        logicalType: string
        quality:
          - {name: few people, severity: error, type: sql, mustBeGreaterThan: 9,
             query: "SELECT COUNT(DISTINCT ${property}) FROM ${object}"}
customProperties:
"""


def test_each_rule_is_a_verdict_and_one_of_severity_error_holds_the_week(season: Season) -> None:
    text = contract_text().replace("customProperties:\n", SCHEMA)
    with workspace() as place:
        put_in_force(text.encode(), "north.odcs.yaml", place, due(0))
    season.deliver(1)
    with without_prefect():
        assert process_delivery("dc-north", 1, due(1)).state == "held"
    with workspace() as place:
        detail = batch_detail(place.books, "dc-north", 1)
    found = {
        v.spec.clause: (v.status, v.observed) for v in detail.verdicts if v.spec.clause.startswith("schema")
    }
    assert found == {
        "schema.rows.quality.0": ("pass", 40.0),
        "schema.rows.who.quality.0": ("fail", 5.0),
    }
