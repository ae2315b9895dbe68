"""Every reason a record can be discarded for: a fixed, versioned registry.

A record carries *all* its reasons as a bit mask. The order below is the order of the waterfall: the first
reason is the one counted there. New reasons are appended with the next bit, so old masks keep their meaning.
"""

from collections.abc import Iterable
from dataclasses import dataclass

REGISTRY_VERSION = 3


@dataclass(frozen=True)
class Reason:
    """Why a record is not accepted, and what the vendor can do about it."""

    code: str
    bit: int
    sentence: str
    fix: str
    clause: str  # address of the contract term behind it

    @property
    def mask(self) -> int:
        """The reason as a one-bit mask."""
        return 1 << self.bit


REASONS: tuple[Reason, ...] = (
    Reason(
        "missing_required_field",
        0,
        "A field the contract requires is empty.",
        "Fill the field, or agree an amendment that makes it optional.",
        "gates.required",
    ),
    Reason(
        "label_outside_scheme",
        1,
        "The label is not a word, number or ranking of the contract's annotation scheme.",
        "Write labels in the words the contract lists.",
        "annotation.scheme",
    ),
    Reason(
        "duplicate_record_id",
        2,
        "The record id was used before, in this delivery or an earlier one.",
        "Give every judgement its own id, once.",
        "delivery.record.record_id",
    ),
    Reason(
        "exact_duplicate",
        3,
        "Same prompt, responses, label and annotator as an earlier record.",
        "Deliver each judgement once.",
        "gates.exact_duplicates",
    ),
    Reason(
        "copied_work",
        4,
        "Same prompt and responses as work kept from an earlier batch of the programme.",
        "Label the items of this week's work order, not earlier ones.",
        "gates.copied_work",
    ),
    Reason(
        "empty_response",
        5,
        "A response is empty or blank.",
        "Send both responses in full; skip items whose response is missing.",
        "gates.empty_response",
    ),
    Reason(
        "identical_responses",
        6,
        "The responses are the same text, so the label says nothing.",
        "Skip items with identical responses.",
        "gates.identical_responses",
    ),
    Reason(
        "outside_week",
        7,
        "The judgement is stamped outside its contract week, or ends before it starts.",
        "Deliver work in the week it was done, with clocks in UTC or with an offset.",
        "gates.timestamps_in_week",
    ),
    Reason(
        "too_fast",
        8,
        "The judgement took less than the contract's minimum time.",
        "Have annotators read both responses; remove speeders.",
        "gates.min_duration_s",
    ),
    Reason(
        "checkpoint_not_allowed",
        9,
        "A response comes from a checkpoint this week does not allow.",
        "Label responses of the week's work order only.",
        "on_policy.checkpoints",
    ),
    Reason(
        "response_not_issued",
        10,
        "A response is not one the work order sent out from the checkpoint it claims.",
        "Return the responses exactly as they were sent, under the checkpoint they came from.",
        "on_policy.lineage",
    ),
    Reason(
        "too_slow",
        11,
        "The judgement took longer than the contract's maximum time.",
        "Close the task when nobody is at the screen.",
        "gates.max_duration_s",
    ),
    Reason(
        "author_judged",
        12,
        "The annotator judged responses to a prompt of their own.",
        "Have somebody else judge it.",
        "gates.author_labels",
    ),
    Reason(
        "value_not_listed",
        13,
        "A field holds a value the contract does not list.",
        "Write the field in the values the contract lists.",
        "gates.fields",
    ),
    Reason(
        "value_out_of_range",
        14,
        "A number lies outside the range the contract allows.",
        "Check the unit and the field; leave out what was measured wrongly.",
        "gates.fields",
    ),
    Reason(
        "wrong_length",
        15,
        "A text is shorter or longer than the contract allows.",
        "Send texts of the length agreed, neither cut off nor padded.",
        "gates.fields",
    ),
    Reason(
        "wrong_form",
        16,
        "A text does not have the form the contract asks for.",
        "Write the field in the form agreed, the whole of it.",
        "gates.fields",
    ),
    Reason(
        "not_on_roster",
        17,
        "The annotator is not on the roster, or has too low a screening score.",
        "Keep the roster up to date, and give the work to annotators on it.",
        "annotators.roster",
    ),
    Reason(
        "item_not_in_work_order",
        18,
        "The record names no item of the week's work order.",
        "Return each judgement under the item it was sent out as, in the week it was sent out for.",
        "on_policy.lineage",
    ),
    Reason(
        "truncated_response",
        19,
        "A response breaks off before its end.",
        "Send responses in full; raise the generation limit or skip what it cuts off.",
        "gates.truncated_responses",
    ),
    Reason(
        "refusal",
        20,
        "A response refuses to answer.",
        "Skip items whose responses refuse, where the contract does not want them.",
        "gates.refusals",
    ),
    Reason(
        "boilerplate",
        21,
        "A response is filler and no answer.",
        "Send responses that answer the prompt.",
        "gates.boilerplate",
    ),
    Reason(
        "wrong_language",
        22,
        "The text is not in the record's language.",
        "Declare the language the text is in, and send items of the languages agreed.",
        "gates.language",
    ),
    Reason(
        "damaged_text",
        23,
        "Text was damaged by a wrong encoding, or holds control characters.",
        "Write and read every file as UTF-8.",
        "gates.damaged_text",
    ),
    Reason(
        "hidden_characters",
        24,
        "Text holds characters that nobody sees and no script needs.",
        "Remove zero-width characters, direction overrides and tags.",
        "gates.hidden_characters",
    ),
    Reason(
        "personal_data",
        25,
        "Text holds what looks like personal data.",
        "Replace personal data by invented values before delivery.",
        "privacy.pii",
    ),
    Reason(
        "aimed_at_judge",
        26,
        "A response or rationale speaks to whoever judges it.",
        "Remove instructions, role tokens and verdicts meant for judges.",
        "gates.aimed_at_judges",
    ),
    Reason(
        "repeated_work",
        27,
        "Same prompt and responses as an earlier record of this delivery, whoever judged it.",
        "Label every item of the work order once.",
        "gates.repeated_work",
    ),
    Reason(
        "near_duplicate",
        28,
        "Prompt and responses are nearly those of another item, in this delivery or an earlier one.",
        "Label the items of the work order; an item with a few words changed is the same item.",
        "gates.near_duplicates",
    ),
    Reason(
        "copied_rationale",
        29,
        "The rationale is that of another record, or nearly so.",
        "Have annotators give their reasons in their own words, for this item.",
        "gates.copied_rationales",
    ),
    Reason(
        "in_evaluation_set",
        30,
        "A prompt or response has text of an evaluation set in it.",
        "Leave out items of the named sets: a model trained on them cannot be measured by them.",
        "gates.evaluation_sets",
    ),
    Reason(
        "rule_broken",
        31,
        "The record breaks a rule of the contract's own.",
        "See which rule it was, and what it expects.",
        "gates.rules",
    ),
)

BY_CODE = {reason.code: reason for reason in REASONS}


def reasons_of(mask: int) -> tuple[Reason, ...]:
    """All reasons in `mask`, in waterfall order; `ValueError` for a bit no reason has."""
    found = tuple(reason for reason in REASONS if mask & reason.mask)
    if sum(reason.mask for reason in found) != mask:
        raise ValueError(f"mask {mask:#x} has a bit the registry (version {REGISTRY_VERSION}) does not know")
    return found


def mask_of(codes: Iterable[str]) -> int:
    """The bit mask of `codes`."""
    mask = 0
    for code in codes:
        mask |= BY_CODE[code].mask
    return mask
