# A Windows PC as far as two of its services tell: what they say, without the second card itself.
ip route add default via 10.77.0.1
python3 "$LAB/windows.py" WARDPC "$ADDRESS" "$SECOND" "$NAMES" &
until grep -q listening log; do sleep 0.05; done
ready
