# The functions of the bash module, for bash and zsh. Each calls the tsm that printed it.

tsm_list_port_allocations() { @TSM@ ports "$@"; }
tsm_cleanup_port_allocations() { @TSM@ ports cleanup "$@"; }
tsm_get_port_range() { @TSM@ ports range "$@"; }
tsm_ipc_list_channels() { @TSM@ ipc list "$@"; }
tsm_ipc_test_channel() { @TSM@ ipc test "$@"; }
tsm_ipc_cleanup_stale() { @TSM@ ipc cleanup "$@"; }
tsm_ipc_send() { @TSM@ ipc send "$@"; }
tsm_socket_status() { @TSM@ socket status "$@"; }
tsm_socket_health() { @TSM@ socket health "$@"; }
tsm_socket_reload() { @TSM@ socket reload "$@"; }
tsm_socket_stop() { @TSM@ socket stop "$@"; }
tsm_get_service_info() { @TSM@ classify "$@"; }
tsm_validate_classification() { @TSM@ patterns test "$@"; }

# 0 when the process lives, 1 when not, 2 when the word is no pid.
tsm_is_pid_alive() {
    case ${1-} in
        '' | 0* | *[!0-9]*)
            printf 'tsm_is_pid_alive: "%s" is no pid\n' "${1-}" >&2
            return 2
            ;;
    esac
    # kill refuses a process of another user, which lives all the same
    kill -0 "$1" 2>/dev/null || ps -p "$1" >/dev/null 2>&1
}

# The pids that listen on a port, a line each; 1 when there is none, 2 when the word is no port.
tsm_get_port_pid() {
    local answer
    answer=$(@TSM@ doctor port "$@" --json) || {
        @TSM@ doctor port "$@" >/dev/null
        return
    }
    answer=$(printf '%s\n' "$answer" | sed -n 's/^ *"pid": \([0-9][0-9]*\),*$/\1/p' | sort -un)
    [ -n "$answer" ] && printf '%s\n' "$answer"
}

