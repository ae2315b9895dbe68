"""The codes of the reasons for which a record is discarded or flagged, as a contract may name them.

What each means, and the clause behind it, stands in `rampart.records.reasons`, of which contracts know
nothing; a test holds the two lists to each other.
"""

from typing import Literal, get_args

ReasonCode = Literal[
    "missing_required_field",
    "label_outside_scheme",
    "duplicate_record_id",
    "exact_duplicate",
    "copied_work",
    "empty_response",
    "identical_responses",
    "outside_week",
    "too_fast",
    "checkpoint_not_allowed",
    "response_not_issued",
    "too_slow",
    "author_judged",
    "value_not_listed",
    "value_out_of_range",
    "wrong_length",
    "wrong_form",
    "not_on_roster",
    "item_not_in_work_order",
    "truncated_response",
    "refusal",
    "boilerplate",
    "wrong_language",
    "damaged_text",
    "hidden_characters",
    "personal_data",
    "aimed_at_judge",
    "repeated_work",
    "near_duplicate",
    "copied_rationale",
    "in_evaluation_set",
    "rule_broken",
]

REASON_CODES: tuple[str, ...] = get_args(ReasonCode)
