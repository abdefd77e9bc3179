//! Databases, VPN gateways, screens, greetings and a controller: what each real program tells, and what
//! it writes down about us.

use std::fs;

use daicho_shared::batch::Batch;
use daicho_shared::fact::{Fact, Transport};

use super::{Host, assert_any, facts, scan};

const POSTGRESQL: Host = Host {
    name: "postgresql",
    last: 3,
    needs: &["psql", "openssl"],
    start: r#"
bin=$(echo /usr/lib/postgresql/*/bin | tr ' ' '\n' | tail -n 1)
openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -days 30 -subj "/CN=db.hosp.example" 2>/dev/null
cat >go <<EOF
"$bin/initdb" -D "$DIR/data" -A trust --no-sync >/dev/null
cp tls.crt tls.key data/ && chmod 600 data/tls.key
exec "$bin/postgres" -D "$DIR/data" -k "$DIR" -c listen_addresses='*' -c ssl=on -c ssl_cert_file=tls.crt -c ssl_key_file=tls.key
EOF
# PostgreSQL refuses to run as root, even as the root of a namespace.
exec unshare --user --map-user=1000 bash go"#,
    ready: "grep -q 'ready to accept connections' $DIR/log",
};

const MARIADB: Host = Host {
    name: "mariadb",
    last: 4,
    needs: &["mariadbd"],
    start: r#"
mkdir data
exec mariadbd --no-defaults --user=root --datadir="$DIR/data" --socket="$DIR/socket" --pid-file="$DIR/pid" \
    --skip-grant-tables --skip-name-resolve --skip-networking=0 --bind-address=0.0.0.0 --port=3306"#,
    ready: "grep -q 'ready for connections' $DIR/log",
};

const CHARON: Host = Host {
    name: "charon",
    last: 5,
    needs: &["ipsec"],
    start: r"
cat >conf <<EOF
charon {
  load = random nonce aes sha1 sha2 hmac kdf openssl pem x509 pubkey kernel-netlink socket-default
  install_routes = no
  filelog {
    log {
      path = $DIR/charon.log
      flush_line = yes
    }
  }
}
EOF
STRONGSWAN_CONF=$DIR/conf exec /usr/lib/ipsec/charon --use-syslog no",
    ready: "grep -q 'spawning' $DIR/charon.log",
};

const OPENVPN: Host = Host {
    name: "openvpn",
    last: 6,
    needs: &["openvpn", "openssl"],
    start: r#"
openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -days 30 -subj "/CN=vpn.hosp.example" 2>/dev/null
common="--dev null --tls-server --ca tls.crt --cert tls.crt --key tls.key --dh none --lport 1194 --verb 3"
openvpn $common --proto tcp-server >tcp.log 2>&1 &
exec openvpn $common --proto udp"#,
    ready: "grep -q 'link remote' $DIR/log && grep -q Listening $DIR/tcp.log",
};

const TIGERVNC: Host = Host {
    name: "tigervnc",
    last: 7,
    needs: &["Xtigervnc"],
    start: "exec Xtigervnc :77 -nolock -nolisten unix -SecurityTypes VncAuth -PasswordFile $DIR/none -rfbport 5900 -localhost=0",
    ready: "grep -q 'Listening for VNC connections' $DIR/log",
};

const VSFTPD: Host = Host {
    name: "vsftpd",
    last: 8,
    needs: &["vsftpd"],
    start: r"
printf 'listen=YES\nbackground=NO\nrun_as_launching_user=YES\nanonymous_enable=NO\nlocal_enable=YES\n' >conf
exec vsftpd $DIR/conf",
    // It writes nothing of itself.
    ready: "sleep 1",
};

const EXIM: Host = Host {
    name: "exim",
    last: 9,
    needs: &["exim4"],
    start: r"
mkdir -m 777 /run/exim
cat >conf <<EOF
primary_hostname = mail.hosp.example
spool_directory = /run/exim
log_file_path = /run/exim/%slog
pid_file_path = /run/exim/pid
host_lookup =
keep_environment =
EOF
exec exim4 -C $DIR/conf -bdf -oX 25",
    ready: "grep -q listening /run/exim/mainlog",
};

/// Servers with one way of key exchange each.
macro_rules! sshd {
    ($name:literal, $last:literal, $method:literal) => {
        Host {
            name: $name,
            last: $last,
            needs: &["sshd", "ssh-keygen"],
            start: concat!(
                "ssh-keygen -q -t ed25519 -N '' -f key\n",
                "cut -d' ' -f2 key.pub | base64 -d | sha256sum | cut -d' ' -f1 >fingerprint\n",
                "printf 'HostKey %s/key\\nUsePAM no\\nPidFile none\\nKexAlgorithms ",
                $method,
                "\\n' \"$DIR\" >conf\n",
                "exec \"$(command -v sshd)\" -D -e -f $DIR/conf"
            ),
            ready: "grep -q 'Server listening' $DIR/log",
        }
    };
}

const SSH: [Host; 4] = [
    sshd!("ssh-nistp", 20, "ecdh-sha2-nistp256"),
    sshd!("ssh-gex", 21, "diffie-hellman-group-exchange-sha256"),
    sshd!("ssh-group14", 22, "diffie-hellman-group14-sha1"),
    sshd!("ssh-gex1", 23, "diffie-hellman-group-exchange-sha1"),
];

fn tells(batch: &Batch, host: &Host, named: &str, what: [Option<&str>; 2]) {
    let is = |own: &Option<String>, wanted: Option<&str>| wanted.is_none_or(|wanted| own.as_deref() == Some(wanted));
    assert_any(&facts(batch, host.last), named, |fact| {
        matches!(fact, Fact::Service { protocol, product, version, .. }
            if protocol == named && is(product, what[0]) && is(version, what[1]))
    });
}

/// What the package manager says is installed, up to Debian's part of the version.
fn installed(package: &str) -> String {
    let output = std::process::Command::new("dpkg-query").args(["-W", "-f", "${Version}", package]).output().unwrap();
    let version = String::from_utf8(output.stdout).unwrap();
    let upstream = version.rsplit(':').next().unwrap_or_default();
    upstream.split(['-', '+']).next().unwrap_or_default().to_owned()
}

#[test]
fn databases_are_named_and_note_no_failed_login() {
    let Some((folder, batch)) = scan("databases", &[&POSTGRESQL, &MARIADB], "") else { return };
    tells(&batch, &POSTGRESQL, "postgresql", [Some("PostgreSQL"), None]);
    tells(&batch, &MARIADB, "mysql", [Some("MariaDB"), Some(&installed("mariadb-server"))]);
    assert_any(
        &facts(&batch, POSTGRESQL.last),
        "certificate",
        |fact| matches!(fact, Fact::Certificate { port: 5432, subject, .. } if subject.contains("db.hosp.example")),
    );
    let log = |name: &str| fs::read_to_string(folder.path().join("lan").join(name).join("log")).unwrap();
    let after = log("postgresql").split_once("ready to accept connections").unwrap().1.to_owned();
    assert!(!["FATAL", "could not accept", "authentication"].iter().any(|word| after.contains(word)), "{after}");
    assert!(!log("mariadb").contains("Access denied"), "{}", log("mariadb"));
}

#[test]
fn vpn_gateways_prove_themselves_and_open_no_session() {
    let Some((folder, batch)) = scan("strongswan and openvpn", &[&CHARON, &OPENVPN], "") else { return };
    tells(&batch, &CHARON, "ike", [None, None]);
    assert_any(
        &facts(&batch, CHARON.last),
        "notify",
        |fact| matches!(fact, Fact::Attribute { key, value, .. } if key == "notify" && value == "NO-PROPOSAL-CHOSEN"),
    );
    let log = fs::read_to_string(folder.path().join("lan/charon/charon.log")).unwrap();
    assert!(!log.contains("generating IKE_SA_INIT response 0 [ SA "), "{log}");
    let of = |wanted: Transport| move |fact: &Fact| matches!(fact, Fact::Service { transport, port: 1194, protocol, .. } if *transport == wanted && protocol == "openvpn");
    let openvpn = facts(&batch, OPENVPN.last);
    assert_any(&openvpn, "OpenVPN by UDP", of(Transport::Udp));
    assert_any(&openvpn, "OpenVPN by TCP", of(Transport::Tcp));
}

#[test]
fn greetings_are_read() {
    let Some((_folder, batch)) = scan("vsftpd, exim and tigervnc", &[&TIGERVNC, &VSFTPD, &EXIM], "") else { return };
    tells(&batch, &VSFTPD, "ftp", [Some("vsFTPd"), Some(&installed("vsftpd"))]);
    tells(&batch, &EXIM, "smtp", [Some("Exim"), Some(&installed("exim4-daemon-light"))]);
    tells(&batch, &TIGERVNC, "vnc", [None, None]);
    assert_any(
        &facts(&batch, TIGERVNC.last),
        "protocol",
        |fact| matches!(fact, Fact::Attribute { source, value, .. } if source == "vnc" && value == "3.8"),
    );
}

#[test]
fn every_way_of_key_exchange_shows_the_host_key() {
    let Some((folder, batch)) = scan("ssh key exchanges", &SSH.each_ref(), "") else { return };
    for host in &SSH {
        let expected = fs::read_to_string(folder.path().join("lan").join(host.name).join("fingerprint")).unwrap();
        assert_any(
            &facts(&batch, host.last),
            host.name,
            |fact| matches!(fact, Fact::HostKey { sha256, .. } if sha256 == expected.trim()),
        );
    }
}
