"""`python -m preflight`: the command line, where its script is not on the path."""

from preflight.cli import main

if __name__ == "__main__":
    main()
