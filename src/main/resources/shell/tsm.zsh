
# Completion. It asks the daemon that runs and starts none. The options are those that the completion system has set, and
# that its functions rely on.
_tsm() {
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

if (( $+functions[compdef] )); then
    compdef _tsm tsm
elif [[ -o interactive ]]; then
    # The completion system is loaded by what comes later, or by nobody.
    _tsm_complete_later() {
        add-zsh-hook -d precmd _tsm_complete_later
        unfunction _tsm_complete_later
        (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
        compdef _tsm tsm
    }
    autoload -Uz add-zsh-hook && add-zsh-hook precmd _tsm_complete_later
fi
:
