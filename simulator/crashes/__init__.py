"""Kills Rampart at every effect it has on the world, runs the same command again, and compares the outcome.

No crash point is placed by hand, and product code carries no hook. An undisturbed run is watched from outside
(`effects`, `files`, `statements`, `uploads`): every statement that writes, every commit, every file operation
and every upload is a *point*. A process of its own is then killed (SIGKILL) at each of them. What this cannot
show is a loss of power: the kernel survives, and with it what was written but not synced.
"""
