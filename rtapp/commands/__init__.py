"""The command line: what ``python app.py`` does, and in which words."""
