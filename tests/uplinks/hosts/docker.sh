# One card, and a bridge of containers: it forwards because Docker switched that on.
ip link add docker0 type bridge
ip address add 172.17.0.1/16 dev docker0
ip link set docker0 up
ip route add default via 10.77.0.1
forwarding 1
# As Docker writes it: only what comes from a container gets another source.
iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
ready
