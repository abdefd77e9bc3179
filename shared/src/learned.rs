//! The facts of one observation. A night of a large hospital says "this port is closed" millions of times: such a list is
//! kept once, and shared.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use crate::fact::Fact;

/// What one probe learned: facts that no longer change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Learned(Arc<[Fact]>);

/// The most lists that a thread remembers; whatever comes then is kept by itself.
const REMEMBERED: usize = 4096;

thread_local! {
    static KNOWN: RefCell<BTreeSet<Arc<[Fact]>>> = const { RefCell::new(BTreeSet::new()) };
}

impl From<Vec<Fact>> for Learned {
    fn from(facts: Vec<Fact>) -> Self {
        if !is_common(&facts) {
            return Self(facts.into());
        }
        KNOWN.with_borrow_mut(|known| {
            if let Some(list) = known.get(facts.as_slice()) {
                return Self(Arc::clone(list));
            }
            let list: Arc<[Fact]> = facts.into();
            if known.len() < REMEMBERED {
                known.insert(Arc::clone(&list));
            }
            Self(list)
        })
    }
}

/// Says nothing that only one device says.
fn is_common(facts: &[Fact]) -> bool {
    facts.len() < 2 && facts.iter().all(|fact| matches!(fact, Fact::Alive | Fact::Port { .. }))
}

impl FromIterator<Fact> for Learned {
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        Vec::from_iter(facts).into()
    }
}

impl Deref for Learned {
    type Target = [Fact];

    fn deref(&self) -> &[Fact] {
        &self.0
    }
}

impl Learned {
    /// Nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'l> IntoIterator for &'l Learned {
    type Item = &'l Fact;
    type IntoIter = std::slice::Iter<'l, Fact>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Default for Learned {
    fn default() -> Self {
        vec![].into()
    }
}

impl<'de> Deserialize<'de> for Learned {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{PortState, Transport};

    fn closed(port: u16) -> Learned {
        vec![Fact::Port { transport: Transport::Tcp, port, state: PortState::Closed }].into()
    }

    #[test]
    fn what_many_devices_say_is_kept_once_and_what_one_says_is_its_own() {
        assert!(Arc::ptr_eq(&closed(22).0, &closed(22).0));
        assert_ne!(closed(22), closed(23));
        let own = || Learned::from(vec![Fact::Router { how: "igd".into() }]);
        assert!(!Arc::ptr_eq(&own().0, &own().0));
        assert_eq!(own(), own());
    }

    #[test]
    fn it_is_written_as_a_list_and_read_back() {
        let text = serde_json::to_string(&closed(80)).unwrap();
        assert!(text.starts_with("[{"), "{text}");
        assert_eq!(serde_json::from_str::<Learned>(&text).unwrap(), closed(80));
    }
}
