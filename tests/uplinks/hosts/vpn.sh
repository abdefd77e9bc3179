# A VPN client: its tunnel is up, nobody is at the other end.
ip route add default via 10.77.0.1
ip tuntap add tun0 mode tun
# Held open by a reader, or it has no carrier.
exec 9<>/dev/net/tun
ip address add 10.8.0.6/24 dev tun0
ip link set tun0 up
ready
