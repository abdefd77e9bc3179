# A router that gives every packet a new time to live, as some do to hide tethering.
line eth1 192.168.88.2/24 192.168.88.1/24
ip route add default via 192.168.88.1
forwarding 1
iptables -t mangle -A PREROUTING -i eth0 -j TTL --ttl-set 65
masquerade eth1
ready
