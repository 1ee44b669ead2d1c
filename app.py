"""The registration desk: ``python app.py`` serves it, ``python app.py --help`` lists what else it does."""

if __name__ == "__main__":  # a server's worker process imports this file too, and needs no command line
    from rtapp.commands.main import main

    main()
