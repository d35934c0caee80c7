"""``python -m pilothouse``: the same as the command ``pilothouse``."""

from pilothouse.cli import main

if __name__ == "__main__":
    main(prog_name="pilothouse")
