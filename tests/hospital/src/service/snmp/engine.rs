//! SNMPv3 discovery (RFC 3414 §4, RFC 3412 §6): whoever asks without an engine identifier is told it.

use super::Value;
use super::ber::{Reader, integer, sequence, tagged, variable};

/// `usmStatsUnknownEngineIDs`.
const UNKNOWN_ENGINE: [u32; 11] = [1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0];
const REPORT: u8 = 0xa8;
/// The flag that asks for reports.
const REPORTABLE: u8 = 4;
const BOOTS: i64 = 12;
/// 37 days in seconds, as `sysUpTime` says.
const SECONDS: i64 = 3_196_800;

/// The report to a reportable version 3 message that names no engine; nothing to anything else.
pub fn report(engine: &[u8], datagram: &[u8]) -> Option<Vec<u8>> {
    let mut message = Reader::new(datagram).sequence()?;
    if message.integer()? != 3 {
        return None;
    }
    let mut header = message.sequence()?;
    let (id, _size, flags, model) = (header.integer()?, header.integer()?, header.octets()?, header.integer()?);
    let mut security = Reader::new(message.octets()?).sequence()?;
    let unnamed = security.octets()?.is_empty();
    let wanted = model == 3 && flags.first().is_some_and(|flags| flags & REPORTABLE != 0) && unnamed;
    wanted.then(|| answer(engine, id))
}

fn answer(engine: &[u8], id: i64) -> Vec<u8> {
    let octets = |octets: &[u8]| tagged(4, octets);
    let header = sequence(&[integer(id), integer(1_472), octets(&[0]), integer(3)].concat());
    let security = [octets(engine), integer(BOOTS), integer(SECONDS), octets(&[]), octets(&[]), octets(&[])];
    let counted = sequence(&variable(&UNKNOWN_ENGINE, &Value::Counter(1)));
    let pdu = tagged(REPORT, &[integer(0), integer(0), integer(0), counted].concat());
    let scoped = sequence(&[octets(engine), octets(&[]), pdu].concat());
    sequence(&[integer(3), header, octets(&sequence(&security.concat())), scoped].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3414 §4: no engine, no user, a GET of nothing.
    fn discovery(engine: &[u8]) -> Vec<u8> {
        let octets = |octets: &[u8]| tagged(4, octets);
        let header = sequence(&[integer(77), integer(1_472), octets(&[REPORTABLE]), integer(3)].concat());
        let none = [octets(engine), integer(0), integer(0), octets(&[]), octets(&[]), octets(&[])].concat();
        let pdu = tagged(0xa0, &[integer(0), integer(0), integer(0), sequence(&[])].concat());
        let scoped = sequence(&[octets(&[]), octets(&[]), pdu].concat());
        sequence(&[integer(3), header, octets(&sequence(&none)), scoped].concat())
    }

    #[test]
    fn a_discovery_is_answered_with_the_engine_and_the_same_message_number() {
        let engine = [0x80, 0, 0, 9, 3, 0, 0x1b, 0x63, 1, 2, 3];
        let report = report(&engine, &discovery(&[])).unwrap();
        let mut message = Reader::new(&report).sequence().unwrap();
        assert_eq!(message.integer(), Some(3));
        assert_eq!(message.sequence().unwrap().integer(), Some(77));
        let security = message.octets().unwrap();
        assert_eq!(Reader::new(security).sequence().unwrap().octets(), Some(&engine[..]));
    }

    #[test]
    fn who_names_an_engine_is_met_with_silence() {
        assert_eq!(report(&[1; 11], &discovery(&[2; 11])), None);
        assert_eq!(report(&[1; 11], b"noise"), None);
    }
}
