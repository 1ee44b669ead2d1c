"""rtapp, a registration desk: the map of the house.

Read top-down: ``app.py`` → ``factory.py`` → ``checkin/views.py`` → ``checkin/store.py`` → ``checkin/verdict.py``.

Rooms, left to right; each imports only from rooms to its left::

    audit      what was changed, by whom, in a chain of digests
    accounts   who may do what: roles and duties, users, devices, one-time links
    settings   the options a committee can set; the letterhead that stands above every paper
    events     event, waves, agenda, checkpoints, districts and villages, invited numbers
    roster     seats and the people who hold them; spreadsheets in and out
    badges     tokens, short codes, cards
    checkin    a scan becomes a verdict
    live       counts, pushed
    reports    attendance lists, transport money, certificates: the papers of afterwards

Beside them: ``opening`` (the application for one command), ``documents`` (bytes in, bytes out, how a paper is set),
``web`` (guard, errors, filters, assets, papers handed out), ``db``/``schema``/``migrations`` (tables), ``serving`` and
``tls`` (the processes, the hall's certificates), ``doctor`` (the day before), ``clock`` (the only caller of the time of
day), ``refusals`` (the one exception that crosses floors). This module imports nothing, so that every rule loads
without Flask.
"""
