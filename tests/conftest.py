"""What holds for every test."""

from hypothesis import settings

# A busy machine is slow now and then; how long something takes is a benchmark's question, not a property's.
settings.register_profile("rampart", deadline=None)
settings.load_profile("rampart")
