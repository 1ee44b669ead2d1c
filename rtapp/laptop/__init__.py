"""The laptop that serves the hall: its processes and their log, its certificates, the files that browsers load."""
