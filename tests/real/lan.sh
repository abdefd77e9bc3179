#!/usr/bin/env bash
# A small LAN in private network namespaces: one bridge, one namespace a host, no way out.
#   lan.sh FOLDER COMMAND ARGS…
# FOLDER holds one folder a host: `address` (last octet) and `start` (what runs there, with DIR and
# ADDRESS set). COMMAND runs on the bridge's own machine, 10.77.0.1/24 on `lan0`. Everything ends with it.
set -euo pipefail

if [ "${INSIDE:-}" != yes ]; then
    export INSIDE=yes
    # As root, no user namespace: some daemons give up their privileges by becoming somebody else.
    own=(unshare --net --mount --pid --fork --kill-child --mount-proc)
    [ "$(id -u)" = 0 ] || own+=(--user --map-root-user)
    exec "${own[@]}" bash "$0" "$@"
fi

export FOLDER=$(realpath "$1")
folder=$FOLDER
shift
mount -t tmpfs none /run
mkdir -p /run/sshd /run/avahi-daemon /run/samba
ip link set lo up
# A bridge keeps LLDP to itself; this one passes it on, as a mirror port does.
ip link add lan0 type bridge group_fwd_mask 0x4000
ip address add 10.77.0.1/24 dev lan0
ip link set lan0 up

for host in "$folder"/*/; do
    last=$(cat "$host/address")
    export DIR=${host%/} ADDRESS=10.77.0.$last
    unshare --net bash -c '
        ip link set lo up
        while ! ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
        ip address add "$ADDRESS/24" dev eth0
        ip link set eth0 up
        cd "$DIR" && exec bash ./start >log 2>&1' &
    inside=$!
    # Until it has left this namespace, a link given to it would stay here.
    while [ "$(readlink /proc/$inside/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
    ip link add "veth$last" type veth peer name eth0 netns "$inside"
    ip link set "veth$last" master lan0 up
done

# A host is ready when its `ready` command succeeds; a host without one is ready after a while.
for host in "$folder"/*/; do
    for _ in $(seq 300); do
        if [ -f "$host/ready" ]; then
            ADDRESS=10.77.0.$(cat "$host/address") DIR=$host bash "$host/ready" >/dev/null 2>&1 && break
        fi
        sleep 0.1
    done
done
"$@"
