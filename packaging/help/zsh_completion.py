"""Completion for zsh."""


def zsh(name, root):
    """The text of the file _`name`."""
    functions = [_function(name, root, command) for command in root.all()]
    head = f"#compdef {name}\n# zsh completion for {name}; made from its --help.\n"
    return "\n".join([head, *functions, f'_{name} "$@"\n'])


def _function(name, root, command):
    """One function for each command; it hands what follows a command's name to that one's."""
    here = "_".join(["_" + name, *command.path])
    specs = [_option(option) for option in command.options_here(root)]
    lines = [f"{here}() {{"]
    if not command.commands:
        specs += [_argument(argument) for argument, _ in command.arguments]
        return "\n".join([*lines, *_call("_arguments -S", specs), "}", ""])
    specs += ["': :->command'", "'*:: :->rest'"]
    lines += ["  local context state state_descr line", "  typeset -A opt_args"]
    lines += _call("_arguments -S -C", specs)
    names = [f"      {_quoted(_plain(c.name) + ':' + c.summary)}" for c in command.commands]
    branches = [f"        {c.name}) {here}_{c.name} ;;" for c in command.commands]
    lines += ["  case $state in", "    command)", "      local -a commands=("]
    lines += ["  " + each for each in names]
    lines += ["      )", "      _describe command commands", "      ;;", "    rest)"]
    lines += ["      case $line[1] in", *branches, "      esac", "      ;;", "  esac", "}", ""]
    return "\n".join(lines)


def _call(function, specs):
    return [f"  {function} \\", *(f"    {spec} \\" for spec in specs[:-1]), f"    {specs[-1]}"]


def _option(option):
    """A spec of _arguments: '*'{-o+,--output=}'[text]:value:action'."""
    text = f"[{_plain(option.text)}]" + _value(option)
    flags = [_flag(flag, option.value) for flag in option.flags]
    # May come again: the parser decides whether it takes the last or all.
    if len(flags) == 1:
        return _quoted("*" + flags[0] + text)
    return "'*'{" + ",".join(flags) + "}" + _quoted(text)


def _flag(flag, value):
    """The value is the next word, or stands behind = or right behind the letter."""
    if not value:
        return flag
    return flag + ("=" if flag.startswith("--") else "+")


def _value(option):
    if not option.value:
        return ""
    if option.choices:
        return f":value:({' '.join(option.choices)})"
    return f":{_plain(option.value)}:" + ("_files" if option.is_file else " ")


def _argument(name):
    return _quoted(("*" if name.endswith("...") else "") + f":{_plain(name)}: ")


def _plain(text):
    """Without what ends a field of a spec."""
    return "".join("\\" + each if each in "[]:\\" else each for each in text)


def _quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"
