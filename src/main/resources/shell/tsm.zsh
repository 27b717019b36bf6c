
# Completion. It asks the daemon that runs and starts none.
_tsm() {
    emulate -L zsh
    local line word
    local -a found
    while IFS= read -r line; do
        case $line in
            ($'\tfiles') _files ;;
            ($'\tfolders') _files -/ ;;
            ($'\tprograms') _command_names -e ;;
            (*)
                word=${line%%$'\t'*}
                found+=("${word//:/\\:}:${line#*$'\t'}")
                ;;
        esac
    done < <(@TSM@ __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null </dev/null)
    (( $#found )) && _describe -V 'tsm' found
    return 0
}

(( $+functions[compdef] )) && compdef _tsm tsm
:
