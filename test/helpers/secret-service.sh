#!/bin/bash
# secret-service.sh unlocked|locked|none FOLDER COMMAND...: runs a command on a private session bus whose Secret Service
# keeps its keys below FOLDER (empty password), is there but closed, or does not exist. Nothing is ever asked.
set -euo pipefail
state=$1 folder=$2; shift 2
mkdir -p "$folder"/{run,data,config,cache}; chmod 700 "$folder/run"
export HOME=$folder XDG_RUNTIME_DIR=$folder/run XDG_DATA_HOME=$folder/data XDG_CONFIG_HOME=$folder/config XDG_CACHE_HOME=$folder/cache
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
# Without service directories nothing is started by activation.
cat >"$folder/bus.conf" <<CONF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=$folder/run</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
CONF
exec dbus-run-session --config-file="$folder/bus.conf" -- bash -c '
  state=$1; shift
  case $state in
    unlocked) gnome-keyring-daemon --foreground --components=secrets --unlock <<<"" >/dev/null 2>&1 & ;;
    locked) gnome-keyring-daemon --foreground --components=secrets </dev/null >/dev/null 2>&1 & ;;
    none) ;;
  esac
  if [ "$state" != none ]; then
    service=$!; trap "kill $service 2>/dev/null || true" EXIT
    for _ in $(seq 100); do
      dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets/collection/login \
        org.freedesktop.DBus.Properties.Get string:org.freedesktop.Secret.Collection string:Locked >/dev/null 2>&1 && break
      sleep 0.1
    done
  fi
  "$@"' run "$state" "$@"
