# Sourced by tests/run and tests/bench/run: one PostgreSQL of our own, gone when the run ends.
# shellcheck shell=bash

postgres_dir=""

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

# start_postgres [fsync]: off by default, as nothing here outlives the run; crash tests start their own with it on.
start_postgres() {
    local bin fsync="${1:-off}"
    bin=$(postgres_bin)
    export STRIKEFUND_TEST_POSTGRES_BIN="$bin"
    if [ -n "${STRIKEFUND_TEST_POSTGRES:-}" ]; then return 0; fi
    postgres_dir=$(mktemp -d "${TMPDIR:-/tmp}/strikefund-pg.XXXXXX")
    chmod 755 "$postgres_dir"
    if [ "$(id -u)" = 0 ]; then chown postgres "$postgres_dir"; fi
    (
        cd "$postgres_dir"
        as_postgres "$bin/initdb" -D data -U strikefund -A trust -E UTF8 --locale=C --no-sync > initdb.log
        as_postgres "$bin/pg_ctl" -D data -w -l server.log start \
            -o "-c listen_addresses='' -c unix_socket_directories=$postgres_dir -c fsync=$fsync -c full_page_writes=$fsync -c max_connections=400 -c shared_buffers=128MB" > /dev/null
    ) || { cat "$postgres_dir"/*.log >&2; exit 1; }
    export STRIKEFUND_TEST_POSTGRES="postgres://strikefund@localhost/postgres?host=$postgres_dir"
}

stop_postgres() {
    [ -n "$postgres_dir" ] || return 0
    (cd "$postgres_dir" && as_postgres "$STRIKEFUND_TEST_POSTGRES_BIN/pg_ctl" -D data -m immediate stop > /dev/null 2>&1) || true
    rm -rf "$postgres_dir"
    postgres_dir=""
}
