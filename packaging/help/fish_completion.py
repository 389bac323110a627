"""Completion for fish."""

TEMPLATE = """# fish completion for @NAME@; made from its --help.

# Whether the command line is at the command that the arguments name.
function __@ID@_at
    set -l here
    set -l skip 0
    for word in (commandline --tokenize --cut-at-cursor --current-process)[2..]
        if test $skip = 1
            set skip 0
        else if contains -- "$here:$word" $__@ID@_with_value
            set skip 1
        else if contains -- "$here:$word" $__@ID@_commands
            set here "$here $word"
        end
    end
    test "$here" = "$argv"
end

set -g __@ID@_commands @COMMANDS@
set -g __@ID@_with_value @WITH_VALUE@

complete -c @NAME@ -f
"""


def fish(name, root):
    """The text of the file `name`.fish."""
    identifier = name.replace("-", "_")
    commands, with_value, lines = [], [], []
    for command in root.all():
        path = "".join(" " + word for word in command.path)
        at = f"complete -c {name} -n {_quoted(f'__{identifier}_at {_quoted(path)}')}"
        for below in command.commands:
            commands.append(f"{path}:{below.name}")
            lines.append(f"{at} -a {below.name} -d {_quoted(below.summary)}")
        for option in command.options_here(root):
            lines.append(" ".join([at, *_flags(option), *_value(option)]))
            if option.value:
                with_value += [f"{path}:{flag}" for flag in option.flags]
    text = TEMPLATE.replace("@NAME@", name).replace("@ID@", identifier)
    text = text.replace("@COMMANDS@", _words(commands)).replace("@WITH_VALUE@", _words(with_value))
    return text + "\n".join(lines) + "\n"


def _flags(option):
    for flag in option.flags:
        yield f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
    yield f"-d {_quoted(option.text)}"


def _value(option):
    if option.choices:
        return ["-x", "-a", _quoted(" ".join(option.choices))]
    if option.is_file:
        return ["-r", "-F"]
    return ["-x"] if option.value else []


def _words(words):
    return " ".join(_quoted(word) for word in words) or "''"


def _quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
