//! The deployment controller's arithmetic against tables computed by hand.

use super::*;
use crate::plan::rollout::{Answer, Counts, Move, everywhere};

const fn rolling(max_surge: Amount, max_unavailable: Amount) -> Strategy {
    Strategy::RollingUpdate { max_surge, max_unavailable }
}

const QUARTER: Strategy = rolling(Amount::Percent(25), Amount::Percent(25));

fn rollout(replicas: u32, strategy: Strategy) -> Rollout {
    Rollout { old_replicas: replicas, replicas, strategy, template_changes: true, paused: false }
}

/// Old ready, new ready, waiting, surge, unavailable of each step.
fn table(simulation: &Simulation) -> Vec<[u32; 5]> {
    let row = |counts: Counts| {
        [counts.old_ready, counts.new_ready, counts.waiting, counts.surge, counts.unavailable]
    };
    simulation.steps.iter().map(|step| row(step.counts)).collect()
}

#[test]
fn fenceposts() {
    use Amount::{Percent, Pods};
    for (surge, unavailable, desired, expected) in [
        (Percent(25), Percent(25), 10, (3, 2)),
        (Percent(25), Percent(25), 4, (1, 1)),
        (Percent(25), Percent(25), 3, (1, 0)),
        (Percent(25), Percent(25), 1, (1, 0)),
        (Percent(0), Percent(0), 10, (0, 1)),
        (Pods(0), Pods(0), 10, (0, 1)),
        (Pods(0), Percent(5), 10, (0, 1)),
        (Pods(0), Percent(30), 10, (0, 3)),
        (Percent(100), Percent(0), 7, (7, 0)),
        (Percent(0), Percent(100), 7, (0, 7)),
        (Percent(33), Percent(33), 3, (1, 0)),
        (Percent(34), Percent(34), 3, (2, 1)),
        (Percent(1), Pods(0), 1, (1, 0)),
        (Pods(5), Pods(0), 2, (5, 0)),
        (Percent(25), Percent(25), 0, (0, 1)),
    ] {
        assert_eq!(
            resolve_fenceposts(surge, unavailable, desired),
            expected,
            "{surge} {unavailable} {desired}"
        );
    }
}

#[test]
fn never_more_unavailable_than_replicas() {
    use Amount::Pods;
    assert_eq!(max_unavailable(rolling(Pods(0), Pods(5)), 2), 2);
    assert_eq!(max_unavailable(rolling(Pods(0), Pods(5)), 0), 0);
    assert_eq!(max_unavailable(rolling(Pods(1), Pods(1)), 2), 1);
    assert_eq!(max_unavailable(Strategy::Recreate, 2), 0);
    assert_eq!(max_surge(rolling(Amount::Percent(25), Pods(1)), 3), 1);
    assert_eq!(max_surge(Strategy::Recreate, 3), 0);
}

#[test]
fn new_replica_set_grows_up_to_the_surge_and_not_beyond_the_replicas() {
    for (replicas, surge, total, new, expected) in [
        (10, Amount::Pods(3), 10, 0, 3),
        (10, Amount::Pods(3), 13, 3, 3),
        (10, Amount::Pods(3), 15, 3, 3),
        (10, Amount::Pods(3), 11, 3, 5),
        (10, Amount::Pods(30), 10, 0, 10),
        (1, Amount::Percent(25), 1, 0, 1),
        (3, Amount::Percent(0), 3, 0, 0),
        (3, Amount::Percent(0), 2, 0, 1),
    ] {
        let strategy = rolling(surge, Amount::Pods(0));
        assert_eq!(
            new_replica_set_size(strategy, replicas, total, new),
            expected,
            "{replicas} {surge} {total} {new}"
        );
    }
    assert_eq!(new_replica_set_size(Strategy::Recreate, 4, 4, 0), 4);
}

#[test]
fn unhealthy_old_pods_go_first() {
    let strategy = rolling(Amount::Pods(3), Amount::Pods(2));
    let set = |size, available| ReplicaSet { size, available };
    // 10 old of which 4 are broken, 3 new on the way: 13 - 8 - 3 = 2 may go, and both are broken ones.
    assert_eq!(old_replica_set_loss(strategy, 10, set(10, 6), set(3, 0)), (2, 0));
    assert_eq!(old_replica_set_loss(strategy, 10, set(10, 10), set(3, 0)), (0, 2));
    assert_eq!(old_replica_set_loss(strategy, 10, set(8, 8), set(5, 0)), (0, 0));
    assert_eq!(old_replica_set_loss(strategy, 10, set(8, 8), set(5, 5)), (0, 5));
    assert_eq!(old_replica_set_loss(strategy, 10, set(0, 0), set(10, 5)), (0, 0));
}

#[test]
fn ten_pods_by_quarters() {
    let simulation = simulate(&rollout(10, QUARTER), &mut everywhere);
    // 3 surge, 2 may be unavailable: 3 new come and 2 old go, which makes room for 2 new ones more.
    assert_eq!(table(&simulation), [[8, 0, 5, 3, 2], [3, 5, 5, 3, 2], [0, 10, 0, 0, 0]]);
    assert_eq!(simulation.end, End::Complete);
    assert_eq!((simulation.peak_surge(), simulation.peak_unavailable()), (3, 2));
    assert_eq!(simulation.waits(), 2);
}

#[test]
fn one_pod_by_quarters_never_goes_without() {
    let simulation = simulate(&rollout(1, QUARTER), &mut everywhere);
    assert_eq!(table(&simulation), [[1, 0, 1, 1, 0], [0, 1, 0, 0, 0]]);
}

#[test]
fn neither_surge_nor_unavailability_is_one_at_a_time() {
    let simulation = simulate(&rollout(3, rolling(Amount::Pods(0), Amount::Pods(0))), &mut everywhere);
    assert_eq!(table(&simulation), [[2, 0, 1, 0, 1], [1, 1, 1, 0, 1], [0, 2, 1, 0, 1]]);
}

#[test]
fn all_at_once() {
    let both = rolling(Amount::Percent(100), Amount::Percent(100));
    let simulation = simulate(&rollout(4, both), &mut everywhere);
    assert_eq!(table(&simulation), [[0, 0, 4, 0, 4]]);
    let surge = rolling(Amount::Percent(100), Amount::Pods(0));
    assert_eq!(table(&simulate(&rollout(4, surge), &mut everywhere)), [[4, 0, 4, 4, 0], [0, 4, 0, 0, 0]]);
}

#[test]
fn recreate_has_a_gap() {
    let simulation = simulate(&rollout(3, Strategy::Recreate), &mut everywhere);
    assert_eq!(table(&simulation), [[0, 0, 3, 0, 3]]);
    assert_eq!(simulation.steps[0].deleted.len(), 3);
}

#[test]
fn a_paused_deployment_scales_and_does_not_roll() {
    let paused = Rollout { paused: true, replicas: 5, ..rollout(3, QUARTER) };
    let simulation = simulate(&paused, &mut everywhere);
    assert_eq!(table(&simulation), [[3, 0, 2, 0, 2]]);
    assert_eq!(simulation.end, End::Waits);
}

#[test]
fn scaling_with_a_new_template_scales_the_old_pods_first() {
    let simulation = simulate(&Rollout { replicas: 4, ..rollout(2, QUARTER) }, &mut everywhere);
    assert_eq!(simulation.steps[0].created[0].pod, PodId::old(2));
    assert_eq!(simulation.end, End::Complete);
    let fewer = simulate(&Rollout { replicas: 1, ..rollout(4, QUARTER) }, &mut everywhere);
    assert_eq!(fewer.steps[0].deleted[..3], [PodId::old(3), PodId::old(2), PodId::old(1)]);
}

#[test]
fn only_scaling() {
    let grow = Rollout { template_changes: false, replicas: 3, ..rollout(0, QUARTER) };
    assert_eq!(table(&simulate(&grow, &mut everywhere)), [[0, 0, 3, 0, 3]]);
    let shrink = Rollout { template_changes: false, replicas: 1, ..rollout(3, QUARTER) };
    assert_eq!(table(&simulate(&shrink, &mut everywhere)), [[1, 0, 0, 0, 0]]);
}

#[test]
fn no_pods_no_steps() {
    let simulation = simulate(&rollout(0, QUARTER), &mut everywhere);
    assert_eq!((simulation.steps.len(), simulation.end), (0, End::Complete));
}

/// Nodes with room for so many pods.
fn room_for(most: u32) -> impl FnMut(Move) -> Answer {
    let mut used = 0;
    move |asked| match asked {
        Move::Place(pod) if pod.generation == Generation::New && used >= most => {
            Answer::Pending("full".to_owned())
        }
        Move::Place(_) => {
            used += 1;
            Answer::Runs(None)
        }
        Move::Remove(_) => {
            used -= 1;
            Answer::Runs(None)
        }
    }
}

#[test]
fn a_surge_without_room_stalls_if_nothing_may_be_unavailable() {
    let strategy = rolling(Amount::Pods(1), Amount::Pods(0));
    let mut nodes = room_for(0);
    let mut free = -3;
    let simulation = simulate(&rollout(3, strategy), &mut |asked| match asked {
        Move::Place(_) if free < 0 => Answer::Pending("0/1 nodes are available".to_owned()),
        Move::Remove(_) => {
            free += 1;
            nodes(Move::Place(PodId::old(0)))
        }
        Move::Place(_) => Answer::Runs(None),
    });
    assert_eq!(table(&simulation), [[3, 0, 1, 1, 0]]);
    assert!(matches!(&simulation.end, End::Stalled(pods) if pods.len() == 1));
}

#[test]
fn a_surge_without_room_goes_on_if_something_may_be_unavailable() {
    // Three nodes' room, all taken by old pods.
    let mut used = 3;
    let strategy = rolling(Amount::Pods(1), Amount::Pods(1));
    let simulation = simulate(&rollout(3, strategy), &mut |asked| match asked {
        Move::Place(_) if used == 3 => Answer::Pending("full".to_owned()),
        Move::Place(_) => {
            used += 1;
            Answer::Runs(None)
        }
        Move::Remove(_) => {
            used -= 1;
            Answer::Runs(None)
        }
    });
    assert_eq!(simulation.end, End::Complete);
    assert!(simulation.steps.iter().all(|step| step.counts.unavailable <= 1));
}
