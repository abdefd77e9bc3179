//! The agent against real daemons, each on a host of its own in a private network namespace.
//!
//! A daemon that is not installed is skipped, and said so; where `DAICHO_TEST_ALL` is set, skipping fails.

mod listen;
mod medical;
mod names;
mod services;
mod snmp;
mod uplink;
mod uplink_services;
mod windows;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use daicho_shared::batch::Batch;
use daicho_shared::fact::{Fact, NameSource, Transport};
use daicho_tests::{program, root, run, skip};
use tempfile::TempDir;

use snmp::SNMPD;

/// A host of the small LAN.
struct Host {
    name: &'static str,
    last: u8,
    /// Programs it needs.
    needs: &'static [&'static str],
    /// What runs there; `$DIR` is its folder, `$ADDRESS` its address.
    start: &'static str,
    /// Succeeds when it is ready.
    ready: &'static str,
}

const SAMBA: Host = Host {
    name: "samba",
    last: 12,
    needs: &["nmbd", "smbd"],
    start: r"
mkdir -p private lock state cache pid ncalrpc
cat >conf <<EOF
[global]
netbios name = WARDSV1
workgroup = HOSP
interfaces = eth0
bind interfaces only = yes
private dir = $DIR/private
lock directory = $DIR/lock
state directory = $DIR/state
cache directory = $DIR/cache
pid directory = $DIR/pid
ncalrpc dir = $DIR/ncalrpc
log file = $DIR/samba.log
disable spoolss = yes
EOF
smbd -F --no-process-group -s conf &
exec nmbd -F --no-process-group -s conf",
    ready: "test -e $DIR/pid/nmbd.pid && test -e $DIR/pid/smbd.pid",
};

const AVAHI: Host = Host {
    name: "avahi",
    last: 13,
    needs: &["avahi-daemon"],
    start: r"
cat >conf <<EOF
[server]
host-name=ctpc1
use-ipv6=no
enable-dbus=no
[publish]
publish-workstation=yes
EOF
exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f $DIR/conf",
    ready: "grep -q 'startup complete' $DIR/log",
};

const SSHD: Host = Host {
    name: "sshd",
    last: 14,
    needs: &["sshd", "ssh-keygen"],
    start: r#"
ssh-keygen -q -t ed25519 -N "" -f key
cut -d" " -f2 key.pub | base64 -d | sha256sum | cut -d" " -f1 >fingerprint
printf 'HostKey %s/key\nUsePAM no\nPidFile none\n' "$DIR" >conf
exec "$(command -v sshd)" -D -e -f $DIR/conf"#,
    ready: "grep -q 'Server listening' $DIR/log",
};

const NGINX: Host = Host {
    name: "nginx",
    last: 15,
    needs: &["nginx", "openssl"],
    start: r#"
openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -days 30 -subj "/CN=pacs.hosp.example" \
    -addext "subjectAltName=DNS:pacs.hosp.example,IP:10.77.0.15" 2>/dev/null
mkdir -p html && echo "<html><head><title>PACS Viewer</title></head></html>" >html/index.html
cat >conf <<EOF
daemon off; master_process off; pid $DIR/pid; error_log $DIR/error.log;
events {}
http {
  access_log off;
  client_body_temp_path $DIR/t1; proxy_temp_path $DIR/t2; fastcgi_temp_path $DIR/t3; uwsgi_temp_path $DIR/t4; scgi_temp_path $DIR/t5;
  server { listen 80; root $DIR/html; }
  server { listen 443 ssl; ssl_certificate $DIR/tls.crt; ssl_certificate_key $DIR/tls.key; root $DIR/html; }
}
EOF
exec nginx -c $DIR/conf -e $DIR/error.log"#,
    ready: "test -s $DIR/pid",
};

const MINIUPNPD: Host = Host {
    name: "miniupnpd",
    last: 16,
    needs: &["miniupnpd"],
    start: r"
ip link add wan0 type dummy
ip address add 5.104.99.77/24 dev wan0
ip link set wan0 up
ip route add default dev wan0
cat >conf <<EOF
ext_ifname=wan0
listening_ip=eth0
enable_natpmp=yes
enable_upnp=yes
friendly_name=LTE Router
uuid=00000000-0000-4000-8000-000000000016
EOF
exec miniupnpd -d -f $DIR/conf -P $DIR/pid",
    ready: "grep -q 'HTTP listening' $DIR/log",
};

const DNSMASQ: Host = Host {
    name: "dnsmasq",
    last: 17,
    needs: &["dnsmasq"],
    start: r"
cat >conf <<EOF
no-resolv
no-hosts
user=root
pid-file=$DIR/pid
log-facility=-
host-record=ct1.hosp.example,10.77.0.11
host-record=dns.hosp.example,10.77.0.17
EOF
exec dnsmasq -k -C $DIR/conf",
    ready: "test -s $DIR/pid",
};

/// Runs the agent on a LAN of these hosts; `None`, and said so, where one cannot run.
fn scan(test: &str, hosts: &[&Host], settings: &str) -> Option<(TempDir, Batch)> {
    scan_then(test, hosts, settings, &[])
}

/// The same with these variables for the hosts; `THEN` is a command that runs after the agent, in its place.
fn scan_then(test: &str, hosts: &[&Host], settings: &str, variables: &[(&str, &str)]) -> Option<(TempDir, Batch)> {
    let settings = format!("[scope]\nnetworks = [\"10.77.0.0/27\"]\ninterface = \"lan0\"\n{settings}");
    let (folder, mut batches) = scans(test, hosts, &[settings], variables)?;
    Some((folder, batches.remove(0)))
}

/// The same several times on one LAN, each with settings of its own; `BEFORE` is a command that runs before
/// the agent, in its place. `$PROJECT` is the project's top folder, `$FOLDER` the hosts'.
fn scans(
    test: &str,
    hosts: &[&Host],
    settings: &[String],
    variables: &[(&str, &str)],
) -> Option<(TempDir, Vec<Batch>)> {
    if let Some(why) = cannot_run(hosts) {
        skip(test, &why);
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let lan = place(folder.path(), hosts);
    for (number, settings) in settings.iter().enumerate() {
        fs::write(folder.path().join(format!("{number}.toml")), settings).unwrap();
    }
    let script = r#"eval "${BEFORE:-true}" || exit
    for config in "$FOLDER"/../*.toml; do
        "$AGENT" scan --profile "${PROFILE:-normal}" --config "$config" --out "${config%.toml}.jsonl" || exit
    done
    eval "${THEN:-true}""#;
    let output = run(Command::new("bash")
        .envs(variables.iter().copied())
        .arg(root().join("tests/real/lan.sh"))
        .arg(&lan)
        .args(["bash", "-c", script])
        .env("PROJECT", root())
        .env("AGENT", program("daicho-agent")));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}{}", output.status, logs(&lan));
    let open = |number| fs::File::open(folder.path().join(format!("{number}.jsonl"))).unwrap();
    let batches = (0..settings.len()).map(|number| Batch::read(std::io::BufReader::new(open(number))).unwrap());
    let batches = batches.collect();
    Some((folder, batches))
}

/// The folder that describes a LAN of these hosts.
fn place(folder: &Path, hosts: &[&Host]) -> PathBuf {
    let lan = folder.join("lan");
    for host in hosts {
        let place = lan.join(host.name);
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("address"), host.last.to_string()).unwrap();
        fs::write(place.join("start"), host.start).unwrap();
        fs::write(place.join("ready"), host.ready).unwrap();
    }
    lan
}

fn cannot_run(hosts: &[&Host]) -> Option<String> {
    let tools = ["unshare", "ip", "bash"];
    let needed = hosts.iter().flat_map(|host| host.needs.iter()).chain(&tools);
    let missing: Vec<&str> = needed.copied().filter(|name| !is_installed(name)).collect();
    if !missing.is_empty() {
        return Some(format!("not installed: {}", missing.join(", ")));
    }
    let probe = Command::new("unshare").args(["--user", "--map-root-user", "--net", "true"]).output();
    let allowed = probe.is_ok_and(|output| output.status.success());
    (!allowed).then(|| "network namespaces are not allowed here".to_owned())
}

fn is_installed(name: &str) -> bool {
    ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].iter().any(|folder| Path::new(folder).join(name).exists())
}

fn logs(lan: &Path) -> String {
    let hosts = fs::read_dir(lan).unwrap().map(|entry| entry.unwrap().path());
    let said = |host: &Path| fs::read_to_string(host.join("log")).unwrap_or_default();
    hosts.flat_map(|host| ["\n-- ".to_owned(), host.display().to_string(), "\n".to_owned(), said(&host)]).collect()
}

/// Everything that was learned about a host.
fn facts(batch: &Batch, last: u8) -> Vec<Fact> {
    let address: std::net::IpAddr = [10, 77, 0, last].into();
    let about = batch.observations.iter().filter(|it| it.target.address == address);
    let facts: Vec<Fact> = about.flat_map(|it| it.facts.to_vec()).collect();
    assert!(facts.iter().any(|fact| matches!(fact, Fact::LinkAddress { .. })), "10.77.0.{last} was not found");
    facts
}

fn assert_any(facts: &[Fact], what: &str, wanted: impl Fn(&Fact) -> bool) {
    assert!(facts.iter().any(wanted), "no {what} among {facts:#?}");
}

fn has_name(facts: &[Fact], source: NameSource, wanted: &str) {
    assert_any(
        facts,
        wanted,
        |fact| matches!(fact, Fact::Name { source: s, name, .. } if *s == source && name == wanted),
    );
}

#[test]
fn samba_tells_its_name_and_workgroup() {
    let Some((_folder, batch)) = scan("samba", &[&SAMBA], "") else { return };
    let facts = facts(&batch, SAMBA.last);
    assert_any(
        &facts,
        "NetBIOS name",
        |fact| matches!(fact, Fact::Name { source: NameSource::Netbios, name, domain: Some(domain) } if name == "WARDSV1" && domain == "HOSP"),
    );
    assert_any(&facts, "port 445", |fact| matches!(fact, Fact::Port { transport: Transport::Tcp, port: 445, .. }));
}

#[test]
fn avahi_tells_its_name() {
    let Some((_folder, batch)) = scan("avahi-daemon", &[&AVAHI], "") else { return };
    let facts = facts(&batch, AVAHI.last);
    assert_any(
        &facts,
        "mDNS name",
        |fact| matches!(fact, Fact::Name { source: NameSource::Mdns, name, .. } if name.trim_end_matches(".local") == "ctpc1"),
    );
}

#[test]
fn openssh_shows_its_host_key() {
    let Some((folder, batch)) = scan("openssh-server", &[&SSHD], "") else { return };
    let expected = fs::read_to_string(folder.path().join("lan/sshd/fingerprint")).unwrap();
    let facts = facts(&batch, SSHD.last);
    assert_any(
        &facts,
        "host key",
        |fact| matches!(fact, Fact::HostKey { algorithm, sha256, .. } if algorithm == "ssh-ed25519" && sha256 == expected.trim()),
    );
    assert_any(
        &facts,
        "product",
        |fact| matches!(fact, Fact::Service { port: 22, product: Some(product), .. } if product.contains("OpenSSH")),
    );
}

#[test]
fn nginx_shows_its_certificate_and_title() {
    let Some((_folder, batch)) = scan("nginx", &[&NGINX], "") else { return };
    let facts = facts(&batch, NGINX.last);
    assert_any(&facts, "certificate", |fact| {
        matches!(fact, Fact::Certificate { port: 443, subject, names, addresses, .. }
            if subject.contains("pacs.hosp.example") && names == &["pacs.hosp.example"] && addresses.len() == 1)
    });
    for tls in [false, true] {
        assert_any(&facts, "title", |fact| {
            matches!(fact, Fact::Web { title: Some(title), server: Some(server), tls: inside, .. }
                if title == "PACS Viewer" && server.starts_with("nginx") && *inside == tls)
        });
    }
}

#[test]
fn miniupnpd_calls_itself_a_gateway() {
    let Some((_folder, batch)) = scan("miniupnpd", &[&MINIUPNPD], "") else { return };
    let facts = facts(&batch, MINIUPNPD.last);
    assert_any(&facts, "router", |fact| matches!(fact, Fact::Router { how } if how == "upnp-igd"));
    has_name(&facts, NameSource::Upnp, "LTE Router");
}

#[test]
fn dnsmasq_names_hosts() {
    let Some((_folder, batch)) = scan("dnsmasq", &[&DNSMASQ, &SNMPD], "[resolver]\naddress = \"10.77.0.17\"\n") else {
        return;
    };
    has_name(&facts(&batch, SNMPD.last), NameSource::Dns, "ct1.hosp.example");
    has_name(&facts(&batch, DNSMASQ.last), NameSource::Dns, "dns.hosp.example");
}
