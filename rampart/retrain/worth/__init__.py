"""What a batch was worth to the reward model: refits without it, and what they say with how much certainty.

Everything here is a pure function of a table of pairs (`snapshot.PAIR`) and of a way to train (`Refit`). None
of it discards anything: where a model disagrees with a batch, people look at the batch.
"""
