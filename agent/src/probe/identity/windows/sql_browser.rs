//! Which database instances do you have? The SQL Server browser (MC-SQLR §2.2.2 `CLNT_UCAST_EX`,
//! §2.2.5 `SVR_RESP`): one octet, one answer.

use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, Transport};
use daicho_shared::text;

use super::little::{part, u16_at};
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct SqlBrowser;

static CARD: Card = Card {
    name: "sql-browser",
    title: "Which SQL Server instances do you have?",
    title_ja: "SQL Serverのインスタンスと版の確認",
    standard: "MC-SQLR §2.2.2",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: every client that looks for an instance asks this",
    audience: Audience::Answering,
    why: "it speaks as Windows does; medical systems often bring a database of their own",
    why_ja: "Windows機であり、医療システムが固有のデータベースを持つことが多いため",
};

const PORT: u16 = 1434;
const WAIT: Duration = Duration::from_millis(900);
const ASK_ALL: u8 = 3;
const RESPONSE: u8 = 5;
/// Windows shows one of these: RPC, SMB, SQL Server, remote desktop.
const SHOWN_BY: &[u16] = &[135, 445, 1433, 3389];
/// The most instances that are read.
const INSTANCES: usize = 16;

impl Probe for SqlBrowser {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let question = Question::Datagram { port: PORT, payload: vec![ASK_ALL], wait: WAIT };
        let is_windows = SHOWN_BY.iter().any(|port| known.open.contains(port));
        Some(question).filter(|_| is_windows).into_iter().collect()
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => {
                parse(bytes).map_or_else(|| Reading::of(Outcome::OtherProtocol), Reading::answered)
            }
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Datagram(crate::probe::laws::device("mc-sqlr-sql-browser"))]
    }
}

/// Keys and values between semicolons, an instance ending in an empty key.
fn parse(bytes: &[u8]) -> Option<Vec<Fact>> {
    if *bytes.first()? != RESPONSE {
        return None;
    }
    let data = part(bytes, 3, usize::from(u16_at(bytes, 1)?))?;
    let data = String::from_utf8_lossy(data);
    let mut facts = vec![service()];
    for instance in data.split(";;").take(INSTANCES) {
        let mut parts = instance.split(';');
        while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
            facts.extend(told(key, text::bounded(value)));
        }
    }
    (facts.len() > 1).then_some(facts)
}

fn told(key: &str, value: String) -> Option<Fact> {
    let key = match key {
        _ if value.is_empty() => return None,
        "ServerName" => return Some(Fact::Name { source: NameSource::SqlBrowser, name: value, domain: None }),
        "InstanceName" => "instance",
        "Version" => "version",
        "tcp" => "tcp",
        _ => return None,
    };
    Some(Fact::Attribute { source: "sql-browser".to_owned(), key: key.to_owned(), value })
}

fn service() -> Fact {
    Fact::Service {
        transport: Transport::Udp,
        port: PORT,
        protocol: "sql-browser".to_owned(),
        product: None,
        version: None,
        banner: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_names_server_and_instances() {
        let facts = parse(&crate::probe::laws::device("mc-sqlr-sql-browser")).unwrap();
        assert!(facts.iter().any(|fact| matches!(fact, Fact::Name { name, .. } if name == "ILSUNG1")));
        let versions = facts.iter().filter(|fact| matches!(fact, Fact::Attribute { key, .. } if key == "version"));
        assert_eq!(versions.count(), 3);
    }

    #[test]
    fn more_promised_than_sent_is_no_answer() {
        assert_eq!(parse(b"\x05\xff\xffServerName;X;;"), None);
        assert_eq!(parse(b"\x05\x03\0abc"), None);
    }
}
