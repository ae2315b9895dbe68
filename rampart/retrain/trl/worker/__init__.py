"""What runs in TRL's own environment. Nothing of ours is imported here but what lies in this folder."""
