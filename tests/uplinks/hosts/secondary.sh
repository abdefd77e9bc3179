# One card with two addresses, both in the ledger.
ip address add 10.77.1.11/24 dev eth0
ip route add default via 10.77.0.1
ready
