"""Check-in: from a scan to its verdict and mark."""
