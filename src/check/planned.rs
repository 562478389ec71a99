//! What the plan says could go wrong becomes findings: each concern is a check, and this is what they share.

use crate::check::{Context, Plan, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::plan::preview::risk::{Concern, Risk, SideName, Spot};

/// Reports every risk of one concern at the places that decide it, as grave as the plan says.
pub(super) fn report(context: &Context<'_>, plan: &Plan<'_>, concern: Concern, sink: &mut Sink<'_>) {
    report_at(context, plan, concern, |risk| risk.severity, sink);
}

/// Reports every risk of one concern at the places that decide it.
pub(super) fn report_at(
    context: &Context<'_>,
    plan: &Plan<'_>,
    concern: Concern,
    severity: impl Fn(&Risk) -> Severity,
    sink: &mut Sink<'_>,
) {
    for risk in plan.preview.risks.iter().filter(|risk| risk.concern == concern) {
        let Some((first, others)) = risk.spots.split_first() else { continue };
        let (object, node) = place(context, plan, first);
        let mut report = sink
            .report(object, node, risk.message.as_str())
            .severity(severity(risk))
            .label(first.label.as_str())
            .help_opt(risk.help.clone());
        for spot in others {
            let (object, node) = place(context, plan, spot);
            report = report.related(object.span(node), spot.label.as_str());
        }
    }
}

fn place<'p>(context: &'p Context<'_>, plan: &'p Plan<'_>, spot: &Spot) -> (ObjectRef<'p>, NodeRef<'p>) {
    let program = match spot.side {
        SideName::Base => plan.base,
        SideName::Head => context.program,
    };
    let object = program.object(spot.object);
    (object, object.file.node(spot.node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{CHECKS, Run};

    #[test]
    fn every_concern_has_the_check_that_it_names() {
        use Concern::{
            Budget, Cascade, HeldClaim, LooseEnds, OldTemplate, Outage, Replacement, SlowStart, StaleContent,
            Stall,
        };
        let concerns = [
            Budget,
            Cascade,
            HeldClaim,
            LooseEnds,
            OldTemplate,
            Outage,
            Replacement,
            SlowStart,
            Stall,
            StaleContent,
        ];
        let mut named: Vec<&str> = concerns.into_iter().filter_map(Concern::check).collect();
        let of_plans = CHECKS.iter().filter(|check| matches!(check.run, Run::Plan(_)));
        let mut known: Vec<&str> = of_plans.map(|check| check.id).collect();
        named.sort_unstable();
        known.sort_unstable();
        assert_eq!(named, known);
    }
}
