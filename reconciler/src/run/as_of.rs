//! A run by what was known at a moment: the ledger, what people had decided, what vendors had answered. What came later
//! counts for nothing, however good it is.

use daicho_shared::id::RunId;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::project::Project;
use super::{Failure, audit, rooms};
use crate::judge::Knowledge;
use crate::judge::review::standing::{self, Reviewed};
use crate::judge::verdict::Verdict;
use crate::store::StoreError;

/// The day of an answer, and its last moment that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AsOf {
    day: Date,
    moment: Timestamp,
    /// Something may have come after it.
    past: bool,
}

impl AsOf {
    /// `given` is when the answer is given, or was given.
    pub(super) fn new(day: Date, given: Timestamp, now: Timestamp, tz: &TimeZone) -> Self {
        let next = day.tomorrow().and_then(|day| day.to_zoned(tz.clone())).map(|midnight| midnight.timestamp());
        let end = next.and_then(|midnight| midnight.checked_sub(1.microsecond())).unwrap_or(Timestamp::MAX);
        let moment = end.min(given);
        Self { day, moment, past: moment < now }
    }

    pub(super) fn has(&self, at: Timestamp) -> bool {
        at <= self.moment
    }

    /// The run, judged anew; nothing of it is kept. What earlier runs tell, they tell as they would have been judged
    /// then, too: a row that was corrected later must not be known again by its correction.
    pub(super) fn verdict(&self, project: &Project, run: &RunId, knowledge: &Knowledge) -> Result<Verdict, Failure> {
        let mut history = project.store.verdicts(run, audit::HISTORY)?;
        if self.past {
            let mut anew = Vec::with_capacity(history.len());
            for verdict in history {
                anew.push(rooms::judge_at(&project.store, &verdict.run.id, knowledge, &anew, self.moment)?);
            }
            history = anew;
        }
        let mut verdict = rooms::judge_at(&project.store, run, knowledge, &history, self.moment)?;
        self.stand(project, &mut verdict)?;
        Ok(verdict)
    }

    /// The run without what earlier ones tell: all names and numbers that an answer can have shown.
    pub(super) fn shown(&self, project: &Project, run: &RunId, knowledge: &Knowledge) -> Result<Verdict, Failure> {
        Ok(rooms::judge_at(&project.store, run, knowledge, &[], self.moment)?)
    }

    /// Writes into the verdict what people had decided about its findings, as of the day.
    fn stand(&self, project: &Project, verdict: &mut Verdict) -> Result<(), StoreError> {
        let reviews = project.store.reviews_at(self.moment)?;
        let standings = standing::standings(verdict, &reviews, self.day);
        verdict.reviewed = Reviewed { standings, head: project.store.log_head_at(self.moment)? };
        Ok(())
    }
}
