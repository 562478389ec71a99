//! Jobs and CronJobs: what a change does to what runs.

/// What happens to the pods of a Job that changes in place. Its template cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobEffect {
    /// `suspend: true`: the running pods are deleted, and count as neither failed nor done.
    Suspends,
    /// `suspend: false`: pods are made again.
    Resumes,
    /// So many pods more may run at a time.
    RunsMore(u32),
    /// So many pods fewer may run at a time: those too many are deleted.
    RunsFewer(u32),
    /// The pods go on as they are.
    GoesOn,
}

/// The effect of a change of `parallelism` and `suspend`. Mirrors `manageJob`: a suspended job loses all active pods, a job
/// with more active pods than its parallelism loses the rest.
pub fn job_effect(
    (old_parallelism, old_suspended): (u32, bool),
    (parallelism, suspended): (u32, bool),
) -> JobEffect {
    match (old_suspended, suspended) {
        (false, true) => JobEffect::Suspends,
        (true, false) => JobEffect::Resumes,
        (true, true) => JobEffect::GoesOn,
        (false, false) if parallelism > old_parallelism => JobEffect::RunsMore(parallelism - old_parallelism),
        (false, false) if parallelism < old_parallelism => {
            JobEffect::RunsFewer(old_parallelism - parallelism)
        }
        (false, false) => JobEffect::GoesOn,
    }
}

/// `concurrencyPolicy`: what the next run does when one is still running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// Both run.
    Allow,
    /// The next run is left out.
    Forbid,
    /// The next run ends the one before.
    Replace,
}

/// What a changed CronJob does. Mirrors `syncCronJob`: Jobs are made from the template at their time, and a Job that
/// exists is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CronJobEffect {
    /// The runs to come have the new template; the one that runs, if any, keeps the old one.
    pub next_runs_change: bool,
    /// What the first run with the change does if one is still running.
    pub overlap: Concurrency,
    /// No run starts at all: `suspend: true`. What runs goes on.
    pub suspended: bool,
}

impl Concurrency {
    /// The policy of this name; `Allow` for any other, which is the default.
    pub fn of(name: &str) -> Self {
        match name {
            "Forbid" => Self::Forbid,
            "Replace" => Self::Replace,
            _ => Self::Allow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parallelism_and_suspension_act_on_what_runs() {
        for (old, new, expected) in [
            ((2, false), (5, false), JobEffect::RunsMore(3)),
            ((5, false), (2, false), JobEffect::RunsFewer(3)),
            ((2, false), (2, true), JobEffect::Suspends),
            ((2, true), (4, false), JobEffect::Resumes),
            ((2, true), (4, true), JobEffect::GoesOn),
            ((1, false), (1, false), JobEffect::GoesOn),
        ] {
            assert_eq!(job_effect(old, new), expected, "{old:?} {new:?}");
        }
    }
}
