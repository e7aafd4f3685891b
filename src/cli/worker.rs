//! `practicum worker JOB RECORD`: a process that does one job. Progress is told as lines of JSON; a line on its input, or its end,
//! asks it to stop; the record is there whole or not at all.

use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use cpu_time::ProcessTime;
use serde_json::Value;

use super::codes::{PASSED, STOPPED};
use super::session::Session;
use app::ending::Ending;
use app::job::{self, Job, LARGEST, Limits};
use app::learner::desk::Desk;
use author::proof;
use author::proof::job::{TRIALS, Trials, Tried};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use engine::run::{Event, RunError, Watch};

/// What a worker is given.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The job, as JSON (`practicum.job/1`).
    job: PathBuf,
    /// Where the record is written.
    record: PathBuf,
}

/// Tells progress line by line, and ends where that is asked for.
struct Telling(Arc<AtomicBool>);

impl Watch for Telling {
    fn tell(&mut self, event: Event) {
        // Whoever does not listen any more wants the end.
        let told = writeln!(io::stdout(), "{}", job::told(event)).and_then(|()| io::stdout().flush());
        if told.is_err() {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    fn ends(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Does the job.
pub(super) fn work(session: &Session, options: &Options) -> Result<u8, Ending> {
    let asked = read(&options.job)?;
    if let AnyJob::Job(Job::Judge(judge)) = &asked {
        held(judge.limits)?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let ending = Arc::clone(&stop);
    std::thread::spawn(move || {
        let _ = io::stdin().lock().read_line(&mut String::new());
        ending.store(true, Ordering::SeqCst);
    });
    let record = match asked {
        AnyJob::Job(job) => job::work(&job, session.desk.content, &mut Telling(stop)),
        AnyJob::Trials(trials) => tried(session, &trials, &mut Telling(stop))?,
    };
    let Some(record) = record else { return Ok(STOPPED) };
    let text = serde_json::to_string(&record)?;
    let ((folder, name), shown) = (disk::parted(&options.record), options.record.display().to_string());
    disk::write(&folder, &name, text.as_bytes()).map_err(|refused| Ending::unwritten(&shown, &refused))?;
    Ok(PASSED)
}

/// Runs an author's solutions, and looks at what that takes.
fn tried(session: &Session, trials: &Trials, watch: &mut Telling) -> Result<Option<Value>, Ending> {
    let desk = Desk { here: PathBuf::new(), course: trials.course.clone(), content: session.desk.content };
    let pack = desk.pack()?;
    let (peak, ended) = (AtomicU64::new(0), AtomicBool::new(false));
    let look = || {
        if let Some(now) = memory_stats::memory_stats() {
            peak.fetch_max(now.physical_mem as u64, Ordering::Relaxed);
        }
    };
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                look();
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let ran = proof::job::work(&pack, trials, watch);
        look();
        ended.store(true, Ordering::Relaxed);
        ran
    });
    let (trials, faults) = match ran {
        Ok(Ok(trials)) => (trials, Vec::new()),
        Ok(Err(faults)) => (Vec::new(), faults),
        Err(RunError::Ended) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let seconds = ProcessTime::now().as_duration().as_secs_f64();
    Ok(Some(serde_json::to_value(Tried { trials, faults, seconds, bytes: peak.load(Ordering::Relaxed) })?))
}

/// What a worker may be asked: by a learner's or a grader's side, or by an author's.
enum AnyJob {
    Job(Job),
    Trials(Trials),
}

fn read(path: &Path) -> Result<AnyJob, Ending> {
    let ((folder, name), shown) = (disk::parted(path), path.display().to_string());
    let bytes = disk::read(&folder, &name, LARGEST)
        .map_err(|refused| vec![refused.fault(&shown, &Text::new("a job, as JSON", "JSON形式のジョブ"))])?;
    let is_authors = serde_json::from_slice::<Value>(&bytes).is_ok_and(|job| job["schema"] == TRIALS);
    let asked = if is_authors {
        serde_json::from_slice(&bytes).map(AnyJob::Trials)
    } else {
        serde_json::from_slice(&bytes).map(AnyJob::Job)
    };
    asked.map_err(|error| {
        let place = Place { line: Some(error.line()), ..Place::file(shown) };
        let found = text!("no job: {error}", "ジョブとして読めません（{error}）");
        let expected = Text::new("a job, as docs/json.md describes it", "docs/json.md に説明のあるジョブ");
        Ending::Faults(vec![Fault::new(Id::Unreadable, place, found, expected)])
    })
}

/// Holds this process to its limits, from here to its end.
#[cfg(target_os = "linux")]
fn held(limits: Limits) -> Result<(), Ending> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let megabytes = |number: u64| number.saturating_mul(1_000_000);
    for (resource, limit) in [
        (Resource::Cpu, limits.cpu_seconds),
        (Resource::As, limits.memory_mb.map(megabytes)),
        (Resource::Fsize, limits.file_mb.map(megabytes)),
    ] {
        if limit.is_some() {
            let rlimit = Rlimit { current: limit, maximum: limit };
            setrlimit(resource, rlimit).map_err(|error| Ending::ours(&error))?;
        }
    }
    Ok(())
}

/// Elsewhere there are none: a class is graded on Linux.
#[cfg(not(target_os = "linux"))]
fn held(limits: Limits) -> Result<(), Ending> {
    if limits == Limits::default() {
        return Ok(());
    }
    let found = Text::new("limits", "資源の上限の指定");
    let expected = Text::new(
        "none, on this system: they are kept on Linux only",
        "このシステムでは指定なし（上限はLinuxでだけ有効です）",
    );
    Err(Ending::Faults(vec![Fault::new(Id::Refused, Place::file("limits"), found, expected)]))
}
