//! The power fails while something is written: what tests ask for, to see that whatever is left can be gone on from.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The variable of the environment that says at which step: the process then ends at once, as if it had never been.
pub const FAILS_AT: &str = "PRACTICUM_POWER_FAILS_AT";

/// A step of a write: before it, in its middle, before and after what was written gets its name.
pub(crate) fn step() {
    static AT: OnceLock<Option<u64>> = OnceLock::new();
    static STEPS: AtomicU64 = AtomicU64::new(0);
    let at = AT.get_or_init(|| std::env::var(FAILS_AT).ok()?.parse().ok());
    if let Some(at) = at
        && STEPS.fetch_add(1, Ordering::SeqCst) + 1 == *at
    {
        // No destructor runs: a temporary file stays where it is.
        std::process::abort();
    }
}

/// Halves, between which the power may fail.
pub(crate) fn halves(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at(bytes.len() / 2)
}
