# The provider's end of an access line, bridged into this LAN.
ip route add default via 10.77.0.1
pppoe-server -F -I eth0 -C ACCESS-BAS1 -L 100.64.0.1 -R 100.64.0.2 -N 4 &
until grep -q 8863 /proc/net/packet; do sleep 0.1; done
ready
