"""The desk's main job in WebKitGTK, an engine like the iPhone's: ``python -m tests.webkit [--shots FOLDER]``.

No test: the engine is on no developer's machine by itself.
"""

import argparse
import sys
from pathlib import Path

from . import engines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=Path, help="folder for a picture of its end")
    wanted = parser.parse_args()
    try:
        engines.fetch(engines.WEBKIT)
    except FileNotFoundError as error:
        sys.exit(str(error))
    engines.run([engines.WEBKIT], wanted.shots)


if __name__ == "__main__":
    main()
