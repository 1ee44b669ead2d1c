"""Live counts, pushed to all who watch."""
