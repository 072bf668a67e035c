"""``python -m nichiro`` is the command ``nichiro``."""

from nichiro.cli import main

main()
