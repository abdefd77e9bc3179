# A PC with a telephone at its USB port; the telephone leads on to a carrier's network.
line usb0 "192.168.42.${ADDRESS##*.}/24" 192.168.42.129/24 100.64.7.2/24
ip route add default via 192.168.42.129
set4 rp_filter "${RP_FILTER:-0}"
set4 arp_ignore "${ARP_IGNORE:-0}"
if [ "${FORWARDING:-0}" = 1 ]; then
    forwarding 1
    masquerade usb0
fi
[ -z "${DROP:-}" ] || iptables -P "$DROP" DROP
[ -z "${NAMES:-}" ] || samba "$NAMES"
ready
