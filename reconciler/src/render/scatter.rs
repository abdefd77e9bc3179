//! An order that tells nothing, for rows that would otherwise stand in the order of addresses.

use sha2::{Digest, Sha256};

/// An order by a secret: whoever does not know it learns nothing of what stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scatter([u8; 32]);

impl Scatter {
    /// By this secret.
    pub fn by(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    fn rank(self, key: &str) -> [u8; 32] {
        Sha256::digest([self.0.as_slice(), key.as_bytes()].concat()).into()
    }
}

impl super::Options {
    /// Where something stands among others that are put in order by address or id: all alike where nothing is hidden, so
    /// that whatever comes next in the key decides.
    pub(crate) fn rank(&self, key: &str) -> [u8; 32] {
        self.scatter.map_or([0; 32], |scatter| scatter.rank(key))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::*;

    #[test]
    fn an_order_is_the_same_for_one_secret_and_another_for_another() {
        let order = |scatter: Option<Scatter>| {
            let options = Options { scatter, ..Options::default() };
            let mut names = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"];
            names.sort_by_key(|name| (options.rank(name), *name));
            names
        };
        let plain = order(None);
        assert!(plain.is_sorted());
        let one = order(Some(Scatter::by([1; 32])));
        assert_eq!(one, order(Some(Scatter::by([1; 32]))));
        assert!(one != plain && one != order(Some(Scatter::by([2; 32]))));
    }
}
