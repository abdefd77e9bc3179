# A maintenance vendor's LTE router: NAT to a carrier's network, addresses, names, port control, IPv6; and the
# address that its maker gave it.
line wwan0 100.64.9.2/24 100.64.9.1/24 100.64.7.2/24
ip address add 192.168.8.1/24 dev eth0
ip route add default via 100.64.9.1
forwarding 1
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
masquerade wwan0
cat >dnsmasq.conf <<END
user=root
interface=eth0
bind-interfaces
no-resolv
no-hosts
server=8.8.8.8
dhcp-range=10.77.0.200,10.77.0.219,1h
dhcp-option=3,$ADDRESS
dhcp-leasefile=$DIR/leases
log-facility=-
END
dnsmasq -k -C dnsmasq.conf -x "$DIR/dnsmasq.pid" &
cat >miniupnpd.conf <<END
ext_ifname=wwan0
listening_ip=eth0
enable_natpmp=yes
enable_upnp=yes
friendly_name=LTE Router
uuid=00000000-0000-4000-8000-000000000030
END
miniupnpd -d -f miniupnpd.conf -P "$DIR/miniupnpd.pid" &
cat >radvd.conf <<END
interface eth0 {
  AdvSendAdvert on;
  MaxRtrAdvInterval 60;
  AdvDefaultLifetime 300;
  AdvLinkMTU 1428;
  prefix 2001:db8:bad::/64 { };
};
END
# Not before its link-local address may be used.
until ip -6 -o address show dev eth0 scope link | grep -vq tentative; do sleep 0.1; done
radvd -n -C radvd.conf -p "$DIR/radvd.pid" -m stderr &
until [ -s dnsmasq.pid ] && [ -s miniupnpd.pid ] && [ -s radvd.pid ]; do sleep 0.1; done
ready
