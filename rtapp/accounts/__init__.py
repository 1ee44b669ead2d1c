"""Who may do what: roles and duties, users, devices, one-time links."""
