"""What was changed, by whom and why, in a chain that shows any later edit."""
