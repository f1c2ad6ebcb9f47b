# bash completions of roundtrip
_roundtrip() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" words kind
  COMPREPLY=()
  case "$prev" in
@values@
    @files@) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  if [[ $COMP_CWORD -eq 1 && $cur != -* ]]; then
    COMPREPLY=($(compgen -W @first@ -- "$cur"))
    return
  fi
  case "${COMP_WORDS[1]}" in
    help) COMPREPLY=($(compgen -W @names@ -- "$cur")); return ;;
@cases@
  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur"))
  elif [[ $kind == files ]]; then COMPREPLY=($(compgen -f -- "$cur"))
  elif [[ $kind == folders ]]; then COMPREPLY=($(compgen -d -- "$cur"))
  fi
}
complete -o filenames -F _roundtrip roundtrip
