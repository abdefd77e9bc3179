//! Databases up to the point where a client would log in: `MySQL` (Client/Server Protocol, connection phase),
//! PostgreSQL (Frontend/Backend Protocol 3.0), SQL Server (MS-TDS) and Oracle's listener (TNS).

use super::{Say, Talk};

/// A `MySQL` or `MariaDB` server: speaks first, and refuses whoever answers.
#[derive(Debug)]
pub struct Mysql(pub String);

impl Talk for Mysql {
    fn open(&mut self) -> Say {
        let mut body = vec![10];
        body.extend(self.0.bytes());
        // End of the version, thread 7, eight octets of salt and a zero.
        body.extend([0, 7, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0]);
        // Lower capabilities, utf8mb4, autocommit, upper capabilities, length of the salt, reserved.
        body.extend([0xff, 0xf7, 45, 2, 0, 0xff, 0x81, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        body.extend(b"abcdefghijkl\0mysql_native_password\0");
        Say::more(framed(&body, 0))
    }

    fn hear(&mut self, _octets: &[u8]) -> Say {
        // Error 1045, SQLSTATE 28000: access denied.
        Say::last(framed(b"\xff\x15\x04#28000Access denied for user", 2))
    }
}

fn framed(body: &[u8], sequence: u8) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes();
    [&length[..3], &[sequence], body].concat()
}

/// A PostgreSQL server without TLS.
#[derive(Debug, Default)]
pub struct Postgresql {
    heard: Vec<u8>,
}

impl Talk for Postgresql {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        let Some(message) = self.heard.first_chunk::<8>() else { return Say::default() };
        if *message == [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f] {
            self.heard.clear();
            return Say::more(b"N".to_vec());
        }
        let fields = b"SFATAL\0VFATAL\0C28000\0Mno PostgreSQL user name specified in startup packet\0\0";
        let length = u32::try_from(fields.len() + 4).unwrap_or(0).to_be_bytes();
        Say::last([b"E", length.as_slice(), fields].concat())
    }
}

/// SQL Server up to the answer to `PRELOGIN` (MS-TDS §2.2.6.5).
#[derive(Debug)]
pub struct Mssql {
    version: [u8; 6],
    heard: Vec<u8>,
}

impl Mssql {
    /// A server of this version, e.g. `15.0.2000`.
    pub fn new(version: &str) -> Self {
        let mut numbers = version.split('.').map(|number| number.parse::<u16>().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        let (major, minor, build) = (next(), next(), next().to_be_bytes());
        let octet = |number: u16| number.to_be_bytes()[1];
        Self { version: [octet(major), octet(minor), build[0], build[1], 0, 0], heard: vec![] }
    }
}

impl Talk for Mssql {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        let Some(head) = self.heard.first_chunk::<8>() else { return Say::default() };
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        if head[0] != 0x12 || length < 8 {
            return Say::last(vec![]);
        }
        if self.heard.len() < length {
            return Say::default();
        }
        // VERSION at 11, six octets; ENCRYPTION at 17, one octet; the end.
        let table = [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff];
        let body = [&table[..], &self.version, &[2]].concat();
        let total = u8::try_from(8 + body.len()).unwrap_or(0);
        self.heard.clear();
        Say::more([&[4, 1, 0, total, 0, 0, 1, 0], body.as_slice()].concat())
    }
}

/// Oracle's listener: refuses a connection, and says its version as it does to `tnsping`.
#[derive(Debug)]
pub struct Oracle {
    version: u32,
    heard: Vec<u8>,
}

impl Oracle {
    /// A listener of this version number, e.g. 318767104 for 19.0.
    pub fn new(version: u32) -> Self {
        Self { version, heard: vec![] }
    }
}

impl Talk for Oracle {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        let Some(head) = self.heard.first_chunk::<8>() else { return Say::default() };
        let length = usize::from(u16::from_be_bytes([head[0], head[1]]));
        if head[4] != 1 || length < 58 {
            return Say::last(vec![]);
        }
        if self.heard.len() < length {
            return Say::default();
        }
        let (place, count) = (usize::from(self.heard[27]), usize::from(self.heard[25]));
        let asked = self.heard.get(place..place + count).unwrap_or_default();
        let error = if asked == b"(CONNECT_DATA=(COMMAND=ping))" { 0 } else { 1189 };
        let text = format!("(DESCRIPTION=(TMP=)(VSNNUM={})(ERR={error})(ALIAS=LISTENER))", self.version);
        let length = u16::try_from(text.len()).unwrap_or(0);
        let total = (length + 12).to_be_bytes();
        let head = [total[0], total[1], 0, 0, 4, 0, 0, 0, 0x22, 0];
        Say::last([&head[..], &length.to_be_bytes(), text.as_bytes()].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_waits_for_a_whole_question() {
        let mut server = Mssql::new("13.0.5026");
        assert_eq!(server.hear(&[0x12, 1, 0, 9, 0, 0, 0, 0]), Say::default());
        let answer = server.hear(&[0xff]).octets;
        assert_eq!(answer[8 + 11..8 + 15], [13, 0, 0x13, 0xa2]);
    }

    #[test]
    fn who_logs_in_is_refused() {
        assert!(Mysql("8.0.36".into()).hear(b"x").close);
        assert!(Postgresql::default().hear(&[0, 0, 0, 9, 0, 3, 0, 0]).close);
        assert_eq!(Postgresql::default().hear(&[0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]).octets, b"N");
    }
}
