"""What keeps the list true and alive: the ledger checked, backups made, tried and restored."""
