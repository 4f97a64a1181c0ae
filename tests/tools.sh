# Sourced by tests/run and tests/bench/run: finds the programs that the tests call, and installs those that are missing.
# shellcheck shell=bash

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif sudo -n true 2> /dev/null; then sudo -n "$@"; else return 1; fi
}

# Where Debian keeps the newest PostgreSQL's own programs; they are not on the path.
postgres_bin() {
    local found
    found=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2> /dev/null | sort -V | tail -n 1)
    if [ -n "$found" ] && [ -x "$found/initdb" ]; then
        echo "$found"
    elif command -v initdb > /dev/null; then
        dirname "$(readlink -f "$(command -v initdb)")"
    fi
}

missing_packages() {
    local program package
    for program in chromium faketime hledger strace wrk; do
        command -v "$program" > /dev/null || echo "$program"
    done
    [ -n "$(postgres_bin)" ] || echo postgresql
    for package in node:nodejs npm:npm cc:gcc python3:python3; do
        command -v "${package%%:*}" > /dev/null || echo "${package##*:}"
    done
    python3 -c 'import ensurepip' 2> /dev/null || echo python3-venv
}

install_tools() {
    local missing log
    missing=$(missing_packages | tr '\n' ' ')
    [ -n "${missing// /}" ] || return 0
    echo "Installing $missing"
    # shellcheck disable=SC2086 # a list of words
    log=$(mktemp)
    if ! { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } > "$log" 2>&1; then
        tail -n 5 "$log" >&2
        rm -f "$log"
        echo "The tests need these programs; install them and run again: apt-get install $missing" >&2
        exit 1
    fi
    rm -f "$log"
}

scratch=""

# Thousands of small files are made and unmade by the tests, which a disk takes longer for than the tests themselves: memory holds them, where there
# is enough of it.
use_scratch() {
    local free_kb
    [ -z "$scratch" ] && [ "$(stat -f -c %T /dev/shm 2> /dev/null)" = tmpfs ] || return 0
    free_kb=$({ df --output=avail -k /dev/shm | tail -n 1; sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo; } | sort -n | head -n 1)
    [ "$free_kb" -ge $((8 * 1024 * 1024)) ] || return 0
    scratch=$(mktemp -d /dev/shm/strikefund.XXXXXX)
    # PostgreSQL runs as somebody else.
    chmod 755 "$scratch"
    export TMPDIR="$scratch"
}

leave_scratch() {
    [ -n "$scratch" ] || return 0
    rm -rf "$scratch"
    scratch=""
}

# Installs exactly what package-lock.json says, once for each content of it.
npm_install() {
    local stamp
    stamp=node_modules/.installed-$(cat package.json package-lock.json 2> /dev/null | sha256sum | cut -c1-16)
    [ -f "$stamp" ] && return 0
    if [ -f package-lock.json ]; then npm ci --silent --no-audit --no-fund; else npm install --silent --no-audit --no-fund; fi
    touch "$stamp"
}

# The outside judges: LibreOffice from Debian; in target/judges Stripe's own Python package and command line, beancount, and openpyxl. hledger comes
# with the packages.
install_judges() {
    local home=target/judges stamp
    if ! command -v soffice > /dev/null; then
        as_root apt-get update -qq > /dev/null
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libreoffice-calc-nogui > /dev/null
    fi
    LIBREOFFICE=$(command -v soffice)
    export LIBREOFFICE
    stamp="$home/.installed-stripe-16.1.0-beancount-3.2.3-openpyxl-3.1.5-cli-1.52.0"
    if [ ! -f "$stamp" ]; then
        rm -rf "$home"
        mkdir -p target
        python3 -m venv "$home"
        "$home/bin/pip" install --quiet --disable-pip-version-check stripe==16.1.0 beancount==3.2.3 openpyxl==3.1.5
        npm install --silent --no-audit --no-fund --prefix "$home" @stripe/cli@1.52.0
        touch "$stamp"
    fi
    export STRIKEFUND_TEST_JUDGES="$PWD/$home"
    export STRIPE_PYTHON="$PWD/$home/bin/python" STRIPE_CLI="$PWD/$home/node_modules/.bin/stripe"
}
