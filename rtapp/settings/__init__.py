"""The options a committee can set."""
