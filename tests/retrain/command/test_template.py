import pytest

from rampart.retrain.command.template import check, filled


def test_places_are_filled_in_and_a_blank_stays_in_its_argument() -> None:
    assert filled(("t", "--data={data}", "{{}}"), {"data": "/a b/c"}) == ("t", "--data=/a b/c", "{}")


@pytest.mark.parametrize("item", ["{manifest!r}", "{manifest:>9}", "{manifest[0]}", "{}", "{0}"])
def test_nothing_but_plain_names_may_stand_in_braces(item: str) -> None:
    with pytest.raises(ValueError, match="which nothing fills in"):
        check(("t", item), "argv")
