"""The embedded reward model: words and style, a linear score, a Bradley-Terry loss.

It is a diagnostic instrument, not the reward model you ship. It trains in seconds on a laptop, so every
accepted batch gets an answer to "do these preferences teach anything, and the same thing as before?"; it does
not understand what it reads. Train the model you ship with another backend, on the same snapshots.
"""
