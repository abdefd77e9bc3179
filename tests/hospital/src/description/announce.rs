//! Devices that say what they are when they are asked: WS-Discovery, ONVIF, SIP, RTSP, IPP.

use serde::Deserialize;

/// WS-Discovery and the metadata behind it (DPWS 2006/02): a computer, or a printer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wsd {
    /// `NAME/Workgroup:GROUP` or `name/Domain:domain`; absent: a printer.
    pub computer: Option<String>,
    /// Port of the metadata; 5357 unless said otherwise.
    pub port: Option<u16>,
    /// It says where its metadata stand; computers need not.
    pub tells_place: bool,
    /// Manufacturer.
    pub manufacturer: String,
    /// `ModelName`.
    pub model: String,
    /// `FriendlyName`.
    pub friendly_name: String,
    /// `FirmwareVersion`.
    pub firmware: Option<String>,
    /// `SerialNumber`.
    pub serial: Option<String>,
}

/// A network camera (ONVIF Core Specification), found by WS-Discovery, too.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Onvif {
    /// Port of the device service; 80 unless said otherwise.
    pub port: Option<u16>,
    /// Manufacturer.
    pub manufacturer: String,
    /// Model; the hardware of its scopes, too.
    pub model: String,
    /// `FirmwareVersion`.
    pub firmware: String,
    /// `SerialNumber`.
    pub serial: String,
    /// The place in its scopes.
    pub location: Option<String>,
    /// It tells nobody who has not logged in.
    #[serde(default)]
    pub login: bool,
}

/// A SIP telephone or exchange at UDP port 5060 (RFC 3261).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sip {
    /// `User-Agent`, e.g. `Yealink SIP-T46S 66.84.0.15`.
    pub agent: String,
    /// The user of its `Contact`, e.g. its extension.
    pub user: Option<String>,
    /// It demands a login in this realm.
    pub realm: Option<String>,
}

/// A streaming server (RFC 2326).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rtsp {
    /// `Server` field.
    pub server: Option<String>,
    /// It demands a login in this realm before it describes anything.
    pub realm: Option<String>,
    /// Session name of its description.
    pub session: Option<String>,
}

/// A printer (RFC 8011), over HTTP.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ipp {
    /// `Server` field.
    pub server: Option<String>,
    /// Maker, in its device identifier.
    pub manufacturer: String,
    /// Model, in its device identifier.
    pub model: String,
    /// Serial number, in its device identifier.
    pub serial: Option<String>,
    /// `printer-firmware-string-version`.
    pub firmware: Option<String>,
    /// `printer-dns-sd-name` and `printer-info`.
    pub name: String,
    /// `printer-location`.
    pub location: Option<String>,
}
