"""What people see: server-rendered pages over the books, without JavaScript and without a data frame.

A page renders one frozen dataclass whose fields carry their help text; `docs/dashboard.md` is held to them.
Nothing here judges or recomputes a rate.
"""
