"""How names and codes are written: their patterns, and what to tell someone who wrote one differently."""

CURRENCY = r"^[A-Z]{3}$"
EMAIL = r"^[^@\s<>]+@[^@\s<>]+$"
IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
NAME = r"^[a-z_][a-z0-9_]*$"
SLUG = r"^[a-z0-9][a-z0-9._-]*$"
VERSION = r"^[A-Za-z0-9][A-Za-z0-9._+-]*$"

HOW = {
    CURRENCY: "write the ISO 4217 code in capitals, such as EUR",
    EMAIL: "write an address such as quality@vendor.example",
    IDENTIFIER: "use letters, digits, '.', '_' and '-' without blanks, and begin with a letter or digit",
    NAME: "use small letters, digits and '_', and begin with a letter",
    SLUG: "use small letters, digits, '.', '_' and '-', and begin with a letter or digit",
    VERSION: "use letters, digits, '.', '_', '+' and '-', as in 1.2.0",
}
