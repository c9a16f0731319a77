#!/usr/bin/env bash
# A real Unleash on this machine, for the tests of the target `unleash`:
#
#   bash tests/servers/unleash.sh start FOLDER    starts it, and writes FOLDER/env to be sourced:
#                                                 ASSIZE_UNLEASH and ASSIZE_UNLEASH_TOKEN
#   bash tests/servers/unleash.sh stop FOLDER
#
# Unleash 7.5.1 (Apache-2.0) comes from npm into ~/.cache/assize/unleash, PostgreSQL from Debian.
# Both listen on 127.0.0.1 only, at free ports, and keep nothing from one start to the next.
set -euo pipefail
version=7.5.1
cache="$HOME/.cache/assize/unleash"
server="$cache/node_modules/unleash-server"

install() {
  for program in node npm; do
    command -v "$program" >/dev/null || { echo "needs $program: apt-get install nodejs npm"; return 1; }
  done
  postgres >/dev/null || { echo "needs PostgreSQL: apt-get install postgresql"; return 1; }
  if [ "$(node -p "require('$server/package.json').version" 2>/dev/null)" != "$version" ]; then
    mkdir -p "$cache"
    npm install --prefix "$cache" --no-audit --no-fund --ignore-scripts --silent \
      "unleash-server@$version"
  fi
}

# Folder of the newest PostgreSQL's programs.
postgres() {
  local found
  found="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)"
  [ -n "$found" ] && echo "$found"
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => {
    console.log(s.address().port); s.close() })'
}

# PostgreSQL refuses to run as root.
unprivileged() {
  if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

# A folder that an unprivileged user can reach: that of the caller may be private.
start_postgres() {
  local folder="$1" bin data port
  bin="$(postgres)"
  data="$(unprivileged mktemp -d /tmp/assize-postgres.XXXXXX)"
  echo "$data" >"$folder/postgres"
  port="$(free_port)"
  openssl rand -hex 16 >"$folder/password"
  unprivileged tee "$data/password" <"$folder/password" >/dev/null
  unprivileged "$bin/initdb" --pgdata "$data/db" --username unleash --auth scram-sha-256 \
    --pwfile "$data/password" --no-sync >/dev/null
  unprivileged "$bin/pg_ctl" --pgdata "$data/db" --log "$data/log" --wait start --options \
    "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$data -c fsync=off" >/dev/null
  echo "$port"
}

start() {
  local folder="$1" database port token
  mkdir -p "$folder"
  chmod 700 "$folder"
  install
  database="$(start_postgres "$folder")"
  port="$(free_port)"
  token="$(openssl rand -hex 24)"
  DATABASE_URL="postgres://unleash:$(cat "$folder/password")@127.0.0.1:$database/postgres" \
  DATABASE_SSL=false HTTP_HOST=127.0.0.1 HTTP_PORT="$port" NODE_ENV=production \
  CHECK_VERSION=false SEND_TELEMETRY=false LOG_LEVEL=warn INIT_ADMIN_API_TOKENS="*:*.$token" \
    nohup node "$server/dist/server.js" >"$folder/log" 2>&1 &
  echo "$!" >"$folder/pid"
  printf "export ASSIZE_UNLEASH=%q\nexport ASSIZE_UNLEASH_TOKEN=%q\n" \
    "http://127.0.0.1:$port" "*:*.$token" >"$folder/env"
  for _ in $(seq 240); do
    if curl --silent --fail "http://127.0.0.1:$port/health" >/dev/null; then return 0; fi
    kill -0 "$(cat "$folder/pid")" 2>/dev/null || break
    sleep 0.5
  done
  echo "Unleash does not start:"
  tail -n 20 "$folder/log"
  stop "$folder"
  return 1
}

stop() {
  local folder="$1" data
  if [ -f "$folder/pid" ]; then kill "$(cat "$folder/pid")" 2>/dev/null || true; fi
  if [ -f "$folder/postgres" ]; then
    data="$(cat "$folder/postgres")"
    unprivileged "$(postgres)/pg_ctl" --pgdata "$data/db" --mode immediate stop >/dev/null || true
    rm -rf "$data"
  fi
  rm -f "$folder"/{pid,postgres,password,env}
}

case "${1:-}" in
  start | stop) "$1" "${2:?which folder}" ;;
  *) sed -n '2,9p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac
