//! A schedule for people: workloads, nodes, what does not fit, and the summary last, where the eye is.

use std::collections::BTreeMap;

use crate::plan::fit::Fit;
use crate::plan::scheduler::Outcome;
use crate::plan::words::{amount, quota_amount};
use crate::plan::workload::Workload;
use crate::render::schedule::bar::bar;
use crate::render::schedule::table::{BOLD, Cell, DIM, RED, YELLOW, lines, paint};
use crate::render::schedule::{NodeRows, ScheduleReport, miss, question};
use crate::render::{Colors, counted, plain};

/// How many nodes are listed unless all are asked for.
const NODE_ROWS: usize = 60;
/// How many nodes of a workload are named.
const NAMED_NODES: usize = 4;

/// Renders the schedule.
pub(super) fn render(report: &ScheduleReport<'_>, colors: Colors) -> String {
    let fit = report.fit;
    let mut out = String::new();
    if !fit.workloads.is_empty() {
        out.push_str(&lines(&workload_rows(fit), colors));
        out.push('\n');
    }
    if !fit.cluster.nodes.is_empty() {
        let rows = match report.rows {
            NodeRows::All => usize::MAX,
            NodeRows::Some => NODE_ROWS,
        };
        out.push_str(&lines(&node_rows(fit, rows), colors));
        let hidden = fit.cluster.nodes.len().saturating_sub(rows);
        if hidden > 0 {
            let more = format!("and {hidden} more; `--per-node` lists all");
            out.push_str(&paint(colors, DIM, &more));
            out.push('\n');
        }
        out.push('\n');
    }
    let quotas = quota_rows(fit);
    if quotas.len() > 1 {
        out.push_str(&lines(&quotas, colors));
        out.push('\n');
    }
    question::losses(&mut out, report, colors);
    question::headroom(&mut out, report, colors);
    question::maxima(&mut out, report, colors);
    miss::all(&mut out, report, colors);
    notes(&mut out, fit, colors);
    out.push_str(&paint(colors, BOLD, &summary(fit)));
    out.push('\n');
    out
}

/// `Deployment shop/web`.
pub(super) fn workload_name(workload: &Workload) -> String {
    let name = format!("{} {}/{}", workload.kind, workload.namespace, workload.name);
    plain::line(&name).into_owned()
}

fn workload_rows(fit: &Fit) -> Vec<Vec<Cell>> {
    let mut places: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    for placement in &fit.placements {
        if let Outcome::Placed(node) = placement.outcome {
            let workload = fit.owner_of(&placement.pod);
            *places.entry(workload).or_default().entry(node).or_default() += 1;
        }
    }
    let is_scaled = fit.workloads.iter().any(|workload| workload.scale.is_some());
    let mut head = vec![Cell::left("WORKLOAD"), Cell::right("PODS")];
    head.extend(is_scaled.then(|| Cell::right("MAX")));
    head.extend([Cell::right("PLACED"), Cell::left("NODES")]);
    let mut rows = vec![head];
    for (index, workload) in fit.workloads.iter().enumerate() {
        let nodes = places.remove(&index).unwrap_or_default();
        let placed: usize = nodes.values().sum();
        let maximum = workload.scale.map_or(String::new(), |scale| scale.maximum.to_string());
        let count = Cell::right(placed.to_string());
        let is_short = placed < workload.pods.len();
        let mut row =
            vec![Cell::left(&workload_name(workload)), Cell::right(workload.pods.len().to_string())];
        row.extend(is_scaled.then(|| Cell::right(maximum)));
        row.extend([if is_short { count.with(RED) } else { count }, Cell::left(&named_nodes(fit, &nodes))]);
        rows.push(row);
    }
    rows
}

/// `general-0, general-1 x2 and 3 more`.
fn named_nodes(fit: &Fit, nodes: &BTreeMap<usize, usize>) -> String {
    let named: Vec<String> = nodes
        .iter()
        .take(NAMED_NODES)
        .map(|(node, count)| match count {
            1 => fit.cluster.nodes[*node].name.clone(),
            count => format!("{} x{count}", fit.cluster.nodes[*node].name),
        })
        .collect();
    let more = nodes.len().saturating_sub(NAMED_NODES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}

fn node_rows(fit: &Fit, most: usize) -> Vec<Vec<Cell>> {
    let nodes = &fit.cluster.nodes;
    let has_zones = nodes.iter().any(|node| node.label("topology.kubernetes.io/zone").is_some());
    let mut scalars: Vec<&str> =
        nodes.iter().flat_map(|node| node.allocatable.scalars.keys()).map(String::as_str).collect();
    scalars.sort_unstable();
    scalars.dedup();
    let mut head = vec![Cell::left("NODE")];
    head.extend(has_zones.then(|| Cell::left("ZONE")));
    for name in ["CPU", "MEMORY", "PODS"].into_iter().chain(scalars.iter().copied()) {
        head.extend([Cell::left(name), Cell::right(""), Cell::left("")]);
    }
    let mut rows = vec![head];
    for (node, load) in nodes.iter().zip(&fit.loads).take(most) {
        let (offered, taken) = (&node.allocatable, &load.requested);
        let mut row = vec![Cell::left(&node.name)];
        let zone = node.label("topology.kubernetes.io/zone").unwrap_or_default();
        row.extend(has_zones.then(|| Cell::left(zone)));
        let mut add = |resource: &str, part: i64, whole: i64| {
            row.push(bar(part, whole));
            row.push(Cell::right(amount(resource, part)));
            row.push(Cell::left(&format!("of {}", amount(resource, whole))));
        };
        add("cpu", taken.milli_cpu, offered.milli_cpu);
        add("memory", taken.memory, offered.memory);
        add("pods", i64::try_from(load.pods).unwrap_or(i64::MAX), node.allowed_pods);
        for name in &scalars {
            add(name, taken.scalar(name), offered.scalar(name));
        }
        rows.push(row);
    }
    rows
}

fn quota_rows(fit: &Fit) -> Vec<Vec<Cell>> {
    let head = ["QUOTA", "RESOURCE", "USED", "", ""].map(Cell::left).to_vec();
    let mut rows = vec![head];
    for quota in &fit.quotas {
        for line in &quota.lines {
            let used = Cell::right(quota_amount(&line.resource, line.used));
            rows.push(vec![
                Cell::left(&format!("{}/{}", quota.namespace, quota.name)),
                Cell::left(&line.resource),
                bar(line.used.milli_value(), line.hard.milli_value()),
                if line.used > line.hard { used.with(RED) } else { used },
                Cell::left(&format!("of {}", quota_amount(&line.resource, line.hard))),
            ]);
        }
    }
    rows
}

/// What was taken for granted, or left out.
fn notes(out: &mut String, fit: &Fit, colors: Colors) {
    let mut note = |text: String| {
        out.push_str(&format!("{}: {text}\n", paint(colors, YELLOW, "note")));
    };
    for workload in &fit.workloads {
        for refusal in &workload.refusals {
            note(format!("{}: {}", workload_name(workload), plain::line(&refusal.to_string())));
        }
    }
    for quota in &fit.quotas {
        for line in quota.exceeded() {
            note(format!(
                "quota {}/{} allows {} {}, and {} are asked for: pods beyond it are not created",
                quota.namespace, quota.name, line.hard, line.resource, line.used
            ));
        }
    }
    let claims = fit.placements.iter().filter(|placement| placement.pod.template.resource_claims > 0).count();
    if claims > 0 {
        let pods = counted(claims, "pod has", "pods have");
        note(format!("{pods} resource claims (dynamic resource allocation), which are not simulated"));
    }
    if fit.gathered.replaced > 0 {
        let one = "running pod of the inventory belongs to a workload of the input: it is placed anew";
        let many = "running pods of the inventory belong to workloads of the input: they are placed anew";
        note(counted(fit.gathered.replaced, one, many));
    }
}

/// `11 pods: 10 placed on 6 nodes, 1 fits nowhere`.
fn summary(fit: &Fit) -> String {
    let (missed, gated) = fit.left_over();
    let all = fit.placements.len();
    let nodes = counted(fit.cluster.nodes.len(), "node", "nodes");
    let mut parts = vec![format!("{} placed on {nodes}", all - missed - gated)];
    if missed > 0 {
        parts.push(format!("{missed} {} nowhere", if missed == 1 { "fits" } else { "fit" }));
    }
    if gated > 0 {
        parts.push(format!("{gated} held back by scheduling gates"));
    }
    format!("{}: {}", counted(all, "pod", "pods"), parts.join(", "))
}
