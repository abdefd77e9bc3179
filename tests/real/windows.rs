//! What speaks as Windows does: Samba as file server and domain controller, `OpenLDAP`, xrdp, and the
//! servers of impacket; and impacket as an independent client, which must read the same from all of
//! them, and from the simulated hospital, as the agent does.

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

use daicho_shared::batch::Batch;
use daicho_shared::fact::{Fact, NameSource};
use daicho_tests::{no_namespaces, program, root, run, skip};
use serde_json::Value;

use super::{Host, assert_any, cannot_run, facts, has_name, scan_then};

const FILES: Host = Host {
    name: "files",
    last: 18,
    needs: &["nmbd", "smbd"],
    start: r"
ip link add eth1 type veth peer name far1
ip address add 192.168.42.129/24 broadcast + dev eth1
ip link set far1 up
ip link set eth1 up
mkdir -p private lock state cache pid ncalrpc
cat >conf <<EOF
[global]
netbios name = ${DIR##*/}SV1
workgroup = HOSP
server min protocol = NT1
interfaces = eth0 eth1
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
[ ${DIR##*/} != session ] || echo 'smb ports = 139' >>conf
smbd -F --no-process-group -s conf &
exec nmbd -F --no-process-group -s conf",
    ready: "test -e $DIR/pid/nmbd.pid && test -e $DIR/pid/smbd.pid",
};

/// The same without port 445, as before Windows 2000.
const SESSION: Host = Host { name: "session", last: 23, ..FILES };

/// One whose name speaks of a CT console.
const CONSOLE: Host = Host { name: "ctconsole", last: 24, ..FILES };

const CONTROLLER: Host = Host {
    name: "controller",
    last: 19,
    needs: &["samba", "samba-tool"],
    start: r#"
samba-tool domain provision --targetdir="$DIR/dc" --realm=HOSP.EXAMPLE --domain=HOSP --server-role=dc \
    --dns-backend=SAMBA_INTERNAL --adminpass=Admin-pass-12 --host-name=DC1 --host-ip="$ADDRESS" \
    --option="interfaces=lo eth0" --option="bind interfaces only=yes"
sed -i 's/^\[global\]/[global]\nserver services = -winbindd, -dns, -dnsupdate/' dc/etc/smb.conf
exec samba -i -M single -s "$DIR/dc/etc/smb.conf""#,
    ready: "for port in 135 389 445; do (: >/dev/tcp/$ADDRESS/$port) || exit 1; done",
};

const SLAPD: Host = Host {
    name: "slapd",
    last: 20,
    needs: &["slapd"],
    start: r#"
mkdir -p db
cat >conf <<EOF
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $DIR/pid
database mdb
suffix "dc=hosp,dc=example"
directory $DIR/db
EOF
exec slapd -d 0 -f conf -h "ldap://$ADDRESS""#,
    ready: "test -s $DIR/pid",
};

const XRDP: Host = Host {
    name: "xrdp",
    last: 21,
    needs: &["xrdp", "openssl"],
    start: r#"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj "/CN=rdp.hosp.example" 2>/dev/null
sed -e "s|^port=3389|port=tcp://:3389|; s|^certificate=.*|certificate=$DIR/cert.pem|" \
    -e "s|^key_file=.*|key_file=$DIR/key.pem|; s|^LogFile=.*|LogFile=$DIR/xrdp.log|" /etc/xrdp/xrdp.ini >xrdp.ini
mkdir -p /run/xrdp
exec xrdp --nodaemon --config "$DIR/xrdp.ini""#,
    ready: "(: >/dev/tcp/$ADDRESS/3389)",
};

const IMPACKET: Host = Host {
    name: "impacket",
    last: 22,
    needs: &[],
    start: r#"exec "$PYTHON" "$SCRIPTS/windows_server.py" "$ADDRESS" OLDSV1 HOSP 192.168.43.130 2001:db8::22"#,
    ready: "grep -q ready $DIR/log",
};

/// Machines as the makers' descriptions of the protocols have them.
const HOSPITAL: &str = r#"
name = "Windows"
station = { mac = "02:00:00:00:00:05", addresses = ["10.10.0.5/24"] }
[[segment]]
name = "A"
network = "10.10.0.0/24"

[[device]]
name = "UKETSUKE-PC01"
class = "pc"
interface = [
  { segment = "A", mac = "00:80:A3:00:00:11", ipv4 = "10.10.0.11", ipv6 = "2001:db8::11" },
  { mac = "00:80:A3:00:00:12", ipv4 = "192.168.42.129" },
]
netbios = { name = "UKETSUKE-PC01", workgroup = "HOSP" }
windows = { name = "UKETSUKE-PC01", domain = "HOSP", dns_name = "uketsuke-pc01.hosp.local", dns_domain = "hosp.local", version = "10.0.19045" }
[device.tcp]
135 = { habit = "rpc" }
445 = { habit = "smb", dialect = "3.1.1" }
3389 = { habit = "rdp", security = "hybrid", certificate = { subject = "uketsuke-pc01.hosp.local" } }

[[device]]
name = "OLDPC02"
class = "pc"
interface = [{ segment = "A", mac = "00:80:A3:00:00:13", ipv4 = "10.10.0.12" }]
windows = { name = "OLDPC02", version = "5.1.2600" }
[device.tcp]
445 = { habit = "smb", version_1 = true, native_os = "Windows 5.1", native_lanman = "Windows 2000 LAN Manager" }
3389 = { habit = "rdp", security = "rdp", certificate = { subject = "OLDPC02" } }

[[device]]
name = "DCSV1"
class = "server"
interface = [{ segment = "A", mac = "00:80:A3:00:00:14", ipv4 = "10.10.0.13" }]
windows = { name = "DCSV1", domain = "HOSP", dns_name = "dcsv1.hosp.local", dns_domain = "hosp.local", version = "10.0.17763" }
sql = [{ name = "SQLEXPRESS", version = "15.0.2000.5", port = 49712 }]
[device.tcp]
135 = { habit = "rpc" }
389 = { habit = "ldap", root = { dnsHostName = ["dcsv1.hosp.local"], defaultNamingContext = ["DC=hosp,DC=local"], domainControllerFunctionality = ["7"] } }
445 = { habit = "smb", dialect = "3.0.2", version_1 = true, signing = true, native_os = "Windows Server 2019 Standard 17763", native_lanman = "Windows Server 2019 Standard 6.3" }
5985 = { habit = "http-ntlm" }

[[device]]
name = "WEBSV1"
class = "server"
interface = [{ segment = "A", mac = "00:80:A3:00:00:15", ipv4 = "10.10.0.14" }]
windows = { name = "WEBSV1", domain = "HOSP", version = "10.0.20348" }
[device.tcp]
80 = { habit = "http-ntlm" }
"#;

/// A Python with impacket: that of the project's own folder, or the system's.
fn python() -> Option<String> {
    let own = root().join("target/python/bin/python3").display().to_string();
    let has_it = |python: &String| {
        let output = Command::new(python).args(["-c", "import impacket"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    [own, "python3".to_owned()].into_iter().find(has_it)
}

fn scripts() -> String {
    root().join("tests/real").display().to_string()
}

/// What impacket wrote, one object a server.
fn heard(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Everything that these probes learned about an address.
fn by(batch: &Batch, address: &str, probes: &[&str]) -> Vec<Fact> {
    let address: IpAddr = address.parse().unwrap();
    let about = batch.observations.iter().filter(|it| it.target.address == address);
    about.filter(|it| probes.contains(&it.probe.0.as_str())).flat_map(|it| it.facts.to_vec()).collect()
}

fn attribute(source: &str, key: &str, value: &str) -> Fact {
    Fact::Attribute { source: source.into(), key: key.into(), value: value.into() }
}

/// The packets of one probe to an address.
fn packets(batch: &Batch, address: &str, probe: &str) -> u32 {
    let address: IpAddr = address.parse().unwrap();
    batch.sent.iter().filter(|sent| sent.address == address && sent.probe.0 == probe).map(|sent| sent.packets).sum()
}

/// Compares what the agent and impacket read of one server; how many values were compared.
fn compare(batch: &Batch, told: &Value) -> usize {
    let address = told["address"].as_str().unwrap();
    let modern = compare_modern(&by(batch, address, &["smb"]), told);
    let old = compare_old(&by(batch, address, &["smb1"]), &told["old"]);
    modern + old + compare_alive(&by(batch, address, &["rpc"]), &told["alive"])
}

fn compare_modern(facts: &[Fact], told: &Value) -> usize {
    let modern = &told["modern"];
    if modern.is_null() {
        assert!(!facts.iter().any(|fact| matches!(fact, Fact::FileSharing { .. })), "{facts:#?}");
        return 0;
    }
    let text = |key: &str| modern[key].as_str().unwrap_or_default();
    let names = [(0x0202, "2.0.2"), (0x0210, "2.1"), (0x0300, "3.0"), (0x0302, "3.0.2"), (0x0311, "3.1.1")];
    let dialect = names.iter().find(|(number, _)| Some(*number) == modern["dialect"].as_i64()).unwrap().1;
    assert_any(facts, dialect, |fact| {
        matches!(fact, Fact::FileSharing { dialects, signing_required, .. }
            if dialects == &[dialect] && Some(*signing_required) == told["signing"].as_bool())
    });
    let guid = Fact::MachineId { source: "smb-guid".into(), value: text("guid").into() };
    let of_name = attribute("smb", "guid-of-name", text("guid"));
    assert_any(facts, text("guid"), |fact| *fact == guid || *fact == of_name);
    let mut compared = 3;
    for (name, domain) in [(text("computer"), text("domain")), (text("dns_computer"), text("dns_domain"))] {
        let again = name != text("computer") && name.eq_ignore_ascii_case(text("computer"));
        if name.is_empty() || again || (domain == text("dns_domain") && name == text("computer")) {
            continue;
        }
        compared += 2;
        let domain = Some(domain).filter(|domain| !domain.is_empty() && *domain != name).map(str::to_owned);
        assert_any(facts, name, |fact| {
            matches!(fact, Fact::Name { source: NameSource::Ntlm, name: own, domain: within }
                if own == name && *within == domain)
        });
    }
    compared + compare_build(facts, modern)
}

/// Samba tells build 0; impacket's own server tells 65535 with a revision that does not exist.
fn compare_build(facts: &[Fact], modern: &Value) -> usize {
    let number = |key: &str| modern[key].as_u64().unwrap();
    if matches!(number("build"), 0 | 65_535) {
        assert!(!facts.iter().any(|fact| matches!(fact, Fact::OperatingSystem { .. })), "{facts:#?}");
        return 0;
    }
    let version = format!("{}.{}", number("major"), number("minor"));
    assert_any(facts, "build", |fact| {
        matches!(fact, Fact::OperatingSystem { version: Some(own), build: Some(build), .. }
            if *own == version && u64::from(*build) == number("build"))
    });
    3
}

fn compare_old(facts: &[Fact], old: &Value) -> usize {
    let is_on = |fact: &Fact| matches!(fact, Fact::FileSharing { dialects, .. } if dialects == &["NT LM 0.12"]);
    assert_eq!(facts.iter().any(is_on), !old.is_null(), "{old} {facts:#?}");
    if old.is_null() {
        return 1;
    }
    for (key, own) in [("os", "native-os"), ("lanman", "native-lanman")] {
        let wanted = attribute("smb", own, old[key].as_str().unwrap());
        assert!(facts.contains(&wanted), "{wanted:?} {facts:#?}");
    }
    3
}

fn compare_alive(facts: &[Fact], alive: &Value) -> usize {
    let told: Vec<String> = alive.as_array().into_iter().flatten().map(|it| it.as_str().unwrap().to_owned()).collect();
    let own: Vec<String> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Name { source: NameSource::Rpc, name, .. } => Some(name.clone()),
            Fact::OwnAddress { address, .. } => Some(address.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(own, told);
    told.len()
}

#[test]
fn impacket_reads_the_same_of_samba_and_of_its_own_servers() {
    const TEST: &str = "samba and impacket";
    let hosts = [&FILES, &CONTROLLER, &IMPACKET, &CONSOLE];
    let Some(python) = python() else { return skip(TEST, "no Python with impacket") };
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("heard");
    let client = "\"$PYTHON\" \"$SCRIPTS/windows_client.py\" 10.77.0.18 10.77.0.19 10.77.0.22";
    let then = format!("{client} >{0} 2>{0}.log", out.display());
    let variables = [("PYTHON", python.as_str()), ("SCRIPTS", &scripts()), ("THEN", &then)];
    let Some((_folder, batch)) = scan_then(TEST, &hosts, "", &variables) else { return };
    let heard = heard(&out);
    let compared: Vec<usize> = heard.iter().map(|told| compare(&batch, told)).collect();
    eprintln!("values compared: {compared:?}");
    // Dialect, signing, GUID, names and version 1 of each; ServerAlive2 of impacket's own server.
    assert!(heard.len() == 3 && compared.iter().all(|count| *count >= 6), "{compared:?}");
    files(&facts(&batch, FILES.last));
    facts(&batch, CONSOLE.last);
    controller(&facts(&batch, CONTROLLER.last));
    assert_eq!(packets(&batch, "10.77.0.24", "smb1"), 0, "what may be a CT console is not asked for old dialects");
}

fn files(facts: &[Fact]) {
    for address in ["10.77.0.18", "192.168.42.129"] {
        let own = Fact::OwnAddress { address: address.parse().unwrap(), prefix_length: None, interface: None };
        assert!(facts.contains(&own), "the name query tells {address}: {facts:#?}");
    }
    assert_any(
        facts,
        "Samba's version",
        |fact| matches!(fact, Fact::Attribute { key, value, .. } if key == "native-lanman" && value.starts_with("Samba 4.")),
    );
}

fn controller(facts: &[Fact]) {
    assert_any(facts, "directory", |fact| {
        matches!(fact, Fact::Service { port: 389, product: Some(product), version: Some(version), .. }
            if product.starts_with("Samba Team") && version.starts_with("4."))
    });
    assert_any(facts, "name and domain", |fact| {
        matches!(fact, Fact::Name { source: NameSource::Ldap, name, domain: Some(domain) }
            if name.eq_ignore_ascii_case("dc1.hosp.example") && domain == "hosp.example")
    });
    assert_any(facts, "clock", |fact| matches!(fact, Fact::Clock { source, .. } if source == "ldap"));
    assert!(facts.contains(&attribute("smb", "version-1", "refused")), "{facts:#?}");
    assert!(facts.contains(&attribute("ntlm", "target", "domain")), "{facts:#?}");
}

#[test]
fn directory_desktop_and_old_file_server_say_what_they_are() {
    let hosts = [&SLAPD, &XRDP, &SESSION];
    let Some((_folder, batch)) = scan_then("slapd, xrdp and an old samba", &hosts, "", &[]) else { return };
    let directory = facts(&batch, SLAPD.last);
    assert!(directory.contains(&attribute("ldap", "objectClass", "OpenLDAProotDSE")), "{directory:#?}");
    assert!(directory.contains(&attribute("ldap", "namingContexts", "dc=hosp,dc=example")), "{directory:#?}");
    let desktop = facts(&batch, XRDP.last);
    assert!(desktop.contains(&attribute("rdp", "security", "ssl")), "{desktop:#?}");
    assert_any(
        &desktop,
        "certificate",
        |fact| matches!(fact, Fact::Certificate { port: 3389, subject, .. } if subject == "CN=rdp.hosp.example"),
    );
}

#[test]
fn impacket_reads_the_same_of_the_simulated_hospital() {
    const TEST: &str = "the simulated hospital and impacket";
    let Some(python) = python() else { return skip(TEST, "no Python with impacket") };
    if let Some(why) = no_namespaces().or_else(|| cannot_run(&[])) {
        return skip(TEST, &why);
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("hospital.toml"), HOSPITAL).unwrap();
    fs::write(at("agent.toml"), "[scope]\nnetworks = [\"10.10.0.0/28\"]\ninterface = \"lan0\"\n").unwrap();
    let scan = "scan --profile normal --config agent.toml --out batch.jsonl";
    let ask = format!("{}/windows_client.py 10.10.0.11 10.10.0.12 10.10.0.13 >heard 2>heard.log", scripts());
    let command = format!("{} {scan} && {python} {ask}", program("daicho-agent").display());
    let output = run(Command::new(program("daicho-hospital")).current_dir(folder.path()).args([
        "exec",
        "--quiet",
        "--hospital",
        "hospital.toml",
        "--",
        "bash",
        "-c",
        &command,
    ]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let batch = Batch::read(std::io::BufReader::new(fs::File::open(at("batch.jsonl")).unwrap())).unwrap();
    let heard = heard(&at("heard"));
    let compared: Vec<usize> = heard.iter().map(|told| compare(&batch, told)).collect();
    eprintln!("values compared: {compared:?}");
    assert!(heard.len() == 3 && compared.iter().sum::<usize>() >= 25, "{compared:?}");
    hospital(&batch);
    for probe in ["smb", "smb1", "rdp", "rpc", "ldap", "http-ntlm", "sql-browser", "netbios"] {
        let most = ["10.10.0.11", "10.10.0.12", "10.10.0.13"].map(|address| packets(&batch, address, probe));
        eprintln!("packets: {probe} {most:?}");
        assert!(most.iter().all(|count| *count <= 10) && most != [0; 3], "{probe}: {most:?}");
    }
}

fn hospital(batch: &Batch) {
    let pc = by(batch, "10.10.0.11", &["rdp", "netbios"]);
    has_name(&pc, NameSource::Ntlm, "uketsuke-pc01.hosp.local");
    assert!(pc.contains(&attribute("rdp", "security", "hybrid")), "{pc:#?}");
    assert_any(&pc, "build by RDP", |fact| matches!(fact, Fact::OperatingSystem { build: Some(19_045), .. }));
    let second = Fact::OwnAddress { address: [192, 168, 42, 129].into(), prefix_length: None, interface: None };
    assert!(pc.contains(&second), "the name query tells the second network: {pc:#?}");
    let old = by(batch, "10.10.0.12", &["smb1", "rdp"]);
    assert!(old.contains(&attribute("rdp", "security", "rdp")), "{old:#?}");
    assert_any(&old, "build by version 1", |fact| matches!(fact, Fact::OperatingSystem { build: Some(2600), .. }));
    let server = by(batch, "10.10.0.13", &["http-ntlm", "ldap", "sql-browser"]);
    has_name(&server, NameSource::Ntlm, "DCSV1");
    has_name(&server, NameSource::Ldap, "dcsv1.hosp.local");
    has_name(&server, NameSource::SqlBrowser, "DCSV1");
    assert!(server.contains(&attribute("sql-browser", "instance", "SQLEXPRESS")), "{server:#?}");
    let web = by(batch, "10.10.0.14", &["http-ntlm"]);
    assert_any(&web, "build by HTTP", |fact| matches!(fact, Fact::OperatingSystem { build: Some(20_348), .. }));
}
