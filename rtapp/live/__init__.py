"""Counts, pushed to whoever watches."""
