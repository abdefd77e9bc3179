# The hospital's own: NAT to a public network, and the only DHCP server that anybody ordered.
line wan0 5.104.99.77/24 5.104.99.1/24
ip route add default via 5.104.99.1
forwarding 1
masquerade wan0
cat >dnsmasq.conf <<END
user=root
port=0
interface=eth0
dhcp-range=10.77.0.128,10.77.0.159,1h
dhcp-option=3,10.77.0.1
dhcp-leasefile=$DIR/leases
log-facility=-
END
dnsmasq -k -C dnsmasq.conf -x "$DIR/dnsmasq.pid" &
until [ -s dnsmasq.pid ]; do sleep 0.05; done
ready
