# offers.fish FILE WORD...: what the completion in FILE offers for the last word.
source $argv[1]
# Each line is the word, a tab, its description.
complete -C (string join ' ' -- $argv[2..]) | string split --fields 1 \t
