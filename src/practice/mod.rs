//! What good practice asks about: facts over pods, workloads, budgets and roles that several checks need.
//!
//! Facts only: whether one is a fault, and how grave, is for the checks to say.

pub mod pod_security;
