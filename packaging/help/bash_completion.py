"""Completion for bash."""

TEMPLATE = """# bash completion for @NAME@; made from its --help.

# Sets `commands` and `options` to what may follow the command $1.
_@ID@_words() {
  case $1 in
@WORDS@
  esac
}

# Sets `value` to what the option $2 of the command $1 takes: choices, @file, or
# @any for what only the user knows; empty when it takes none.
_@ID@_value() {
  case $1:$2 in
@VALUES@
    *) value= ;;
  esac
}

_@ID@() {
  local current=$2 previous=$3 command= commands options value i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    _@ID@_value "$command" "${COMP_WORDS[i]}"
    if [[ -n $value ]]; then
      # bash makes --option=value three words.
      if [[ ${COMP_WORDS[i + 1]-} == = ]]; then ((i++)); fi
      ((++i))
    elif [[ ${COMP_WORDS[i]} != -* ]]; then
      _@ID@_words "$command"
      if [[ " $commands " == *" ${COMP_WORDS[i]} "* ]]; then command+=" ${COMP_WORDS[i]}"; fi
    fi
  done
  if [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
  if [[ $current == = ]]; then current=; fi

  _@ID@_value "$command" "$previous"
  case $value in
    @any) return ;;
    @file)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    "") _@ID@_words "$command" ;;
    *) commands=$value options=$value ;;
  esac
  if [[ $current == -* || -z $commands ]]; then commands=$options; fi
  mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
}

complete -F _@ID@ @NAME@
"""


def bash(name, root):
    """The text of the file `name`."""
    words, values = [], []
    for command in root.all():
        path = "".join(" " + word for word in command.path)
        options = [flag for option in command.options_here(root) for flag in option.flags]
        names = " ".join(below.name for below in command.commands)
        words.append(f'    "{path}") commands="{names}" options="{" ".join(options)}" ;;')
        for option in command.options_here(root):
            if option.value:
                pattern = " | ".join(f'"{path}:{flag}"' for flag in option.flags)
                values.append(f'    {pattern}) value="{_value(option)}" ;;')
    text = TEMPLATE.replace("@WORDS@", "\n".join(words)).replace("@VALUES@", "\n".join(values))
    return text.replace("@NAME@", name).replace("@ID@", name.replace("-", "_"))


def _value(option):
    if option.is_file:
        return "@file"
    return " ".join(option.choices) or "@any"
