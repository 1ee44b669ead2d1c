"""The registration desk: ``python app.py`` serves it, ``python app.py --help`` lists what else it does."""

from rtapp.cli import main

if __name__ == "__main__":
    main()
