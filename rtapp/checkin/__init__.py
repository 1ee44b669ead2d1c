"""A scan becomes a verdict."""
