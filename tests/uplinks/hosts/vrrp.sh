# One of two routers with one address between them, 10.77.0.4.
line back0 "172.30.1.${ADDRESS##*.}/24" 172.30.1.1/24
forwarding 1
ip route add default via 10.77.0.1
cat >keepalived.conf <<END
vrrp_instance core {
  interface eth0
  virtual_router_id 51
  priority $PRIORITY
  advert_int 1
  virtual_ipaddress {
    10.77.0.4/24
  }
}
END
keepalived --vrrp -n -l -f "$DIR/keepalived.conf" -p "$DIR/keepalived.pid" -r "$DIR/vrrp.pid" &
[ "$PRIORITY" -lt 150 ] || until ip -o address show eth0 | grep -q 10.77.0.4; do sleep 0.1; done
ready
