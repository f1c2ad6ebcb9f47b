#compdef roundtrip
# zsh completions of roundtrip
_roundtrip() {
  local -a commands
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    commands=(
@commands@
    )
    _describe 'subcommand' commands
    return
  fi
  local command=$words[2]
  (( CURRENT > 2 )) && shift words && (( CURRENT-- ))
  case $command in
      help) _values 'subcommand' @names@ ;;
@cases@
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _roundtrip "$@"; else compdef _roundtrip roundtrip; fi
