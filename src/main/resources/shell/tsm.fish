# Completion of tsm's words. It asks the daemon that runs and starts none.
function __tsm_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in (@TSM@ __complete -- $words[2..-1] "$current" 2>/dev/null </dev/null)
        switch $line
            case \t'files' \t'folders'
                __fish_complete_path "$current"
            case \t'programs'
                __fish_complete_command
            case '*'
                echo $line
        end
    end
end

complete -c tsm -f -a '(__tsm_complete)'
