//! Threads that stay awake while one computes many small parallel parts: a thread that sleeps needs longer to wake than a part takes.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::Yield;

/// So many at most, whoever computes among them: more gain little on small pictures, and only warm a laptop.
const AWAKE: usize = 4;

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
                    while !over.load(Ordering::Acquire) {
                        if rayon::yield_now() == Some(Yield::Idle) {
                            std::thread::yield_now();
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
