"""Papers, pictures and spreadsheets: bytes in, bytes out; each module is the only user of its library."""
