"""What holds for every test."""

from hypothesis import settings

from tests import embedded_prefect  # noqa: F401 (first: Prefect reads its environment when it is imported)

# A busy machine is slow now and then; how long something takes is a benchmark's question, not a property's.
settings.register_profile("rampart", deadline=None)
settings.load_profile("rampart")
