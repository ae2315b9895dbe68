"""A command line with places to fill in: ``{manifest}`` in an argument becomes the manifest's path.

No shell is involved, so a blank or a quote in a path changes nothing. Braces that mean themselves are written
twice.
"""

from collections.abc import Mapping, Sequence
from string import Formatter

PLACES: Mapping[str, str] = {
    "manifest": "the manifest: what to train on, where to leave what",
    "data": "the training pairs, Parquet",
    "model": "the folder to leave the model in",
    "result": "the file to write last",
    "attempt": "the folder of this attempt, which holds all of the above",
    "run_id": "the run's identity, 64 hexadecimal digits",
}


def check(argv: Sequence[str], field: str, places: Mapping[str, str] = PLACES) -> None:
    """Can this be a command line? `ValueError` names the field and what is wrong.

    Args:
        argv: the items.
        field: what the file calls them.
        places: names that may be filled in, with what they mean.
    """
    if not argv or not argv[0]:
        raise ValueError(f"{field} is empty; give a program and its arguments, an item each")
    for item in argv:
        for name in _names(item, field):
            if name not in places:
                known = ", ".join(f"{{{place}}}" for place in places)
                raise ValueError(
                    f"{field} has {{{name}}} in {item!r}, which nothing fills in; use {known}, and write a "
                    "brace that means itself twice"
                )


def filled(argv: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """`argv` with every place filled in."""
    return tuple(item.format_map(values) for item in argv)


def _names(item: str, field: str) -> tuple[str, ...]:
    try:
        parts = tuple(Formatter().parse(item))
    except ValueError as error:
        raise ValueError(
            f"{field} has {item!r}, which cannot be read ({error}); double every brace that means itself"
        ) from error
    # A format or an index after the name would run code of the value's type: there is no use for it here.
    return tuple(
        f"{name}{f'!{conversion}' if conversion else ''}{f':{spec}' if spec else ''}"
        for _, name, spec, conversion in parts
        if name is not None
    )
