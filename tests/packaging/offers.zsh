#!/usr/bin/env zsh
# offers.zsh FOLDER WORD...: what the completion in FOLDER offers for the last word. Completion runs
# only at a prompt, so a shell in a pseudo-terminal gets the words typed and writes down what it is
# about to show.
emulate -R zsh
zmodload zsh/zpty

folder=$1
shift
export OFFERS=$(mktemp) ZDOTDIR=$(mktemp -d)
cat >$ZDOTDIR/.zshrc <<END
fpath=(${(q)folder} \$fpath)
autoload -Uz compinit
compinit -D -u
END
cat >>$ZDOTDIR/.zshrc <<'END'
# No question, however long the list.
LISTMAX=10000
compadd() {
  # -A, -D and -O ask what matches; they offer nothing.
  if [[ ${argv[(r)-[ADO]]} != -[ADO] ]]; then
    local -a offered
    builtin compadd -A offered "$@"
    print -rl -- $offered >>$OFFERS
  fi
  builtin compadd "$@"
}
write-offers() {
  zle list-choices
  exit
}
zle -N write-offers
bindkey '^I' write-offers
END

{
  zpty prompt zsh -o NO_GLOBAL_RCS -i
  zpty -w -n prompt "${(j: :)@}"$'\t'
  while zpty -r prompt seen; do :; done
  sort -u $OFFERS
} always {
  rm -rf $OFFERS $ZDOTDIR
}
