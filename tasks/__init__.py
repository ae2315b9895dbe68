"""One side effect each: log, call one function of the domain, return its frozen result.

Retries, timeouts and cache keys live here and nowhere else. A refused delivery is a result (`Refused`), not
an exception: trying it again would refuse it again.
"""
