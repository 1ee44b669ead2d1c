"""Lists that come in: read → understand → ask → apply.

Read: ``sheet`` finds the table (``columns``, ``unheaded``, ``furniture``), ``message`` the lines of a chat.
Understand: ``person`` and ``whereabouts`` make a draft of each row (``drafts``, ``days``, ``places``, ``unlisted``).
Ask: ``seats`` and ``matching`` hold the drafts against each other and the roster, ``plan_store`` makes the plan,
``preview`` shows what must be decided. Apply: ``upload_store`` keeps a list (``kept``) until ``apply_store`` writes it.
"""
