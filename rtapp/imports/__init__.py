"""Lists that come in: read → understand → ask → apply.

Read: ``message`` makes a list of whatever came: ``chat`` the lines of a message (``fragments``, ``labels``),
``matrix`` a table of RTs by villages, ``unheaded`` one without a header; ``columns`` finds what a sheet's columns hold
(``headers``, ``evidence``), ``sheet`` goes down its rows (``furniture``, ``titles``).
Understand: ``person`` and ``whereabouts`` make a draft of each row (``naming``, ``offices``, ``drafts``, ``days``,
``places``, ``unlisted``). Where a server runs, ``understanding`` does both in another process, and is loaded there
and with the first list only; ``readings`` are the values that go to and fro.
Ask: ``seats`` and ``matching`` hold the drafts against each other and the roster, ``plan_store`` makes the plan,
``preview`` shows what must be decided. Apply: ``upload_store`` keeps a list (``packed_books``) until ``apply_store``.
"""
