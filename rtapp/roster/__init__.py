"""Seats and the people who hold them: spreadsheets in and out, names, places, matching."""
