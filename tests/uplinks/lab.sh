#!/usr/bin/env bash
# A LAN whose hosts have second networks, in private network namespaces with no way out.
#   lab.sh TABLE FOLDER COMMAND ARGS…
# TABLE names one host a line: last octet, name, three grades (the tests' affair), a script of `hosts/` and
# its variables. COMMAND runs as the scanner, 10.77.0.5/24 on `lan0`. FOLDER gets one folder a host with what
# it said, and a capture of every interface that does not stand on the LAN, from before the command to its
# end; `lan0.pcap` is the LAN as the scanner hears it. Everything ends with the command.
set -euo pipefail

if [ "${INSIDE:-}" != yes ]; then
    export INSIDE=yes
    # As root, no user namespace: some daemons give up their privileges by becoming somebody else.
    own=(unshare --net --mount --pid --fork --kill-child --mount-proc)
    [ "$(id -u)" = 0 ] || own+=(--user --map-root-user)
    exec "${own[@]}" bash "$0" "$@"
fi

export LAB=$(realpath "$(dirname "$0")")
table=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
shift 2
mount -t tmpfs none /run
mkdir -p /run/sshd /run/samba
ip link set lo up
ip link add lan0 address 02:77:00:00:00:05 type bridge
ip address add 10.77.0.5/24 dev lan0
ip link set lan0 up
ip route add default via 10.77.0.1
# The scanner believes no router: neither an advertisement nor a redirect.
echo 0 >/proc/sys/net/ipv6/conf/lan0/accept_ra
echo 0 | tee /proc/sys/net/ipv4/conf/{all,lan0}/accept_redirects >/dev/null

# Puts one host on the LAN: octet, script, variables.
place() {
    export ADDRESS=10.77.0.$1
    unshare --net env "${@:3}" bash -c '
        cd "$DIR"
        . "$LAB/host.sh"
        ip link set lo up
        until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done
        ip address add "$ADDRESS/24" dev eth0
        ip link set eth0 up
        . "$LAB/hosts/$0.sh"' "$2" >"$DIR/log" 2>&1 &
    local inside=$!
    # Until it has left this namespace, a link given to it would stay here.
    while [ "$(readlink /proc/$inside/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
    ip link add "port$1" type veth peer name eth0 address "$(printf 02:77:00:00:00:%02x "$1")" netns "$inside"
    ip link set "port$1" master lan0 up
}

hosts=()
while read -r last name _ _ _ script variables; do
    [ -n "$last" ] && [ "${last#\#}" = "$last" ] || continue
    export DIR=$folder/$name
    mkdir -p "$DIR"
    # shellcheck disable=SC2086 # the variables are words
    place "$last" "$script" $variables
    hosts+=("$name")
done <"$table"

for name in "${hosts[@]}"; do
    for _ in $(seq 200); do
        [ ! -e "$folder/$name/ready" ] || continue 2
        sleep 0.1
    done
    echo "$name does not get ready:" >&2
    tail -40 "$folder/$name/log" >&2
    exit 1
done

tcpdump -Z root -U -i lan0 -w "$folder/lan0.pcap" 2>"$folder/lan0.log" &
capture=$!
until grep -qs 'listening on' "$folder/lan0.log"; do sleep 0.05; done
status=0
"$@" || status=$?
# A frame that left late is looked for, too.
sleep 1
kill -INT "$capture" $(cat "$folder"/*/captures)
sleep 0.5
exit "$status"
