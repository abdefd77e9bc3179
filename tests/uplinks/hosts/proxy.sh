# A router that answers ARP for whatever it can reach elsewhere.
line eth1 10.99.5.1/24 10.99.5.254/24
ip route add default via 10.99.5.254
forwarding 1
set4 proxy_arp 1
ready
