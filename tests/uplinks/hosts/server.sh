# A server with a second card in a maintenance network.
line maint0 172.16.5.12/24 172.16.5.1/24
ip route add default via 10.77.0.1
ssh-keygen -q -t ed25519 -N "" -f key
printf 'HostKey %s/key\nUsePAM no\nPidFile %s/sshd.pid\n' "$DIR" "$DIR" >sshd.conf
"$(command -v sshd)" -D -e -f "$DIR/sshd.conf" &
printf 'agentaddress udp:161\nrocommunity maintenance-ro\nsysName REPORTSV1\n' >snmpd.conf
SNMP_PERSISTENT_DIR=$DIR snmpd -f -Lo -C -c snmpd.conf -p snmpd.pid &
samba REPORTSV1
until [ -s sshd.pid ] && [ -s snmpd.pid ]; do sleep 0.1; done
ready
