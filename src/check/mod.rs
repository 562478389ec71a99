//! Facts become diagnostics: one check, one file, one page.

mod absence;
mod affinity_selects_nothing;
mod aggregated_role;
mod ambiguous_scalar;
mod automounted_token;
mod autoscaler_without_room;
mod backend_port;
mod bare_pod;
mod binding_to_everyone;
mod cascading_deletion;
mod certificate_overlap;
mod claim_fit;
mod claim_held_by_old_pod;
mod claim_name_taken;
mod claim_smaller_than_source;
mod claim_volume_mismatch;
mod cluster_admin_binding;
mod container_name;
mod cron_job_deadline;
mod dangling_reference;
mod default_class_clash;
mod deleted_but_named;
mod deprecated_api;
mod deprecated_field;
mod downward_api;
mod duplicate_entry;
mod duplicate_env;
mod duplicate_key;
mod duplicate_name;
mod duplicate_object;
mod duplicate_port;
mod egress_without_dns;
mod fractional_bytes;
mod gateway_host;
mod gateway_listener;
mod gateway_workload;
mod hpa_maximum_does_not_fit;
mod hpa_overlap;
mod hpa_target;
mod hpa_without_request;
mod ignored_content;
mod ignored_field;
mod ignored_namespace;
mod immutable_field;
mod in_tree_provisioner;
mod incomplete_secret;
mod ineffective_canary;
mod ineffective_policy_rule;
mod ingress_conflict;
mod ingress_tls_host;
mod ingress_without_tls;
mod invalid_inventory;
mod invalid_name;
mod invalid_rbac_rule;
mod invalid_service;
mod invalid_value;
mod job_without_ttl;
mod key_collision;
mod latest_image;
mod listener_conflict;
mod listener_protocol;
mod listener_set_not_allowed;
mod local_name;
mod meant;
mod mesh_host;
mod mesh_port;
mod missing_analysis_argument;
mod missing_autoscaler;
mod missing_field;
mod missing_key;
mod missing_kind;
mod missing_liveness_probe;
mod missing_memory_limit;
mod missing_network_policy;
mod missing_pdb;
mod missing_readiness_probe;
mod missing_reference_grant;
mod missing_requests;
mod missing_spread;
mod missing_sub_path;
mod monitor_not_selected;
mod monitor_selects_nothing;
mod mount_path;
mod no_room_for_rollout;
mod no_schema;
mod node_port_clash;
mod node_selector_matches_no_node;
mod odd_address;
mod old_autoscaler;
mod old_ingress;
mod old_template_stays;
mod old_workload;
mod open_etcd;
mod pdb_blocks_drain;
mod pdb_overlap;
mod planned;
mod pod_security_baseline;
mod pod_security_label;
mod pod_security_restricted;
mod pods_left_out;
mod policy_closes_ingress;
mod policy_parameters;
mod policy_port;
mod policy_selects_no_namespace;
mod policy_selects_nothing;
mod priority_conflict;
mod probe_port;
mod quota_exceeded;
mod rbac_escalation;
mod rbac_group;
mod recommended_labels;
mod recreate_strategy;
mod removed_api;
mod replicas_under_hpa;
mod request_above_limit;
mod reshape;
mod resource_claim;
mod restart_policy;
mod rollout_outage;
mod rollout_stalls;
mod rollout_too_slow;
mod rollout_traffic;
mod rollout_under_budget;
mod route_hostname;
mod rwo_claim_shared;
mod same_probes;
mod scale_to_zero;
mod secret_in_config_map;
mod secret_in_env;
mod selection;
mod selector_overlap;
mod selector_template_mismatch;
mod sensitive_host_path;
mod service_selects_nothing;
mod service_target_port;
mod silence;
mod single_replica;
mod sink;
mod spread_selector;
mod ssh_port;
mod stale_content;
mod statefulset_service;
mod subset_selects_nothing;
mod syntax;
mod toleration_unused;
mod undefined_variable;
mod unknown_admission_resource;
mod unknown_field;
mod unknown_kind;
mod unknown_rbac_group;
mod unknown_rbac_resource;
mod unknown_rbac_verb;
mod unknown_receiver;
mod unknown_subset;
mod unknown_target_kind;
mod unqualified_finalizer;
mod unread;
mod unschedulable_pod;
mod unscraped_metrics;
mod unusable_hostname;
mod unused_object;
mod unused_suppression;
mod unused_volume;
mod volume_mode;
mod volume_mount;
mod vpa_overlap;
mod wildcard_rbac_rule;
mod writable_host_path;
mod writable_root_filesystem;
mod wrong_secret_type;
mod wrong_type;

use std::sync::Arc;

use rayon::prelude::*;

use crate::config::{Level, Settings};
use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::Graph;
use crate::graph::reference::Edge;
use crate::parse::object::{File, ObjectId, ObjectRef, Program};
use crate::parse::schema::facts::Facts;
use crate::plan::change::Verdict;
use crate::plan::fit::Fit;
use crate::plan::preview::Preview;
use crate::practice::{self, Practice};
use crate::source::{FILES_AT_ONCE, FileId, Span};

pub use silence::{Silence, Usage, can_be_suppressed};
pub use sink::{Report, Sink};

/// Every check, in the order of the documentation. Adding a check is adding a line here and one above.
pub static CHECKS: &[&Check] = &[
    &syntax::CHECK,
    &duplicate_key::CHECK,
    &key_collision::CHECK,
    &ignored_content::CHECK,
    &missing_kind::CHECK,
    &unknown_kind::CHECK,
    &unknown_field::CHECK,
    &wrong_type::CHECK,
    &ambiguous_scalar::CHECK,
    &invalid_value::CHECK,
    &missing_field::CHECK,
    &invalid_rbac_rule::CHECK,
    &incomplete_secret::CHECK,
    &invalid_name::CHECK,
    &invalid_service::CHECK,
    &duplicate_name::CHECK,
    &mount_path::CHECK,
    &downward_api::CHECK,
    &odd_address::CHECK,
    &request_above_limit::CHECK,
    &restart_policy::CHECK,
    &no_schema::CHECK,
    &removed_api::CHECK,
    &deprecated_api::CHECK,
    &deprecated_field::CHECK,
    &dangling_reference::CHECK,
    &missing_key::CHECK,
    &missing_sub_path::CHECK,
    &wrong_secret_type::CHECK,
    &claim_volume_mismatch::CHECK,
    &claim_name_taken::CHECK,
    &claim_smaller_than_source::CHECK,
    &service_selects_nothing::CHECK,
    &service_target_port::CHECK,
    &backend_port::CHECK,
    &policy_selects_nothing::CHECK,
    &policy_selects_no_namespace::CHECK,
    &policy_port::CHECK,
    &gateway_listener::CHECK,
    &route_hostname::CHECK,
    &listener_conflict::CHECK,
    &listener_protocol::CHECK,
    &listener_set_not_allowed::CHECK,
    &missing_reference_grant::CHECK,
    &policy_parameters::CHECK,
    &mesh_host::CHECK,
    &mesh_port::CHECK,
    &unknown_subset::CHECK,
    &subset_selects_nothing::CHECK,
    &gateway_host::CHECK,
    &gateway_workload::CHECK,
    &monitor_selects_nothing::CHECK,
    &monitor_not_selected::CHECK,
    &unknown_receiver::CHECK,
    &certificate_overlap::CHECK,
    &missing_analysis_argument::CHECK,
    &rollout_traffic::CHECK,
    &selector_template_mismatch::CHECK,
    &spread_selector::CHECK,
    &affinity_selects_nothing::CHECK,
    &aggregated_role::CHECK,
    &volume_mount::CHECK,
    &volume_mode::CHECK,
    &container_name::CHECK,
    &resource_claim::CHECK,
    &undefined_variable::CHECK,
    &priority_conflict::CHECK,
    &probe_port::CHECK,
    &statefulset_service::CHECK,
    &hpa_target::CHECK,
    &unknown_target_kind::CHECK,
    &unknown_rbac_resource::CHECK,
    &unknown_rbac_group::CHECK,
    &unknown_rbac_verb::CHECK,
    &unknown_admission_resource::CHECK,
    &duplicate_object::CHECK,
    &in_tree_provisioner::CHECK,
    &unused_object::CHECK,
    &unused_volume::CHECK,
    &invalid_inventory::CHECK,
    &unschedulable_pod::CHECK,
    &node_selector_matches_no_node::CHECK,
    &toleration_unused::CHECK,
    &hpa_maximum_does_not_fit::CHECK,
    &quota_exceeded::CHECK,
    &pods_left_out::CHECK,
    &rollout_stalls::CHECK,
    &no_room_for_rollout::CHECK,
    &rollout_too_slow::CHECK,
    &old_template_stays::CHECK,
    &rollout_outage::CHECK,
    &rollout_under_budget::CHECK,
    &immutable_field::CHECK,
    &deleted_but_named::CHECK,
    &cascading_deletion::CHECK,
    &stale_content::CHECK,
    &claim_held_by_old_pod::CHECK,
    &pod_security_baseline::CHECK,
    &pod_security_restricted::CHECK,
    &pod_security_label::CHECK,
    &latest_image::CHECK,
    &missing_requests::CHECK,
    &missing_memory_limit::CHECK,
    &missing_readiness_probe::CHECK,
    &same_probes::CHECK,
    &missing_liveness_probe::CHECK,
    &duplicate_env::CHECK,
    &duplicate_entry::CHECK,
    &duplicate_port::CHECK,
    &fractional_bytes::CHECK,
    &ignored_field::CHECK,
    &unusable_hostname::CHECK,
    &hpa_without_request::CHECK,
    &replicas_under_hpa::CHECK,
    &hpa_overlap::CHECK,
    &vpa_overlap::CHECK,
    &scale_to_zero::CHECK,
    &autoscaler_without_room::CHECK,
    &pdb_blocks_drain::CHECK,
    &pdb_overlap::CHECK,
    &missing_pdb::CHECK,
    &rwo_claim_shared::CHECK,
    &ingress_conflict::CHECK,
    &ineffective_canary::CHECK,
    &node_port_clash::CHECK,
    &selector_overlap::CHECK,
    &secret_in_env::CHECK,
    &secret_in_config_map::CHECK,
    &cluster_admin_binding::CHECK,
    &wildcard_rbac_rule::CHECK,
    &rbac_escalation::CHECK,
    &binding_to_everyone::CHECK,
    &single_replica::CHECK,
    &missing_spread::CHECK,
    &cron_job_deadline::CHECK,
    &job_without_ttl::CHECK,
    &recreate_strategy::CHECK,
    &bare_pod::CHECK,
    &missing_autoscaler::CHECK,
    &default_class_clash::CHECK,
    &ingress_tls_host::CHECK,
    &ingress_without_tls::CHECK,
    &missing_network_policy::CHECK,
    &ineffective_policy_rule::CHECK,
    &policy_closes_ingress::CHECK,
    &egress_without_dns::CHECK,
    &automounted_token::CHECK,
    &sensitive_host_path::CHECK,
    &writable_host_path::CHECK,
    &ssh_port::CHECK,
    &writable_root_filesystem::CHECK,
    &open_etcd::CHECK,
    &recommended_labels::CHECK,
    &ignored_namespace::CHECK,
    &unscraped_metrics::CHECK,
    &unqualified_finalizer::CHECK,
    &unused_suppression::CHECK,
];

/// What a check is about; a name for many checks in `--select`, `--ignore` and the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The text is not YAML, or not what its author thinks it is.
    Syntax,
    /// What the API server rejects.
    Schema,
    /// An object, key or port that is named and is not there.
    Reference,
    /// A pod that fits nowhere.
    Schedule,
    /// A rollout that cannot finish.
    Rollout,
    /// API versions and fields on their way out.
    Deprecation,
    /// What will hurt when something fails.
    Reliability,
    /// What an attacker would like.
    Security,
    /// Taste.
    Style,
}

impl Group {
    /// The word that users read and write.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Schema => "schema",
            Self::Reference => "reference",
            Self::Schedule => "schedule",
            Self::Rollout => "rollout",
            Self::Deprecation => "deprecation",
            Self::Reliability => "reliability",
            Self::Security => "security",
            Self::Style => "style",
        }
    }

    /// Whether a note of this group is advice. In the other groups it says what kplan had to leave unchecked.
    fn gives_advice(self) -> bool {
        !matches!(self, Self::Syntax | Self::Schema)
    }

    /// Whether its checks pass over what lives only while `helm test` runs.
    fn spares_tests(self) -> bool {
        matches!(self, Self::Reliability | Self::Security | Self::Style)
    }
}

/// A check is data plus one function. It sees facts, it reports problems, it returns nothing.
pub struct Check {
    /// Kebab-case, the name of its file, and reads well after "ignore".
    pub id: &'static str,
    /// What it is about.
    pub group: Group,
    /// Severity of its reports unless it says otherwise for one; [`Severity::Note`] means off unless selected. Single
    /// notes of a graver check, too, are dropped unless it is selected.
    pub severity: Severity,
    /// The version of kplan that brought it.
    pub since: &'static str,
    /// One line, no full stop.
    pub summary: &'static str,
    /// Its documentation, whose examples are its first tests.
    pub page: &'static str,
    /// The function.
    pub run: Run,
}

/// What a check is called for.
#[derive(Clone, Copy)]
pub enum Run {
    /// Each file: facts about the text.
    File(for<'p> fn(&Context<'p>, &'p File, &mut Sink<'_>)),
    /// Each object, with the graph to look around in.
    Object(for<'p> fn(&Context<'p>, ObjectRef<'p>, &mut Sink<'_>)),
    /// Once, where nodes are known: where the pods go.
    Fit(for<'p> fn(&Context<'p>, &Fit, &mut Sink<'_>)),
    /// Once, where there is something to compare with: what changes.
    Plan(for<'p> fn(&Context<'p>, &Plan<'p>, &mut Sink<'_>)),
    /// Once, after all others: what became of the suppressions.
    Suppressions(for<'p> fn(&Context<'p>, &Usage<'_>, &mut Sink<'_>)),
}

/// What would happen if what was there before became the program.
#[derive(Clone, Copy)]
pub struct Plan<'p> {
    /// What was there before.
    pub base: &'p Program,
    /// What changes, and what could go wrong on the way.
    pub preview: &'p Preview,
}

impl Plan<'_> {
    /// Whether what a reference leads to was there before and is deleted.
    fn deletes_target_of(&self, edge: &Edge<'_>) -> bool {
        let identities = self.preview.set.changes.iter();
        let mut deleted = identities.filter(|change| change.verdict == Verdict::Delete);
        deleted.any(|change| change.identity.is_target_of(edge))
    }
}

/// Everything that checks may know.
pub struct Context<'p> {
    /// All files and objects.
    pub program: &'p Program,
    /// What the schemas say of each object.
    pub schemas: &'p Facts,
    /// Who names whom.
    pub graph: &'p Graph<'p>,
    /// What good practice asks about.
    pub practice: &'p Practice<'p>,
    /// The files that say what the cluster has; empty if none were named.
    pub inventory: &'p Program,
    /// Where the pods go; `None` without nodes.
    pub fit: Option<&'p Fit>,
    /// What changes; `None` without a base.
    pub plan: Option<Plan<'p>>,
    /// What the manifests do not want to hear.
    pub silence: Silence<'p>,
    /// Target version, open or closed world, and so on.
    pub settings: &'p Settings,
}

impl Context<'_> {
    /// Whether a check runs: what one leaves to another must be said by somebody.
    fn is_on(&self, id: &str) -> bool {
        is_on(id, self.settings)
    }

    /// Whether what a check would say of a place is suppressed, which makes the suppression a used one. For checks whose one
    /// finding speaks for several places; of a finding's own place the output stage asks.
    fn is_suppressed(&self, check: &Check, span: Span) -> bool {
        self.silence.holds_back(check, span)
    }
}

/// Whether the settings leave a check on.
pub fn is_on(id: &str, settings: &Settings) -> bool {
    let found = CHECKS.iter().find(|check| check.id == id);
    found.is_some_and(|check| level_of(check, settings) != Level::Off)
}

/// Runs every check that the settings leave on, over every file and object, and returns the findings in output order.
pub fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    run_where(context, &|_| true)
}

/// As [`run`], over some of the files only; what is found is in those files.
pub fn run_where(context: &Context<'_>, is_wanted: &(dyn Fn(FileId) -> bool + Sync)) -> Vec<Diagnostic> {
    let enabled: Vec<(&Check, Level, Severity)> = CHECKS
        .iter()
        .map(|check| (*check, level_of(check, context.settings), mildest_of(check, context.settings)))
        .filter(|(_, level, _)| *level != Level::Off)
        .collect();
    let objects_of = objects_by_file(context.program);
    let mut diagnostics: Vec<Diagnostic> = context
        .program
        .files()
        .par_iter()
        .zip(objects_of)
        .with_max_len(FILES_AT_ONCE)
        .chain(context.inventory.files().par_iter().map(|file| (file, 0..0)))
        .filter(|(file, _)| is_wanted(file.id))
        .flat_map_iter(|(file, objects)| run_on_file(context, &enabled, file, objects))
        .collect();
    for (check, level, mildest) in &enabled {
        let mut sink = Sink::new(check, *level, *mildest, &mut diagnostics);
        match (check.run, &context.plan, context.fit) {
            (Run::Plan(run), Some(plan), _) => run(context, plan, &mut sink),
            (Run::Fit(run), _, Some(fit)) => run(context, fit, &mut sink),
            _ => continue,
        }
        sink.finish();
    }
    diagnostics.sort();
    diagnostics.dedup();
    unread::drop_consequences(&mut diagnostics);
    silence::put_out(context, diagnostics, is_wanted)
}

fn run_on_file<'p>(
    context: &Context<'p>,
    enabled: &[(&Check, Level, Severity)],
    file: &'p Arc<File>,
    objects: std::ops::Range<u32>,
) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let objects: Vec<(ObjectRef<'_>, bool)> = objects
        .map(|id| context.program.object(ObjectId(id)))
        .map(|object| (object, practice::is_test_hook(object)))
        .collect();
    let has_suppressions = !context.silence.of_file(file.id).is_empty();
    let has_exemptions = !context.settings.exemptions.is_empty();
    for (check, level, mildest) in enabled {
        if has_exemptions && silence::is_spared(context, check, file.id) {
            continue;
        }
        // What is too mild to be shown still is what a suppression is for.
        let mildest = if has_suppressions { Severity::Note } else { *mildest };
        let mut sink = Sink::new(check, *level, mildest, &mut diagnostics);
        match check.run {
            Run::File(run) => run(context, file, &mut sink),
            Run::Fit(_) | Run::Plan(_) | Run::Suppressions(_) => {}
            Run::Object(run) => {
                let spares_tests = check.group.spares_tests();
                for (object, is_test) in &objects {
                    if !(spares_tests && *is_test) {
                        run(context, *object, &mut sink);
                    }
                }
            }
        }
        sink.finish();
    }
    diagnostics
}

/// The mildest severity that a check may report. Advice is given only where the settings name the check or its
/// group; that something could not be checked at all is always said.
fn mildest_of(check: &Check, settings: &Settings) -> Severity {
    let is_named =
        settings.levels.contains_key(check.id) || settings.levels.contains_key(check.group.as_str());
    if is_named || !check.group.gives_advice() { Severity::Note } else { Severity::Warning }
}

fn objects_by_file(program: &Program) -> Vec<std::ops::Range<u32>> {
    let mut start = 0;
    let ranges = program.files().iter().map(|file| {
        let end = start + file.objects.len() as u32;
        std::mem::replace(&mut start, end)..end
    });
    ranges.collect()
}

/// The level of a check: by its id, else by its group, else its own. Advice is off unless selected.
fn level_of(check: &Check, settings: &Settings) -> Level {
    let configured = settings.levels.get(check.id).or_else(|| settings.levels.get(check.group.as_str()));
    match configured {
        Some(level) => *level,
        None if check.severity == Severity::Note && check.group.gives_advice() => Level::Off,
        None => Level::On,
    }
}
