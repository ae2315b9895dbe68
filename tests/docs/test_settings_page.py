from pydantic_core import PydanticUndefined

from rampart.settings import Settings
from tests.docs.pages import ROOT, table

PAGE = ROOT / "docs" / "settings.md"


def shown_default(value: object) -> str:
    assert value is not PydanticUndefined  # every setting has a default
    return "none" if value in (None, "") else f"`{value}`"


def test_the_settings_page_lists_every_setting_with_its_default_and_meaning() -> None:
    assert list(table(PAGE, "variable", "default", "meaning")) == [
        (f"`RAMPART_{name.upper()}`", shown_default(field.default), field.description)
        for name, field in Settings.model_fields.items()
    ]
