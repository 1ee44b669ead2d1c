"""The kinds of absence that can be noted, in the order in which they are counted and shown."""

ABSENCES = ("izin", "sakit", "dinas", "tanpa_keterangan")
