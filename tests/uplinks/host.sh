# What the hosts of the lab are made of; sourced in each host's own namespace, in its own folder.

# line NAME OWN PEER [ONWARD]: a second network, and somebody in it who routes: to 8.8.8.8, and to everybody
# where ONWARD is his own address in a further network, in which nothing answers.
line() {
    unshare --net sleep infinity &
    local peer=$!
    until [ "$(readlink /proc/$peer/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
    ip link add "$1" type veth peer name line0 netns "$peer"
    ip address add "$2" dev "$1"
    ip link set "$1" up
    nsenter --target "$peer" --net sh -e <<END
        ip link set lo up
        ip address add "$3" dev line0
        ip link set line0 up
        ip address add 8.8.8.8/32 dev lo
        echo 1 >/proc/sys/net/ipv4/ip_forward
        [ -z "${4:-}" ] || {
            ip link add onward0 type bridge
            ip address add "${4:-}" dev onward0
            ip link set onward0 up
            ip route add default dev onward0
        }
END
}

# set4 KEY VALUE: an IPv4 setting of every interface, present and future.
set4() {
    for place in /proc/sys/net/ipv4/conf/*/"$1"; do echo "$2" >"$place"; done
}

forwarding() { echo "$1" >/proc/sys/net/ipv4/ip_forward; }

# Hides what is behind from NAME on.
masquerade() { iptables -t nat -A POSTROUTING -o "$1" -j MASQUERADE; }

# samba NAME: file sharing and its names, on every interface.
samba() {
    mkdir -p private lock state cache pid ncalrpc
    cat >smb.conf <<END
[global]
netbios name = $1
workgroup = HOSP
private dir = $DIR/private
lock directory = $DIR/lock
state directory = $DIR/state
cache directory = $DIR/cache
pid directory = $DIR/pid
ncalrpc dir = $DIR/ncalrpc
log file = $DIR/samba.log
disable spoolss = yes
END
    smbd -F --no-process-group -s smb.conf &
    nmbd -F --no-process-group -s smb.conf &
    until [ -e pid/nmbd.pid ] && [ -e pid/smbd.pid ]; do sleep 0.1; done
}

# Captures every interface that does not stand on the LAN, says that the host is ready, and stays.
ready() {
    : >captures
    local name
    for name in $(ip -o link show up | sed 's/^[0-9]*: \([^:@]*\).*/\1/'); do
        case $name in lo | eth0) continue ;; esac
        tcpdump -Z root -U -i "$name" -w "$name.pcap" 2>"$name.log" &
        echo $! >>captures
        until grep -qs 'listening on' "$name.log"; do sleep 0.05; done
    done
    touch ready
    exec sleep infinity
}
