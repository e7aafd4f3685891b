//! Threads that stay awake while one computes many small parallel parts: a thread that sleeps needs longer to wake than a part takes.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::Yield;

/// So many at most, whoever computes among them: more gain little on small pictures, and only warm a laptop.
const AWAKE: usize = 4;

/// A thread that found nothing to do so often in a row, some 10 ms, goes back to sleep.
///
/// It must, whatever `work` does: a thread may come to stay awake in the middle of a part of `work` itself, while that part waits for
/// another. `work` would then wait for the part, and the part for the end of `work`.
const PATIENCE: usize = 20_000;

/// Does `work` on a thread of the pool, while others wait for its parallel parts without falling asleep.
pub fn awake<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    struct Over<'a>(&'a AtomicBool);
    // Also where `work` panics.
    impl Drop for Over<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }
    let over = &AtomicBool::new(false);
    rayon::scope(|scope| {
        let own = rayon::current_thread_index();
        if rayon::current_num_threads() > 1 {
            scope.spawn_broadcast(move |_, thread| {
                let after = (thread.index() + thread.num_threads() - own.unwrap_or(0)) % thread.num_threads();
                if (1..AWAKE).contains(&after) {
                    let mut idle = 0;
                    while idle < PATIENCE && !over.load(Ordering::Acquire) {
                        if rayon::yield_now() == Some(Yield::Idle) {
                            idle += 1;
                            std::thread::yield_now();
                        } else {
                            idle = 0;
                        }
                    }
                }
            });
        }
        let _over = Over(over);
        work()
    })
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::awake;

    /// So often that this did not end before threads lost patience.
    const ROUNDS: usize = 50_000;

    /// Parts within parts, so that a thread may be asked to stay awake while it waits within one.
    #[test]
    fn work_ends_also_where_a_thread_comes_to_stay_awake_within_a_part_of_it() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
        let busy = |k: usize| {
            std::hint::black_box((0..400).fold(k, |x, i| std::hint::black_box(x ^ i)));
            k
        };
        let within = || (0..8_usize).into_par_iter().with_max_len(1).map(busy).sum::<usize>();
        let work = || (0..8_usize).into_par_iter().with_max_len(1).map(|_| within()).sum::<usize>();
        pool.install(|| {
            for _ in 0..ROUNDS {
                assert_eq!(awake(work), 8 * 28);
            }
        });
    }

    #[test]
    fn those_awake_sleep_again_whatever_becomes_of_the_work() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
        pool.install(|| {
            let sum = || awake(|| (0..1000_u64).into_par_iter().sum::<u64>());
            assert_eq!(sum(), 499_500);
            assert!(std::panic::catch_unwind(|| awake(|| panic!("the work"))).is_err());
            assert_eq!((0..20).into_par_iter().map(|_| sum()).collect::<Vec<_>>(), [499_500; 20]);
        });
    }
}
