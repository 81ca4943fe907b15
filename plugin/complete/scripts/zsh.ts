/** Completion of `kubectl-upid` in zsh: to be sourced, or to lie as `_kubectl-upid` in a folder of `fpath`. */

export const ZSH = `#compdef kubectl-upid
# zsh completion of kubectl-upid

_kubectl-upid() {
  local answer line value directive=0 nospace=()
  local -a values shown
  answer=$("\${(Q)words[1]/#\\~/$HOME}" __complete "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null) || return
  for line in "\${(@f)answer}"; do
    case $line in
      :[0-9]*) directive=\${line#:} ;;
      ?*)
        value=\${line%%$'\\t'*}
        values+=("$value")
        [[ $line == *$'\\t'* ]] && shown+=("$value  -- \${line#*$'\\t'}") || shown+=("$value")
        ;;
    esac
  done

  # Candidates are values; what stands before them in the word stays.
  if [[ $PREFIX == -*=* ]]; then
    IPREFIX+=\${PREFIX%%=*}=
    PREFIX=\${PREFIX#*=}
  fi
  if ((\${#values} == 0 && (directive & 4) == 0)); then
    if (((directive & 16) != 0)); then _files -/; else _files; fi
    return
  fi
  (((directive & 2) != 0)) && nospace=(-S '')
  compadd -l -d shown "\${nospace[@]}" -a values
}

# Loaded as a function by its first use, or read by source.
if [[ \${funcstack[1]} == _kubectl-upid ]]; then
  _kubectl-upid "$@"
else
  compdef _kubectl-upid kubectl-upid
fi
`;
