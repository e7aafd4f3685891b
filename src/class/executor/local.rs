//! Workers on this machine: one process for each submission, so many at once.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use app::ending::Ending;
use app::worker::{self, Worker};
use diagnostics::text;
use diagnostics::text::Text;

use super::{Done, Executor, Files, Task};

/// How often a worker is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// Workers on this machine.
#[derive(Clone, Debug)]
pub struct Local {
    /// How each is started.
    pub worker: Worker,
    /// The class folder.
    pub class: PathBuf,
    /// How many at once.
    pub jobs: usize,
    /// Time of each by the clock.
    pub wall: Duration,
}

impl Executor for Local {
    fn run(
        &self,
        tasks: Vec<Task>,
        stop: &(dyn Fn() -> bool + Sync),
        done: &mut dyn FnMut(&str, Done) -> Result<(), Ending>,
    ) -> Result<(), Ending> {
        let queue = Mutex::new(VecDeque::from(tasks));
        // Set where the results can no longer be kept: what runs is ended then, since it would be for nothing.
        let given_up = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..self.jobs.max(1) {
                let sender = sender.clone();
                let (queue, given_up) = (&queue, &given_up);
                scope.spawn(move || {
                    loop {
                        if stop() || given_up.load(Ordering::SeqCst) {
                            return;
                        }
                        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                        let Some(task) = next else { return };
                        let result = self.one(&task, given_up);
                        if sender.send((task.key, result)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            let mut ended = Ok(());
            for (key, result) in receiver {
                if ended.is_err() {
                    continue;
                }
                ended = result.and_then(|result| {
                    done(&key, result)?;
                    // Not before it is kept: whoever is killed here finds the record again.
                    Files::of(&self.class, &key).clear();
                    Ok(())
                });
                if ended.is_err() {
                    given_up.store(true, Ordering::SeqCst);
                }
            }
            ended
        })
    }
}

impl Local {
    fn one(&self, task: &Task, given_up: &AtomicBool) -> Result<Done, Ending> {
        let files = Files::of(&self.class, &task.key);
        // What a grader that was killed left finished.
        if let Some(record) = files.answer(&task.job) {
            return Ok(Done::Record(record));
        }
        files.ask(&task.job)?;
        // Its input stays open as long as this process lives: it ends where the grader is killed.
        let mut command = self.worker.command(&files.job(), &files.record());
        // Ctrl-C is for the grader, who lets workers finish.
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            command.process_group(0);
        }
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                return Ok(Done::Lost(text!(
                    "no worker could be started ({error})",
                    "採点プロセスを起動できません（{error}）"
                )));
            }
        };
        let ended = self.wait(&mut child, given_up);
        Ok(match files.answer(&task.job) {
            Some(record) => Done::Record(record),
            None => Done::Lost(ended),
        })
    }

    /// Waits for a worker, not longer than it may take; says how it ended.
    fn wait(&self, child: &mut Child, given_up: &AtomicBool) -> Text {
        let begun = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return worker::lost(status),
                Ok(None) => {}
                Err(error) => return text!("a worker was lost ({error})", "採点プロセスを見失いました（{error}）"),
            }
            let is_over = begun.elapsed() > self.wall;
            if is_over || given_up.load(Ordering::SeqCst) {
                let _ = child.kill();
                let _ = child.wait();
                let seconds = self.wall.as_secs();
                return text!("it took more than {seconds} s", "{seconds}秒を超えました");
            }
            std::thread::sleep(LOOK);
        }
    }
}
