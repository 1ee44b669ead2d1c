"""The registration desk: ``python app.py`` serves it, ``python app.py --help`` lists what else it does.

Nothing need be installed before: where its libraries are missing it makes an environment beside itself, once.
"""

import sys

NEEDED = (3, 11)
TOO_OLD = (
    "rtapp memerlukan Python 3.11 atau lebih baru, dan ini Python {}.{}. Pasang yang baru dari python.org (di Windows "
    'centang "Add python.exe to PATH"), lalu jalankan lagi.'
)

if __name__ == "__main__":  # a server's worker process imports this file too, and needs no command line
    if sys.version_info < NEEDED:  # written so that even those can read it
        sys.exit(TOO_OLD.format(*sys.version_info))

    import gc

    from rtapp.laptop import environment

    with environment.entered(sys.argv[1:]) as words:
        gc.disable()  # nothing of what is loaded is ever let go: looking for it takes a seventh of a start
        from rtapp.commands.main import main

        gc.freeze()
        gc.enable()
        main(words)
