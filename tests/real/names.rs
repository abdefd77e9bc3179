//! Protocols in which devices say their name and make: WS-Discovery, SIP, RTSP, IPP, multicast DNS asked
//! of one device, and the icon and redirections of a page.

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

use daicho_shared::batch::Batch;
use daicho_shared::fact::{Fact, NameSource};
use daicho_tests::{run, skip};

use super::{AVAHI, Host, assert_any, facts, has_name, scan};

const WSDD: Host = Host {
    name: "wsdd",
    last: 18,
    needs: &["wsdd"],
    start: "exec wsdd -i eth0 -4 -n WARD3PC7 -w HOSP -v -U 00000000-0000-4000-8000-000000000018",
    ready: "grep -q 'joined multicast group' $DIR/log && sleep 1",
};

const KAMAILIO: Host = Host {
    name: "kamailio",
    last: 20,
    needs: &["kamailio"],
    start: r#"
cat >conf <<EOF
#!KAMAILIO
log_stderror=yes
children=1
mpath="$(dirname "$(find /usr/lib -name sl.so -path '*kamailio*' | head -n 1)")/"
listen=udp:$ADDRESS:5060
loadmodule "pv.so"
loadmodule "sl.so"
request_route {
  if (method == "OPTIONS") { sl_send_reply("200", "OK"); exit; }
  sl_send_reply("405", "Method Not Allowed");
}
EOF
exec kamailio -f conf -DD -E -Y $DIR -m 16 -M 4"#,
    ready: "grep -q 'udp: 10.77.0.20:5060' $DIR/log && sleep 1",
};

/// A camera's server, of which two run: one that describes its stream, one that wants a login.
const GSTREAMER: &str = r#"
cat >serve.py <<EOF
import sys
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address(sys.argv[1])
server.set_service("554")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch("( videotestsrc is-live=true ! rtpvrawpay name=pay0 )")
if len(sys.argv) > 2:
    auth = GstRtspServer.RTSPAuth()
    auth.set_realm(sys.argv[2])
    server.set_auth(auth)
    factory.set_permissions(GstRtspServer.RTSPPermissions())
server.get_mount_points().add_factory("/", factory)
server.attach(None)
print("ready", flush=True)
GLib.MainLoop().run()
EOF
"#;

const CAMERA: Host = Host {
    name: "gstreamer",
    last: 21,
    needs: &["python3"],
    start: "exec /usr/bin/python3 serve.py $ADDRESS",
    ready: "grep -q ready $DIR/log",
};

const CAMERA_WITH_LOGIN: Host = Host {
    name: "gstreamer-login",
    last: 22,
    start: "exec /usr/bin/python3 serve.py $ADDRESS 'IP Camera(C1234)'",
    ..CAMERA
};

const PRINTER: Host = Host {
    name: "ippeveprinter",
    last: 23,
    needs: &["ippeveprinter", "avahi-daemon", "dbus-daemon"],
    start: r#"
mkdir -p spool
printf '[server]\nhost-name=printer3\nuse-ipv6=no\nallow-interfaces=eth0\n' >avahi.conf
exec unshare --mount bash -c '
mount -t tmpfs none /run
mkdir -p /run/dbus /run/avahi-daemon
dbus-daemon --system --nopidfile --fork
avahi-daemon --no-drop-root --no-chroot --no-rlimits -D -f $DIR/avahi.conf
sleep 1
exec ippeveprinter -v -p 631 -d spool -M Canon -m "iR-ADV C5840" -l "Ward 3" "Ward 3 Printer"'"#,
    ready: "grep -q printer-uuid $DIR/log && sleep 2",
};

const CUPS: Host = Host {
    name: "cups",
    last: 24,
    needs: &["cupsd"],
    start: r"
mkdir -p cache spool tmp state
cat >cupsd.conf <<EOF
Listen $ADDRESS:631
Browsing Off
DefaultAuthType None
AccessLogLevel all
<Location />
Order allow,deny
Allow all
</Location>
EOF
cat >cups-files.conf <<EOF
ServerRoot $DIR
AccessLog $DIR/access
ErrorLog stderr
CacheDir $DIR/cache
RequestRoot $DIR/spool
TempDir $DIR/tmp
StateDir $DIR/state
EOF
exec cupsd -f -c $DIR/cupsd.conf -s $DIR/cups-files.conf",
    ready: "(exec 3<>/dev/tcp/10.77.0.24/631) && sleep 1",
};

/// What it announces when it starts has been said when the agent comes to hear it.
const AVAHI_SINCE_LONG: Host = Host { ready: "grep -q 'startup complete' $DIR/log && sleep 5", ..AVAHI };

/// A page without a title of its own: it sends its visitors on, and has an icon.
const APPLIANCE: Host = Host {
    name: "appliance",
    last: 25,
    needs: &["nginx"],
    start: r#"
mkdir -p html/ui
printf '\0\0\1\0\1\0\20\20an icon of sixteen by sixteen' >html/ui/own.ico
echo '<html><head><meta name="generator" content="Appliance 7.2"><link rel="icon" href="/ui/own.ico"></head></html>' >html/ui/start.html
cat >conf <<EOF
daemon off; master_process off; pid $DIR/pid; error_log $DIR/error.log;
events {}
http {
  access_log $DIR/access.log;
  types { text/html html; }
  client_body_temp_path $DIR/t1; proxy_temp_path $DIR/t2; fastcgi_temp_path $DIR/t3; uwsgi_temp_path $DIR/t4; scgi_temp_path $DIR/t5;
  server { listen 80; root $DIR/html; location = / { return 302 /ui/start.html; } }
}
EOF
exec nginx -c $DIR/conf -e $DIR/error.log"#,
    ready: "test -s $DIR/pid",
};

fn told(facts: &[Fact], wanted_source: &str, wanted_key: &str, wanted: &str) {
    assert_any(facts, wanted_key, |fact| {
        matches!(fact, Fact::Attribute { source, key, value }
            if source == wanted_source && key == wanted_key && value == wanted)
    });
}

fn service(facts: &[Fact], wanted: &str, wanted_product: &str, wanted_version: Option<&str>) {
    assert_any(facts, wanted, |fact| {
        matches!(fact, Fact::Service { protocol, product: Some(product), version, .. }
            if protocol == wanted && product == wanted_product
            && wanted_version.is_none_or(|start| version.as_deref().is_some_and(|it| it.starts_with(start))))
    });
}

/// Packets that one probe sent to one host.
fn packets(batch: &Batch, probe: &str, last: u8) -> u32 {
    let address: IpAddr = [10, 77, 0, last].into();
    let sent = batch.sent.iter().filter(|sent| sent.probe.0 == probe && sent.address == address);
    sent.map(|sent| sent.packets).sum()
}

#[test]
fn wsdd_tells_the_name_of_its_computer() {
    let Some((_folder, batch)) = scan("wsdd", &[&WSDD], "") else { return };
    let facts = facts(&batch, WSDD.last);
    assert_any(&facts, "computer name", |fact| {
        matches!(fact, Fact::Name { source: NameSource::WsDiscovery, name, domain: Some(domain) }
            if name == "WARD3PC7" && domain == "HOSP")
    });
    assert_any(
        &facts,
        "number",
        |fact| matches!(fact, Fact::MachineId { source, value } if source == "wsd-uuid" && value.ends_with("000018")),
    );
    service(&facts, "wsd", "wsdd", None);
    assert!(packets(&batch, "ws-discovery", WSDD.last) <= 10, "{}", packets(&batch, "ws-discovery", WSDD.last));
}

#[test]
fn kamailio_tells_its_version() {
    let Some((_folder, batch)) = scan("kamailio", &[&KAMAILIO], "") else { return };
    service(&facts(&batch, KAMAILIO.last), "sip", "kamailio", Some("5."));
    assert_eq!(packets(&batch, "sip", KAMAILIO.last), 1);
}

#[test]
fn gstreamer_tells_server_session_and_realm() {
    let with = |host: Host| Host { start: Box::leak(format!("{GSTREAMER}{}", host.start).into_boxed_str()), ..host };
    let (open, login) = (with(CAMERA), with(CAMERA_WITH_LOGIN));
    if !Path::new("/usr/lib/python3/dist-packages/gi").exists() {
        return skip("gstreamer", "not installed: python3-gi");
    }
    let Some((_folder, batch)) = scan("gstreamer", &[&open, &login], "") else { return };
    for last in [open.last, login.last] {
        service(&facts(&batch, last), "rtsp", "GStreamer RTSP server", None);
        assert!(packets(&batch, "rtsp", last) <= 8, "{}", packets(&batch, "rtsp", last));
    }
    told(&facts(&batch, open.last), "rtsp", "session", "Session streamed with GStreamer");
    told(&facts(&batch, login.last), "rtsp", "realm", "IP Camera(C1234)");
}

#[test]
fn a_printer_tells_make_and_model_by_ipp_and_multicast_dns() {
    let Some((_folder, batch)) = scan("ippeveprinter", &[&PRINTER], "") else { return };
    let facts = facts(&batch, PRINTER.last);
    assert_any(&facts, "make by IPP", |fact| {
        matches!(fact, Fact::Product { source, maker: Some(maker), model: Some(model), .. }
            if source == "ipp" && maker == "Canon" && model == "iR-ADV C5840")
    });
    assert_any(
        &facts,
        "model by mDNS",
        |fact| matches!(fact, Fact::Product { source, model: Some(model), .. } if source == "mdns" && model == "Canon iR-ADV C5840"),
    );
    told(&facts, "mdns", "note", "Ward 3");
    assert_eq!(packets(&batch, "mdns", PRINTER.last), 1, "what was announced to all is not asked for again");
    told(&facts, "ipp", "printer-location", "Ward 3");
    has_name(&facts, NameSource::Mdns, "printer3.local");
    assert!(packets(&batch, "ipp", PRINTER.last) <= 9, "{}", packets(&batch, "ipp", PRINTER.last));
}

#[test]
fn cups_tells_its_version_and_is_only_asked_for_attributes() {
    let Some((folder, batch)) = scan("cups", &[&CUPS], "") else { return };
    service(&facts(&batch, CUPS.last), "ipp", "CUPS", Some("2."));
    let log = fs::read_to_string(folder.path().join("lan/cups/access")).unwrap();
    let asked: Vec<&str> = log.lines().filter(|line| line.contains("10.77.0.1 ")).collect();
    assert!(!asked.is_empty() && asked.iter().all(|line| line.contains("Get-Printer-Attributes")), "{log}");
}

#[test]
fn avahi_is_asked_alone_where_nothing_may_be_asked_of_everybody() {
    let Some((_folder, batch)) = scan("avahi-daemon alone", &[&AVAHI_SINCE_LONG], "multicast = false\n") else {
        return;
    };
    let facts = facts(&batch, AVAHI.last);
    has_name(&facts, NameSource::Mdns, "ctpc1.local");
    assert_any(
        &facts,
        "workstation",
        |fact| matches!(fact, Fact::Announcement { kind, instance: Some(_), .. } if kind == "_workstation._tcp"),
    );
    let sent = packets(&batch, "mdns", AVAHI.last);
    assert!((1..=2).contains(&sent), "{sent}");
}

#[test]
fn a_page_that_sends_on_is_followed_once_and_its_icon_is_hashed() {
    let Some((folder, batch)) = scan("appliance", &[&APPLIANCE], "") else { return };
    let facts = facts(&batch, APPLIANCE.last);
    told(&facts, "http", "location", "http://10.77.0.25/ui/start.html");
    told(&facts, "http", "generator", "Appliance 7.2");
    let icon = folder.path().join("lan/appliance/html/ui/own.ico");
    let sum = run(Command::new("sha256sum").arg(icon));
    told(&facts, "http", "favicon", &String::from_utf8_lossy(&sum.stdout)[..32]);
    let log = fs::read_to_string(folder.path().join("lan/appliance/access.log")).unwrap();
    let asked: Vec<&str> = log.lines().filter_map(|line| line.split('"').nth(1)).collect();
    assert_eq!(asked, ["GET / HTTP/1.1", "GET /ui/start.html HTTP/1.1", "GET /ui/own.ico HTTP/1.1"]);
}
