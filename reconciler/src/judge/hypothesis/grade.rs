//! Signs and explanations make a grade. Pure, and indifferent to the order of signs: more evidence never lowers a
//! grade, except a benign explanation, which is printed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::super::graded::{Effect, EvidenceClass, Explained, Grade, Hypothesis, Sign, SignSeen};
use super::table::{Hypotheses, Together};

/// What signs make of one hypothesis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// How sure.
    pub(crate) grade: Grade,
    /// How sure it would be without the explanations.
    pub(crate) bare: Grade,
    /// Rows of `[[together]]` that held before any explanation.
    pub(crate) together: Vec<String>,
    /// The addresses that nothing explains.
    pub(crate) open: BTreeSet<IpAddr>,
}

/// Grades one hypothesis. `with` are the grades of the hypotheses that were judged before it.
pub(crate) fn grade(
    hypothesis: Hypothesis,
    signs: &[SignSeen],
    benign: &[Explained],
    with: &BTreeMap<Hypothesis, Grade>,
    table: &Hypotheses,
) -> Outcome {
    let at = |most: Option<Effect>| {
        let kept: Vec<SignSeen> = signs.iter().filter_map(|sign| kept(sign, benign, most)).collect();
        (combined(hypothesis, &kept, with, table), kept)
    };
    let (free, open) = at(None);
    let lowered = step_down(at(Some(Effect::Lower)).0);
    let indicated = at(Some(Effect::Indication)).0.min(Grade::Indication);
    let held = table.together.iter().filter(|row| row.hypothesis == hypothesis && holds(row, signs, with));
    Outcome {
        grade: free.max(lowered).max(indicated),
        bare: combined(hypothesis, signs, with, table),
        together: held.map(|row| row.name.clone()).collect(),
        open: open.into_iter().flat_map(|sign| sign.addresses).collect(),
    }
}

/// The sign with those of its addresses that are explained by no more than this; nothing where none is left.
fn kept(sign: &SignSeen, benign: &[Explained], most: Option<Effect>) -> Option<SignSeen> {
    let here = || benign.iter().filter(|one| one.signs.contains(&sign.sign));
    let whole = here().filter(|one| one.addresses.is_empty()).map(|one| one.effect).max();
    if whole > most {
        return None;
    }
    let explained = |address: &IpAddr| here().filter(|one| one.addresses.contains(address)).map(|one| one.effect).max();
    let addresses: Vec<IpAddr> = sign.addresses.iter().copied().filter(|one| explained(one) <= most).collect();
    (sign.addresses.is_empty() || !addresses.is_empty()).then(|| SignSeen { addresses, ..sign.clone() })
}

/// One conclusive sign, or two of different witnesses that agree on an address, is proof; a row of
/// `[[together]]` gives what it says; otherwise the strongest sign counts.
fn combined(
    hypothesis: Hypothesis,
    signs: &[SignSeen],
    with: &BTreeMap<Hypothesis, Grade>,
    table: &Hypotheses,
) -> Grade {
    let strongest = signs.iter().map(|sign| sign.gives).max().unwrap_or(Grade::Nothing);
    let rows = table.together.iter().filter(|row| row.hypothesis == hypothesis && holds(row, signs, with));
    let together = rows.map(|row| row.gives).max().unwrap_or(Grade::Nothing);
    let together =
        if signs.iter().all(|sign| sign.class == EvidenceClass::C) { together.min(Grade::Probable) } else { together };
    let proof = if agree(signs, table) { Grade::Confirmed } else { Grade::Nothing };
    strongest.max(together).max(proof)
}

fn agree(signs: &[SignSeen], table: &Hypotheses) -> bool {
    let mut witnesses: BTreeMap<IpAddr, BTreeSet<&str>> = BTreeMap::new();
    for sign in signs.iter().filter(|sign| sign.class != EvidenceClass::C && sign.gives >= Grade::Probable) {
        let Some(row) = table.signs.get(&sign.sign) else { continue };
        for address in &sign.addresses {
            witnesses.entry(*address).or_default().insert(&row.family);
        }
    }
    witnesses.values().any(|families| families.len() > 1)
}

fn holds(row: &Together, signs: &[SignSeen], with: &BTreeMap<Hypothesis, Grade>) -> bool {
    let shown = |sign: &Sign| signs.iter().any(|seen| seen.sign == *sign);
    let sure = |(one, least): (&Hypothesis, &Grade)| with.get(one).is_some_and(|grade| grade >= least);
    row.all.iter().all(shown) && (row.any.is_empty() || row.any.iter().any(shown)) && row.with.iter().all(sure)
}

fn step_down(grade: Grade) -> Grade {
    match grade {
        Grade::Confirmed => Grade::Probable,
        Grade::Probable | Grade::Indication => Grade::Indication,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::graded::Benign;
    use super::super::super::sample::KNOWLEDGE;
    use super::*;

    const ALL: [Hypothesis; 3] = [Hypothesis::MultiHomed, Hypothesis::Forwards, Hypothesis::Uplink];

    fn seen(sign: Sign, hypothesis: Hypothesis, addresses: &[u8]) -> Option<SignSeen> {
        let row = KNOWLEDGE.hypotheses.signs.get(&sign)?;
        let addresses = addresses.iter().map(|last| IpAddr::from([192, 168, 42, *last])).collect();
        let gives = row.gives(hypothesis)?;
        Some(SignSeen { sign, class: row.class, gives, addresses, evidence: vec![] })
    }

    fn graded(hypothesis: Hypothesis, signs: &[(Sign, &[u8])]) -> Grade {
        let signs: Vec<SignSeen> = signs.iter().filter_map(|(sign, at)| seen(*sign, hypothesis, at)).collect();
        grade(hypothesis, &signs, &[], &BTreeMap::new(), &KNOWLEDGE.hypotheses).grade
    }

    #[test]
    fn two_statements_of_different_daemons_agree_on_an_address_or_do_not() {
        use Hypothesis::MultiHomed;
        assert_eq!(graded(MultiHomed, &[(Sign::RpcAddresses, &[5])]), Grade::Probable);
        assert_eq!(
            graded(MultiHomed, &[(Sign::RpcAddresses, &[5]), (Sign::NetbiosAddresses, &[5, 6])]),
            Grade::Confirmed
        );
        assert_eq!(graded(MultiHomed, &[(Sign::RpcAddresses, &[5]), (Sign::NetbiosAddresses, &[6])]), Grade::Probable);
        assert_eq!(
            graded(MultiHomed, &[(Sign::RpcAddresses, &[5]), (Sign::CertificateAddress, &[5])]),
            Grade::Probable
        );
        assert_eq!(graded(MultiHomed, &[(Sign::ArpSender, &[5]), (Sign::PacketSender, &[6])]), Grade::Confirmed);
    }

    fn sign() -> impl Strategy<Value = Sign> {
        prop::sample::select(KNOWLEDGE.hypotheses.signs.keys().copied().collect::<Vec<_>>())
    }

    fn list() -> impl Strategy<Value = Vec<(Sign, Vec<u8>)>> {
        prop::collection::vec((sign(), prop::collection::vec(1u8..4, 0..3)), 0..8)
    }

    fn explanations() -> impl Strategy<Value = Vec<Explained>> {
        let effect = prop::sample::select(vec![Effect::Lower, Effect::Indication, Effect::Suppress]);
        let one = (effect, prop::collection::vec(sign(), 1..6), prop::collection::vec(1u8..4, 0..3));
        let made = one.prop_map(|(effect, signs, addresses)| Explained {
            benign: Benign::ProxyArp,
            detail: String::new(),
            effect,
            signs,
            addresses: addresses.into_iter().map(|last| IpAddr::from([192, 168, 42, last])).collect(),
        });
        prop::collection::vec(made, 0..3)
    }

    fn made(hypothesis: Hypothesis, list: &[(Sign, Vec<u8>)]) -> Vec<SignSeen> {
        list.iter().filter_map(|(sign, addresses)| seen(*sign, hypothesis, addresses)).collect()
    }

    proptest! {
        #[test]
        fn more_evidence_never_lowers_a_grade(
            few in list(), more in list(), benign in explanations(), sure: bool, which in 0usize..3,
        ) {
            let table = &KNOWLEDGE.hypotheses;
            let with = if sure { BTreeMap::from([(Hypothesis::Forwards, Grade::Confirmed)]) } else { BTreeMap::new() };
            let before = made(ALL[which], &few);
            let after = [before.clone(), made(ALL[which], &more)].concat();
            let grade_of = |signs: &[SignSeen]| grade(ALL[which], signs, &benign, &with, table);
            prop_assert!(grade_of(&after).grade >= grade_of(&before).grade);
            prop_assert!(grade_of(&after).bare >= grade_of(&after).grade);
        }

        #[test]
        fn order_does_not_matter(list in list(), benign in explanations(), which in 0usize..3) {
            let signs = made(ALL[which], &list);
            let turned: Vec<SignSeen> = signs.iter().rev().cloned().collect();
            let (with, table) = (BTreeMap::new(), &KNOWLEDGE.hypotheses);
            let one = grade(ALL[which], &signs, &benign, &with, table);
            prop_assert_eq!(one, grade(ALL[which], &turned, &benign, &with, table));
        }

        #[test]
        fn circumstances_alone_are_never_proof(list in list(), which in 0usize..3) {
            let table = &KNOWLEDGE.hypotheses;
            let only: Vec<SignSeen> =
                made(ALL[which], &list).into_iter().filter(|sign| sign.class == EvidenceClass::C).collect();
            let with = ALL.into_iter().map(|one| (one, Grade::Confirmed)).collect();
            prop_assert!(grade(ALL[which], &only, &[], &with, table).bare <= Grade::Probable);
        }

        #[test]
        fn an_explanation_never_raises_a_grade_and_is_the_only_thing_that_lowers_it(
            list in list(), benign in explanations(), which in 0usize..3,
        ) {
            let signs = made(ALL[which], &list);
            let (with, table) = (BTreeMap::new(), &KNOWLEDGE.hypotheses);
            let (free, explained) =
                (grade(ALL[which], &signs, &[], &with, table), grade(ALL[which], &signs, &benign, &with, table));
            prop_assert_eq!(free.grade, free.bare);
            prop_assert_eq!(free.bare, explained.bare);
            prop_assert!(explained.grade <= free.grade);
        }
    }
}
