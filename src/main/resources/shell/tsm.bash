
# Completion. It asks the daemon that runs and starts none. Bash cuts words at = and :, tsm does not: what stands in the
# line without a blank between is one word.
_tsm_complete() {
    local rest=${COMP_LINE:0:COMP_POINT} word before current cut='' line i
    local -a words
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        before=$rest
        rest=${rest#"${rest%%[![:blank:]]*}"}
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=$rest
        if ((i > 0)) && [[ $rest == "$before" ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        rest=${rest#"$word"}
    done
    current=${words[${#words[@]} - 1]}
    if [[ $current == *[:=]* && $COMP_WORDBREAKS == *[:=]* ]]; then
        cut=${current%"${current##*[:=]}"}
    fi
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            $'\tfiles') _tsm_add "$cut" -f -- "$current" ;;
            $'\tfolders') _tsm_add "$cut" -d -- "$current" ;;
            $'\tprograms') _tsm_add "$cut" -c -- "$current" ;;
            *)
                line=${line%%$'\t'*}
                COMPREPLY+=("${line#"$cut"}")
                ;;
        esac
    done < <(@TSM@ __complete -- "${words[@]:1}" 2>/dev/null </dev/null)
}

# Adds what bash itself knows; $1 is what stands in front of the word that bash will replace.
_tsm_add() {
    local cut=$1 found
    shift
    [[ $1 == -c ]] || compopt -o filenames 2>/dev/null
    while IFS= read -r found; do
        COMPREPLY+=("${found#"$cut"}")
    done < <(compgen "$@")
}

complete -F _tsm_complete tsm
