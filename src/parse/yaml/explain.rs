//! Faults in words.
