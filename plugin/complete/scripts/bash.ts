/** Completion of `kubectl-upid` in bash, from 3.2 on; needs no other package. */

export const BASH = `# bash completion of kubectl-upid

__kubectl_upid_complete() {
  COMPREPLY=()
  # Bash cuts words at = and : too. What stands on the line without a space between belongs together.
  local rest=\${COMP_LINE:0:COMP_POINT} words=() piece i
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=\${COMP_WORDS[i]}
    local spaces=\${rest%%[![:space:]]*}
    rest=\${rest#"$spaces"}
    ((i == COMP_CWORD)) && piece=$rest
    rest=\${rest#"$piece"}
    if ((i == 0)) || [[ -n $spaces ]]; then words+=("$piece"); else words[\${#words[@]}-1]+=$piece; fi
  done
  local last=$((\${#words[@]} - 1))
  local typed=\${words[last]} asked=()
  for ((i = 1; i <= last; i++)); do asked+=("\${words[i]//[\\"\\'\\\\]/}"); done

  local answer line directive=0 candidates=()
  answer=$("\${words[0]/#\\~/$HOME}" __complete "\${asked[@]}" 2>/dev/null) || return
  while IFS='' read -r line; do
    case $line in
      :[0-9]*) directive=\${line#:} ;;
      ?*) candidates+=("\${line%%$'\\t'*}") ;;
    esac
  done <<<"$answer"

  # Candidates are values; bash replaces what follows the last = or : of the word.
  local flag='' kept='' breaks='' word quoted
  [[ $typed == -*=* ]] && flag=\${typed%%=*}=
  [[ $COMP_WORDBREAKS == *=* ]] && breaks+='='
  [[ $COMP_WORDBREAKS == *:* ]] && breaks+=':'
  [[ -n $breaks ]] && kept=\${typed%"\${typed##*[$breaks]}"}

  if ((\${#candidates[@]} == 0 && (directive & 4) == 0)); then
    local kind=-f
    (((directive & 16) != 0)) && kind=-d
    compopt -o filenames 2>/dev/null
    while IFS='' read -r line; do COMPREPLY+=("$line"); done < <(compgen $kind -- "\${typed#"\${flag:-$kept}"}")
    return
  fi
  for word in "\${candidates[@]}"; do
    word=$flag$word
    word=\${word#"$kept"}
    quoted=''
    [[ -n $word ]] && printf -v quoted %q "$word"
    COMPREPLY+=("$quoted")
  done
  (((directive & 2) != 0)) && compopt -o nospace 2>/dev/null
  return 0
}

complete -F __kubectl_upid_complete kubectl-upid
`;
