//! A set of a few values. Machines and rows have one or two keys of each kind, and a hospital has many machines: a tree
//! takes room for eleven of them each time.

use std::ops::Deref;

/// Values in order, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Few<T>(Box<[T]>);

impl<T: Ord> Few<T> {
    /// Some value is held by both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0.iter().any(|value| other.0.binary_search(value).is_ok())
    }
}

impl<T: Ord> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut values = Vec::from_iter(values);
        values.sort_unstable();
        values.dedup();
        Self(values.into())
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(Box::default())
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'f, T> IntoIterator for &'f Few<T> {
    type Item = &'f T;
    type IntoIter = std::slice::Iter<'f, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_set(one in prop::collection::vec(0u8..9, 0..9), other in prop::collection::vec(0u8..9, 0..9)) {
            let (few, some): (Few<u8>, Few<u8>) = (one.iter().copied().collect(), other.iter().copied().collect());
            let (set, others): (BTreeSet<u8>, BTreeSet<u8>) = (one.into_iter().collect(), other.into_iter().collect());
            prop_assert_eq!(few.to_vec(), set.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(few.meets(&some), !set.is_disjoint(&others));
        }
    }
}
