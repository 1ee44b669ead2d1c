"""Event, waves, agenda, checkpoints, places, invited numbers."""
