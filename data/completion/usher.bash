# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# completion of “usher” in bash, with bash-completion: the program itself knows what a word may become

_usher() {
  local cur words cword line cut= breaks= values=()
  _get_comp_words_by_ref -n '=:' cur words cword || return

  while IFS= read -r line; do
    case $line in
      ':files '* | ':folders '*)
        # as _filedir knows paths with spaces and quotes
        cut=${line#* }
        cur=${cur#"$cut"}
        if [[ $line == :folders* ]]; then _filedir -d; else _filedir; fi
        return
        ;;
      *)
        values+=("${line%%$'\t'*}")
        ;;
    esac
  done < <("${words[0]/#~\//$HOME/}" complete bash "${words[@]:1:cword-1}" "$cur" 2>/dev/null)

  # readline takes what stands behind a break for the word, but not in quotes
  for line in '=' ':'; do
    [[ $COMP_WORDBREAKS == *"$line"* ]] && breaks+=$line
  done
  if [[ $cur != [\"\']* ]]; then
    [[ $breaks ]] && cut=${cur%"${cur##*[$breaks]}"}
    values=("${values[@]#"$cut"}")
    # a channel's name may have a space
    for line in "${!values[@]}"; do
      printf -v "values[$line]" %q "${values[line]}"
    done
  else
    # what would be more than text in these quotes is not offered
    for line in "${!values[@]}"; do
      [[ ${values[line]} == *[\'\"\\\$\`!]* ]] && unset "values[$line]"
    done
    values=("${values[@]}")
  fi
  COMPREPLY=("${values[@]}")
  [[ ${#values[@]} -eq 1 && ${values[0]} == *[=:/] ]] && compopt -o nospace
  return 0
} && complete -F _usher usher
