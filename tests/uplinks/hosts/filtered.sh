# A firewall in front of everything but ARP, and a strong host's ARP behind it.
line eth1 192.168.200.17/24 192.168.200.1/24
set4 arp_ignore 1
nft -f - <<END
table inet firewall {
  chain input { type filter hook input priority 0; policy drop; }
  chain output { type filter hook output priority 0; policy drop; }
}
END
ready
