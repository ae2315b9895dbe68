from contracts import reference
from contracts.reference import groups, rendered, undescribed


def test_the_contract_reference_is_what_the_model_says_now() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == rendered(), "run: python -m contracts.reference"


def test_every_term_says_what_it_means() -> None:
    assert undescribed() == (), "give these a description in contracts/*.py"


def test_a_group_used_often_comes_once_with_all_its_addresses() -> None:
    shared = [group for group in groups() if "audits.length" in group.addresses]
    leaning = ("length", "position", "format", "opening", "wording", "tone", "sycophancy")
    assert [group.addresses for group in shared] == [tuple(f"audits.{name}" for name in leaning)]


def test_the_address_of_a_term_is_the_path_an_editor_of_the_file_walks() -> None:
    addresses = {address for group in groups() for address in group.addresses}
    assert {
        "ramp.phases.<key>",
        "delivery.join[].source.csv",
        "annotation.scheme (kind: likert)",
    } <= addresses


def test_a_term_without_a_default_is_required_and_a_choice_needs_its_kind() -> None:
    (binary,) = (group for group in groups() if "annotation.scheme (kind: binary)" in group.addresses)
    assert [(term.name, term.default) for term in binary.terms] == [
        ("kind", None),
        ("a", '`["a"]`'),
        ("b", '`["b"]`'),
    ]
