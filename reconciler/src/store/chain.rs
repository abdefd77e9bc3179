//! The hash chain of the log: what a row's hash covers, and where a chain breaks.

use sha2::{Digest, Sha256};

/// What stands before the first row.
const BEGINNING: &str = "daicho-log-1";

/// One row, as it is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) number: i64,
    pub(super) at_us: i64,
    pub(super) who: String,
    pub(super) record: String,
    pub(super) previous: String,
    pub(super) hash: String,
}

/// How a row does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Breach {
    /// Rows before it are missing.
    Missing,
    /// It does not follow the row before it: that one was changed, or one was put in, taken out or moved.
    Order,
    /// Its content is not what was hashed.
    Content,
}

/// The hash of what stands before the first row.
pub(super) fn beginning() -> String {
    hex::encode(Sha256::digest(BEGINNING))
}

/// SHA-256 over every part, each with its length before it, so that no text can pass for two.
pub(super) fn hash(number: i64, at_us: i64, who: &str, record: &str, previous: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(number.to_be_bytes());
    digest.update(at_us.to_be_bytes());
    for part in [who, record, previous] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    hex::encode(digest.finalize())
}

/// The first row that does not fit, given the rows in the order of their numbers.
pub(super) fn breach<'a>(links: impl IntoIterator<Item = &'a Link>) -> Option<(i64, Breach)> {
    let mut previous = beginning();
    for (expected, link) in (1..).zip(links) {
        let own = hash(link.number, link.at_us, &link.who, &link.record, &link.previous);
        let how = match () {
            () if link.number != expected => Some(Breach::Missing),
            () if link.hash != own => Some(Breach::Content),
            () if link.previous != previous => Some(Breach::Order),
            () => None,
        };
        if let Some(how) = how {
            return Some((link.number, how));
        }
        previous.clone_from(&link.hash);
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chain(records: &[String]) -> Vec<Link> {
        let mut links: Vec<Link> = vec![];
        for (number, record) in (1..).zip(records) {
            let previous = links.last().map_or_else(beginning, |link| link.hash.clone());
            let hash = hash(number, number * 7, "山田", record, &previous);
            links
                .push(Link { number, at_us: number * 7, who: "山田".into(), record: record.clone(), previous, hash });
        }
        links
    }

    fn links() -> impl Strategy<Value = Vec<Link>> {
        proptest::collection::vec("[a-c]{0,3}", 3..8).prop_map(|records| chain(&records))
    }

    proptest! {
        #[test]
        fn a_whole_chain_is_whole(links in links()) {
            prop_assert_eq!(breach(&links), None);
        }

        #[test]
        fn an_edited_row_is_named(mut links in links(), place in 0usize..3, part in 0..4) {
            match part {
                0 => links[place].record.push('x'),
                1 => links[place].who.push('x'),
                2 => links[place].at_us += 1,
                _ => links[place].hash.replace_range(..1, "x"),
            }
            prop_assert_eq!(breach(&links), Some((links[place].number, Breach::Content)));
        }

        #[test]
        fn an_edited_row_with_its_hash_made_anew_breaks_at_the_next(mut links in links(), place in 0usize..2) {
            let link = &mut links[place];
            link.record.push('x');
            link.hash = hash(link.number, link.at_us, &link.who, &link.record, &link.previous);
            prop_assert_eq!(breach(&links), Some((links[place].number + 1, Breach::Order)));
        }

        #[test]
        fn a_row_taken_out_is_missed_and_so_it_is_when_the_others_are_renumbered(links in links(), place in 0usize..2) {
            let mut without = links.clone();
            without.remove(place);
            prop_assert_eq!(breach(&without), Some((links[place + 1].number, Breach::Missing)));
            for (number, link) in (1..).zip(&mut without) {
                link.number = number;
                link.hash = hash(link.number, link.at_us, &link.who, &link.record, &link.previous);
            }
            prop_assert!(breach(&without).is_some());
        }

        #[test]
        fn rows_that_change_places_or_are_put_in_do_not_fit(mut links in links(), place in 0usize..2) {
            let mut inserted = links.clone();
            inserted.insert(place, links[place].clone());
            prop_assert!(breach(&inserted).is_some());
            let (a, b) = (links[place].clone(), links[place + 1].clone());
            links[place] = Link { number: a.number, ..b };
            links[place + 1] = Link { number: a.number + 1, ..a };
            prop_assert!(breach(&links).is_some());
        }
    }
}
