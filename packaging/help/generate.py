#!/usr/bin/env python3
"""Makes a program's man page and completions from what its --help prints.

    packaging/help/generate.py --program build/release/bin/gcjobs --version 0.1.0 --out DIR

writes DIR/man/gcjobs.1.gz, DIR/bash/gcjobs, DIR/zsh/_gcjobs and DIR/fish/gcjobs.fish.
"""

import argparse
import gzip
from pathlib import Path

from bash_completion import bash
from fish_completion import fish
from help_text import Command
from man_page import man
from zsh_completion import zsh

PAGES = {"gcjobs": "1", "gcjobsd": "8"}


def main():
    parser = argparse.ArgumentParser(description="Makes a man page and completions from --help.")
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()

    name = arguments.program.name
    root = Command(arguments.program, ())
    others = sorted((page, number) for page, number in PAGES.items() if page != name)
    page = man(name, PAGES[name], arguments.version, root, others)
    for file, content in {
        f"man/{name}.{PAGES[name]}.gz": gzip.compress(page.encode(), mtime=0),
        f"bash/{name}": bash(name, root).encode(),
        f"zsh/_{name}": zsh(name, root).encode(),
        f"fish/{name}.fish": fish(name, root).encode(),
    }.items():
        path = arguments.out / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
