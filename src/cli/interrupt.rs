//! Ctrl-C while a plan is trained: the run ends within a step, nothing is kept half, and it is said. A second one ends the program.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// Whether the user asked for the end; outside a run, that the next Ctrl-C ends the program.
static ASKED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Whether Ctrl-C is heeded already, by what this runs within.
static HEEDED: AtomicBool = AtomicBool::new(false);

/// Does what may take long; Ctrl-C asks for its end instead of ending the program. What runs within it is heeded with it.
pub(super) fn heeded<T>(run: impl FnOnce() -> T) -> T {
    if HEEDED.swap(true, Ordering::SeqCst) {
        return run();
    }
    let asked = ASKED.get_or_init(|| {
        let asked = Arc::new(AtomicBool::new(false));
        // The order matters: a second Ctrl-C finds the flag set. Where no handler can be set, Ctrl-C ends the program as ever.
        let _ = flag::register_conditional_shutdown(SIGINT, i32::from(super::codes::STOPPED), Arc::clone(&asked));
        let _ = flag::register(SIGINT, Arc::clone(&asked));
        asked
    });
    asked.store(false, Ordering::SeqCst);
    let done = run();
    asked.store(true, Ordering::SeqCst);
    HEEDED.store(false, Ordering::SeqCst);
    done
}

/// Whether the end was asked for.
pub(super) fn asked() -> bool {
    ASKED.get().is_some_and(|asked| asked.load(Ordering::SeqCst))
}
