"""``python -m podaudit`` is ``podaudit``."""

from podaudit.cli import main

if __name__ == "__main__":
    main()
