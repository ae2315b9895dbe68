"""A vendor's figures under a contract, and two vendors side by side. There is no total score.

A total would add shares, units of money and points of a reward model by weights that nobody agreed; it would
hide that one figure could not be told at all, and it would rank vendors whose every difference is noise. So
each figure stands for itself with its interval and its rows, and who weighs them does so in the open.
"""
