//! What is trained now: each run is a process of its own (`practicum worker`), one at a time in a workspace, which can be stopped, and
//! whose progress every open page sees.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::{broadcast, watch};

use app::ending::Ending;
use app::job::{Answered, Ask, Job};
use app::learner::practice::{Practice, Practised};
use app::learner::workspace::{Workspace, WorkspaceError};
use app::worker::{self, Worker};
use diagnostics::text::Text;

/// So many events of a run wait for a page that is slow to read; what it misses it finds in the log.
const WAITING: usize = 256;

/// The jobs of a site.
#[derive(Debug, Default)]
pub struct Jobs {
    running: Mutex<BTreeMap<String, Arc<Running>>>,
}

/// A job that runs, or the last that ran in its workspace.
#[derive(Debug)]
pub struct Running {
    told: Mutex<Vec<Value>>,
    news: broadcast::Sender<Value>,
    stop: watch::Sender<bool>,
}

/// Why a job was not begun.
#[derive(Debug)]
pub enum Unbegun {
    /// One runs already.
    Busy,
    /// The workspace cannot be written.
    Workspace(Box<WorkspaceError>),
    /// The process cannot be started.
    Process(std::io::Error),
}

/// What the job of a workspace is known by.
pub fn name(workspace: &Workspace) -> String {
    workspace.folder().display().to_string()
}

/// What the last job of a workspace left.
pub fn last(workspace: &Workspace) -> Option<Practised> {
    let record = workspace.folder().join(FOLDER).join(RECORD);
    serde_json::from_slice(&std::fs::read(record).ok()?).ok()
}

impl Jobs {
    /// The job of a workspace: what it has told so far, and what it will.
    pub fn of(&self, name: &str) -> Option<Arc<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Whether a job runs in a workspace.
    pub fn is_busy(&self, name: &str) -> bool {
        self.of(name).is_some_and(|running| !running.is_over())
    }

    /// Asks for the end of a workspace's job.
    pub fn stop(&self, name: &str) {
        if let Some(running) = self.of(name) {
            running.stop.send_replace(true);
        }
    }

    /// Begins a job in a process of its own.
    ///
    /// # Errors
    /// Another job there, a workspace that cannot be written, a process that cannot be started.
    pub fn begin(&self, worker: &Worker, workspace: &Workspace, practice: Practice) -> Result<(), Unbegun> {
        let name = name(workspace);
        let running = {
            let mut all = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            if all.get(&name).is_some_and(|running| !running.is_over()) {
                return Err(Unbegun::Busy);
            }
            let running = Arc::new(Running {
                told: Mutex::default(),
                news: broadcast::channel(WAITING).0,
                stop: watch::channel(false).0,
            });
            all.insert(name, Arc::clone(&running));
            running
        };
        let begun = spawn(worker, workspace, practice);
        match begun {
            Ok((child, record)) => {
                tokio::spawn(follow(Arc::clone(&running), child, record));
                Ok(())
            }
            Err(unbegun) => {
                running.tell(json!({ "event": "ended" }));
                Err(unbegun)
            }
        }
    }
}

impl Running {
    /// What it has told so far, and a line on which the rest comes; both together miss nothing.
    pub fn listen(&self) -> (Vec<Value>, broadcast::Receiver<Value>) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        (told.clone(), self.news.subscribe())
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).last().is_some_and(is_last)
    }

    fn tell(&self, event: Value) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.push(event.clone());
        // Nobody may be listening.
        let _ = self.news.send(event);
    }
}

/// So many questions were asked.
static ASKED: AtomicU64 = AtomicU64::new(0);

/// Asks the model of a workspace's plan about one of its rows, in a process of its own.
///
/// # Errors
/// A process that cannot be started, or that ends without an answer; the disk's.
pub async fn ask(worker: &Worker, workspace: &Workspace, ask: Ask) -> Result<Answered, Ending> {
    let number = ASKED.fetch_add(1, Ordering::Relaxed);
    let (job, record) = (format!("{FOLDER}/ask-{number}.json"), format!("{FOLDER}/answer-{number}.json"));
    let folder = workspace.folder();
    let told = serde_json::to_vec(&Job::Ask(ask))?;
    workspace.write(&job, &told)?;
    let mut child = Command::from(worker.command(&folder.join(&job), &folder.join(&record)))
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| Ending::ours(&error))?;
    // Its end would be a wish to stop.
    let stdin = child.stdin.take();
    let status = child.wait().await.map_err(|error| Ending::ours(&error))?;
    drop(stdin);
    let answer = std::fs::read(folder.join(&record));
    for file in [job, record] {
        let _ = std::fs::remove_file(folder.join(file));
    }
    answer.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(|| Ending::Ours(worker::lost(status)))
}

/// Whether nothing comes after an event.
pub fn is_last(event: &Value) -> bool {
    ["done", "failed", "ended"].into_iter().any(|name| event["event"] == name)
}

/// The workspace's own folder for a job and its record.
const FOLDER: &str = ".work";

/// The file in it that a job leaves.
const RECORD: &str = "record.json";

fn spawn(worker: &Worker, workspace: &Workspace, practice: Practice) -> Result<(Child, PathBuf), Unbegun> {
    let job = serde_json::to_vec(&Job::Practise(practice)).map_err(|error| Unbegun::Process(error.into()))?;
    workspace.write(&format!("{FOLDER}/job.json"), &job).map_err(|error| Unbegun::Workspace(Box::new(error)))?;
    let folder = workspace.folder().join(FOLDER);
    let record = folder.join(RECORD);
    // What an earlier job left is not this one's.
    let _ = std::fs::remove_file(&record);
    let child = Command::from(worker.command(&folder.join("job.json"), &record))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(Unbegun::Process)?;
    Ok((child, record))
}

async fn follow(running: Arc<Running>, mut child: Child, record: PathBuf) {
    let mut stdin = child.stdin.take();
    let stderr = child.stderr.take();
    // Read beside the output, so that neither fills up.
    let errors = tokio::spawn(async move {
        let mut text = String::new();
        if let Some(stderr) = stderr {
            let _ = stderr.take(64 << 10).read_to_string(&mut text).await;
        }
        text
    });
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout).lines();
        let mut stop = running.stop.subscribe();
        loop {
            tokio::select! {
                line = lines.next_line() => match line {
                    Ok(Some(line)) => {
                        if let Ok(event) = serde_json::from_str(&line) {
                            running.tell(event);
                        }
                    }
                    _ => break,
                },
                () = async { drop(stop.wait_for(|stop| *stop).await) }, if stdin.is_some() => end(stdin.take()).await,
            }
        }
    }
    let status = child.wait().await;
    let errors = errors.await.unwrap_or_default();
    let done: Option<Practised> = std::fs::read(&record).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    running.tell(match done {
        Some(done) if done.ended => json!({ "event": "ended" }),
        Some(done) if done.kept.is_some() => json!({ "event": "done", "run": done.number() }),
        // An exercise that was given up: nothing was kept, and nothing is wrong.
        Some(done) if done.document.is_null() => json!({ "event": "done", "run": null }),
        Some(done) => json!({ "event": "failed", "ran": done.has_run(), "document": done.document }),
        None if *running.stop.borrow() => json!({ "event": "ended" }),
        None => {
            let how = status.map_or_else(|error| Text::same(error.to_string()), worker::lost);
            json!({ "event": "failed", "status": report::json::text(&how), "told": errors.trim() })
        }
    });
}

/// A line on its input asks the worker to stop.
async fn end(stdin: Option<ChildStdin>) {
    if let Some(mut stdin) = stdin {
        let _ = stdin.write_all(b"stop\n").await;
    }
}
