"""A man page: the program, its commands, and whatever else --help tells."""

import re

# What man pages call a part of --help.
_TITLES = {"Exit codes": "Exit status"}


def man(name, section, version, root, see_also):
    """The page's text, for groff."""
    lines = [f'.TH {name.upper()} {section} "" "{name} {version}" ""', ".SH NAME"]
    lines += [_text(f"{name} - {_summary(name, root)}"), ".SH SYNOPSIS"]
    lines += [f".B {_text(name)}", _text(root.usage.removeprefix(name + " "))]
    for block in root.option_blocks:
        lines += [f'.SH "{_text(block.title.upper())}"', *_entries(block.entries)]
    if root.commands:
        lines.append(".SH COMMANDS")
    for command in root.all():
        if command.path and not command.commands:
            lines += _command(command)
    for block in root.rest:
        lines += _block(block, ".SH", str.upper)
    lines += ['.SH "SEE ALSO"', ",\n".join(f".BR {page} ({number})" for page, number in see_also)]
    return "\n".join(lines).replace(")," + "\n", "),\n") + "\n"


def _summary(name, root):
    summary = root.summary.removeprefix(name + ": ").rstrip(".")
    return summary[0].lower() + summary[1:]


def _command(command):
    lines = [f'.SS "{_text(command.usage)}"', _text(command.summary + ".")]
    lines += _entries(command.arguments)
    lines += _entries(entry for b in command.option_blocks for entry in b.entries)
    for block in command.rest:
        lines += _block(block, ".PP\n.B", str)
    return lines


def _block(block, heading, change):
    if block.title is None:
        return [".PP", *map(_text, block.lines)]
    title = change(_TITLES.get(block.title, block.title))
    shown = [line.removeprefix("  ") for line in block.lines]
    return [f'{heading} "{_text(title)}"', ".PP", ".nf", *map(_text, shown), ".fi"]


def _entries(entries):
    for name, text in entries:
        yield ".TP"
        # CLI11 writes -h,--help.
        yield re.sub(r"(\\-\\-?[\w\\-]+)", r"\\fB\1\\fR", _text(name.replace(",--", ", --")))
        yield _text(text)


def _text(text):
    """Nothing in it means anything to groff."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return "\\&" + text if text[:1] in (".", "'") else text
