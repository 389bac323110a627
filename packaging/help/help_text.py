"""Reads what `PROGRAM --help` prints, for the program and for every command below it."""

import re
import subprocess

_FLAGS = re.compile(r"((?:-\w|--[\w-]+)(?:, ?(?:-\w|--[\w-]+))*)(?: (.*))?$")
# Choices that the help of gcjobs tells in a sentence.
_CHOICES = {"--guarantee": ["at-most-once", "at-least-once"], "--output": ["table", "json"]}
# Settings of gcjobsd whose values are paths; to CLI11 they are TEXT as all others.
_PATHS = {"--config", "--data-dir", "--tls-cert", "--tls-key", "--tls-client-ca", "--tokens"}
_PATHS |= {"--kinds", "--client-secret-file", "--upstream-ca", "--env-file"}
_ENTRIES = {"Commands", "Arguments", "Options"}


class Option:
    """One line of `Options:`, such as `-o, --output table|json  How to print`."""

    def __init__(self, name, text):
        flags, self.value = _FLAGS.match(name).groups()
        self.flags = re.split(", ?", flags)
        self.text = text

    @property
    def choices(self):
        """The words that the value may be: `a|b` or `{a,b}`; [] when it is free."""
        if self.flags[-1] in _CHOICES:
            return _CHOICES[self.flags[-1]]
        braces = re.search(r"\{(.*)\}", self.value or "")
        if braces:
            return braces[1].split(",")
        return self.value.split("|") if re.fullmatch(r"[\w-]+(\|[\w-]+)+", self.value or "") else []

    @property
    def is_file(self):
        """Whether the value is the path of a file or a folder."""
        return self.value in ("FILE", "DIR") or self.flags[-1] in _PATHS


class Block:
    """A part of the help: `Title:` and the indented lines below it, or a paragraph."""

    def __init__(self, title, lines):
        self.title = title
        self.lines = lines

    @property
    def entries(self):
        """(name, text) of each line; text that begins or goes on in further lines is joined."""
        entries = []
        for line in self.lines:
            name, _, text = line.strip().partition("  ")
            if re.match(r"  \S", line):
                entries.append((name, [text.strip()]))
            elif line.strip():
                entries[-1][1].append(line.strip())
        return [(name, " ".join(filter(None, texts))) for name, texts in entries]

    @property
    def is_options(self):
        return any(line.startswith("  -") for line in self.lines)


class Command:
    """The help of one command; `path` is () for the program itself."""

    def __init__(self, program, path):
        self.path = path
        self.program = program
        blocks = _blocks(_run(program, path))
        usage = next(b for b in blocks if b.lines[0].startswith("Usage: "))
        self.usage = usage.lines[0].removeprefix("Usage: ")
        self.summary = " ".join(line for b in blocks[: blocks.index(usage)] for line in b.lines)
        self.option_blocks = [b for b in blocks if b.is_options]
        self.options = [Option(*entry) for b in self.option_blocks for entry in b.entries]
        self.arguments = _entries_of(blocks, "Arguments")
        self.command_entries = _entries_of(blocks, "Commands")
        first = {usage, blocks[0], *self.option_blocks}
        self.rest = [b for b in blocks if b not in first and b.title not in _ENTRIES]
        self.rest = [b for b in self.rest if not b.lines[0].startswith("Global options ")]
        names = dict.fromkeys(name.split()[0] for name, _ in self.command_entries)
        self.commands = [Command(program, path + (name,)) for name in names]

    @property
    def name(self):
        return self.path[-1]

    def options_here(self, root):
        """Its own options, and those of the program, which may stand anywhere."""
        own = {flag for option in self.options for flag in option.flags}
        return self.options + [
            option
            for option in root.options
            if self is not root and not own & set(option.flags) and option.flags != ["--version"]
        ]

    def all(self):
        """This command and all below it."""
        yield self
        for command in self.commands:
            yield from command.all()


def _entries_of(blocks, title):
    return [entry for block in blocks if block.title == title for entry in block.entries]


def _run(program, path):
    ended = subprocess.run([program, *path, "--help"], check=True, capture_output=True, text=True)
    return ended.stdout


def _blocks(text):
    """What stands at the left margin after an empty line, or ends in a colon, begins a block."""
    blocks = []
    previous = ""
    # The default help of CLI11 has no empty line before the usage.
    for line in text.strip().replace("\nUsage: ", "\n\nUsage: ").splitlines():
        is_title = line.endswith(":") and not line.startswith(" ")
        if is_title:
            blocks.append(Block(line[:-1], []))
        elif line and not line.startswith(" ") and not previous:
            blocks.append(Block(None, [line]))
        else:
            blocks[-1].lines.append(line)
        previous = line
    for block in blocks:
        while not block.lines[-1]:
            block.lines.pop()
    return blocks
