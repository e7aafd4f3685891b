//! Work side by side, with a bounded number of pieces at once: each piece may take the memory of a whole run.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// How many pieces at once, where nobody says: as many as there are processors, at most four.
pub fn usual() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(4)
}

/// Threads for each of so many pieces at once, so that together they have a processor each.
pub fn threads(at_once: usize) -> usize {
    (thread::available_parallelism().map_or(1, NonZero::get) / at_once.max(1)).max(1)
}

/// Does `work` for every item, `at_once` at a time, and tells of each result as it comes. Results stand in the order of items.
pub fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    at_once: usize,
    work: impl Fn(&T) -> R + Sync,
    mut tell: impl FnMut(&T, &R),
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for _ in 0..at_once.clamp(1, items.len().max(1)) {
            let (send, next, work) = (send.clone(), &next, &work);
            let job = move || {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(i) else { break };
                    if send.send((i, work(item))).is_err() {
                        break;
                    }
                }
            };
            // A system without threads to spare leaves the work to those that there are.
            let _ = thread::Builder::new().stack_size(sql::STACK).spawn_scoped(scope, job);
        }
        drop(send);
        for (i, result) in receive {
            tell(&items[i], &result);
            results[i] = Some(result);
        }
    });
    // Where no thread could be had at all.
    results.into_iter().zip(items).map(|(result, item)| result.unwrap_or_else(|| work(item))).collect()
}
