//! Workers on a Slurm cluster: job arrays, a task of which is a share of the submissions. Only records count: what Slurm says of exit
//! codes is not believed, for a node that dies ends with 0, too. Grading is the same wherever it is done, so a task that runs twice
//! does no harm.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use app::ending::Ending;
use app::worker::{POOLS, Worker};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use serde::{Deserialize, Serialize};

use super::{Done, Executor, FOLDER, Files, Task};
use crate::folder::unwritten;
use crate::settings;
use crate::store::digest;

/// How often a submission is sent again where its task was lost.
const SENDINGS: usize = 3;

/// How long a controller may be silent before the grader ends; what runs goes on, and is collected by the next call.
const PATIENCE: Duration = Duration::from_mins(10);

/// Workers on a cluster.
#[derive(Clone, Debug)]
pub struct Slurm {
    /// How each is started; every node finds the program.
    pub worker: Worker,
    /// The class folder, where every node finds it.
    pub class: PathBuf,
    /// Time of one submission by the clock.
    pub wall: Duration,
    /// How it is asked.
    pub settings: settings::Slurm,
}

/// An array that was sent. It is written down before, so that a grader that is killed finds it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sent {
    /// Its name in the queue.
    name: String,
    /// What its tasks judge, share by share.
    keys: Vec<String>,
    /// How many of them a task judges.
    share: usize,
}

/// Where a submission is under way.
#[derive(Clone, Debug)]
struct Way {
    name: String,
    index: usize,
    /// Since when it has been neither in the queue nor recorded.
    gone: Option<Instant>,
}

impl Executor for Slurm {
    fn run(
        &self,
        tasks: Vec<Task>,
        stop: &(dyn Fn() -> bool + Sync),
        done: &mut dyn FnMut(&str, Done) -> Result<(), Ending>,
    ) -> Result<(), Ending> {
        let mut open: BTreeMap<String, Task> = tasks.into_iter().map(|task| (task.key.clone(), task)).collect();
        let mut sent = self.remembered();
        self.collect(&mut open, done)?;
        let mut ways = Self::adopted(&sent, &open)?;
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        let mut heard = Instant::now();
        while !open.is_empty() {
            if stop() {
                // What runs is finished, and collected by the next call.
                self.cancel(&sent, true);
                return Ok(());
            }
            let mut waiting: Vec<String> = open.keys().filter(|key| !ways.contains_key(*key)).cloned().collect();
            let (lost, again): (Vec<String>, Vec<String>) =
                waiting.drain(..).partition(|key| times.get(key).copied().unwrap_or(0) >= SENDINGS);
            for key in lost {
                open.remove(&key);
                let why =
                    text!("its task was lost on the cluster {SENDINGS} times", "クラスターで{SENDINGS}回失われました");
                done(&key, Done::Lost(why))?;
            }
            if !again.is_empty() {
                for key in &again {
                    Files::of(&self.class, key).ask(&open[key].job)?;
                    *times.entry(key.clone()).or_default() += 1;
                }
                ways.extend(self.send(&again, &mut sent)?);
            }
            self.wait(stop);
            self.collect(&mut open, done)?;
            ways.retain(|key, _| open.contains_key(key));
            match Self::queue(&sent) {
                Some(queued) => {
                    heard = Instant::now();
                    let grace = Duration::from_secs(self.settings.grace_seconds);
                    ways.retain(|_, way| {
                        if queued.contains(&(way.name.clone(), way.index)) {
                            way.gone = None;
                            return true;
                        }
                        // A record may need a while to be seen from another machine.
                        way.gone.get_or_insert_with(Instant::now).elapsed() < grace
                    });
                }
                // No answer says nothing.
                None if heard.elapsed() > PATIENCE => return Err(silent()),
                None => {}
            }
        }
        self.cancel(&sent, false);
        let _ = std::fs::remove_file(self.folder().join(SENT));
        Ok(())
    }
}

const SENT: &str = "sent.json";

impl Slurm {
    fn folder(&self) -> PathBuf {
        self.class.join(FOLDER)
    }

    /// Hands on every record that is there.
    fn collect(
        &self,
        open: &mut BTreeMap<String, Task>,
        done: &mut dyn FnMut(&str, Done) -> Result<(), Ending>,
    ) -> Result<(), Ending> {
        let there: BTreeSet<String> = std::fs::read_dir(self.folder())
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".record.json").map(str::to_owned))
            .collect();
        for key in there {
            let Some(task) = open.get(&key) else { continue };
            let files = Files::of(&self.class, &key);
            if let Some(record) = files.answer(&task.job) {
                done(&key, Done::Record(record))?;
                files.clear();
                open.remove(&key);
            }
        }
        Ok(())
    }

    /// The arrays that an earlier grader sent.
    fn remembered(&self) -> Vec<Sent> {
        let bytes = disk::read(&self.folder(), SENT, 256 << 20).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// What of them is under way still.
    fn adopted(sent: &[Sent], open: &BTreeMap<String, Task>) -> Result<BTreeMap<String, Way>, Ending> {
        if sent.is_empty() {
            return Ok(BTreeMap::new());
        }
        let begun = Instant::now();
        let queued = loop {
            match Self::queue(sent) {
                Some(queued) => break queued,
                None if begun.elapsed() > Duration::from_mins(1) => return Err(silent()),
                None => std::thread::sleep(Duration::from_secs(2)),
            }
        };
        let mut ways = BTreeMap::new();
        for array in sent {
            for (at, key) in array.keys.iter().enumerate() {
                let way = Way { name: array.name.clone(), index: at / array.share, gone: None };
                if open.contains_key(key) && queued.contains(&(way.name.clone(), way.index)) {
                    ways.insert(key.clone(), way);
                }
            }
        }
        Ok(ways)
    }

    /// Sends these as arrays.
    fn send(&self, keys: &[String], sent: &mut Vec<Sent>) -> Result<BTreeMap<String, Way>, Ending> {
        let share = self.settings.per_task.max(1);
        let mut ways = BTreeMap::new();
        for part in keys.chunks(share * Self::largest()) {
            let number = sent.len().to_string();
            let class = self.class.display().to_string();
            let of = digest([&class, &number, &part.join(" ")].map(|text| Some(text.as_str())));
            let name = format!("practicum-{}-{number}", &of[..12]);
            let array = Sent { name: name.clone(), keys: part.to_vec(), share };
            sent.push(array.clone());
            self.write(SENT, serde_json::to_string(sent)?.as_bytes())?;
            self.write(&format!("{name}.keys"), (part.join("\n") + "\n").as_bytes())?;
            self.write(&format!("{name}.sh"), self.script(&name, share).as_bytes())?;
            self.submit(&array)?;
            for (at, key) in part.iter().enumerate() {
                ways.insert(key.clone(), Way { name: name.clone(), index: at / share, gone: None });
            }
        }
        Ok(ways)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Ending> {
        let folder = self.folder();
        disk::write(&folder, name, bytes).map_err(|refused| unwritten(&folder.join(name), &refused))
    }

    /// What a task does: one worker after another, each with an input that stays open, for its end would stop it.
    fn script(&self, name: &str, share: usize) -> String {
        let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', "'\\''"));
        let (folder, program) = (quoted(&self.folder()), quoted(&self.worker.program));
        let (arguments, wall) = (self.worker.arguments().join(" "), self.wall.as_secs());
        let threads = POOLS.map(|pool| format!("{pool}={}", self.settings.threads)).join(" ");
        format!(
            "#!/bin/sh\n\
             cd {folder} || exit 1\n\
             export {threads}\n\
             pipe=\"${{TMPDIR:-/tmp}}/$SLURM_JOB_ID.$$\"\n\
             mkfifo -m 600 \"$pipe\" && exec 3<>\"$pipe\" && rm -f \"$pipe\" || exit 1\n\
             from=$((SLURM_ARRAY_TASK_ID * {share} + 1))\n\
             sed -n \"$from,$((from + {share} - 1))p\" {name}.keys | while read -r key; do\n\
             \x20 [ -e \"$key.record.json\" ] && continue\n\
             \x20 [ -e \"$key.job.json\" ] || continue\n\
             \x20 timeout -k 5 {wall} {program} {arguments} \"$key.job.json\" \"$key.record.json\" <&3 >/dev/null\n\
             done\n\
             exit 0\n"
        )
    }

    /// Asks for an array; where that seems to fail, looks first whether it is there all the same.
    fn submit(&self, array: &Sent) -> Result<(), Ending> {
        let tasks = array.keys.len().div_ceil(array.share);
        let minutes = (self.wall.as_secs() * array.share as u64).div_ceil(60) + 5;
        let log = self.folder().join(format!("{}.%a.log", array.name));
        let mut command = slurm("sbatch");
        command
            .args(["--parsable", "--requeue", "--open-mode=append", "--export=NONE", "--propagate=NONE"])
            .args(["-J", &array.name])
            .arg(format!("--array=0-{}%{}", tasks - 1, self.settings.at_once.max(1)))
            .arg(format!("--time={minutes}"))
            .arg(format!("--cpus-per-task={}", self.settings.threads))
            .arg("-o")
            .arg(log)
            .args(&self.settings.options)
            .arg(self.folder().join(format!("{}.sh", array.name)));
        let said = command.output();
        if said.as_ref().is_ok_and(|said| said.status.success()) {
            return Ok(());
        }
        let is_there = Self::queue(std::slice::from_ref(array)).is_some_and(|queued| !queued.is_empty());
        if is_there {
            return Ok(());
        }
        let why = match said {
            Err(error) => error.to_string(),
            Ok(Output { stderr, .. }) => String::from_utf8_lossy(&stderr).trim().to_owned(),
        };
        let found = text!("sbatch did not take the tasks: {why}", "sbatch がタスクを受け付けませんでした：{why}");
        let expected = Text::new(
            "a Slurm that this machine may submit to; what it needs to know (partition, account) stands in class.toml, [slurm] options",
            "この機械からジョブを投入できるSlurm（パーティションやアカウントの指定は class.toml の [slurm] options に書きます）",
        );
        Err(Ending::Faults(vec![Fault::new(Id::Refused, Place::file("--engine slurm"), found, expected)]))
    }

    /// The most tasks of an array.
    fn largest() -> usize {
        let said = slurm("scontrol").args(["show", "config"]).output();
        let text = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default();
        let line = text.lines().find_map(|line| line.trim().strip_prefix("MaxArraySize")?.trim().strip_prefix('='));
        // Slurm's own default; an index is smaller than it.
        let most: usize = line.and_then(|line| line.trim().parse().ok()).unwrap_or(1001);
        most.saturating_sub(1).max(1)
    }

    /// The tasks that wait or run; none where the controller does not answer.
    fn queue(sent: &[Sent]) -> Option<BTreeSet<(String, usize)>> {
        let names: Vec<&str> = sent.iter().map(|array| array.name.as_str()).collect();
        let said =
            slurm("squeue").args(["-h", "-r", "-n", &names.join(","), "-t", "all", "-o", "%j|%K|%T"]).output().ok()?;
        if !said.status.success() {
            return None;
        }
        Some(String::from_utf8_lossy(&said.stdout).lines().filter_map(live).collect())
    }

    fn cancel(&self, sent: &[Sent], waiting_only: bool) {
        for array in sent {
            let mut command = slurm("scancel");
            if waiting_only {
                command.arg("--state=PENDING");
            }
            // What is over already cannot be cancelled, and need not be.
            let _ = command.args(["-n", &array.name]).output();
            if !waiting_only {
                for ending in ["keys", "sh"] {
                    let _ = std::fs::remove_file(self.folder().join(format!("{}.{ending}", array.name)));
                }
                for task in 0..array.keys.len().div_ceil(array.share) {
                    let _ = std::fs::remove_file(self.folder().join(format!("{}.{task}.log", array.name)));
                }
            }
        }
    }

    /// Waits until it is time to look again.
    fn wait(&self, stop: &(dyn Fn() -> bool + Sync)) {
        let until = Instant::now() + Duration::from_secs(self.settings.poll_seconds.max(1));
        while Instant::now() < until && !stop() {
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// A line of the queue, where its task is not over.
fn live(line: &str) -> Option<(String, usize)> {
    const OVER: [&str; 10] = [
        "COMPLETED",
        "FAILED",
        "CANCELLED",
        "TIMEOUT",
        "NODE_FAIL",
        "OUT_OF_MEMORY",
        "BOOT_FAIL",
        "DEADLINE",
        "PREEMPTED",
        "REVOKED",
    ];
    let mut parts = line.split('|');
    let (name, index, state) = (parts.next()?.trim(), parts.next()?.trim().parse().ok()?, parts.next()?.trim());
    (!OVER.contains(&state)).then(|| (name.to_owned(), index))
}

/// A command of Slurm's, without what the caller's environment would add to it.
fn slurm(name: &str) -> Command {
    let mut command = Command::new(name);
    for (variable, _) in std::env::vars_os() {
        let Some(known) = variable.to_str() else { continue };
        let is_slurms = ["SBATCH_", "SQUEUE_", "SCANCEL_"].iter().any(|prefix| known.starts_with(prefix));
        if is_slurms || known.starts_with("SLURM_") && known != "SLURM_CONF" {
            command.env_remove(known);
        }
    }
    command
}

fn silent() -> Ending {
    let found = Text::new("Slurm's controller does not answer", "Slurmのコントローラーが応答しません");
    let expected = Text::new(
        "an answer: what runs goes on; call the same again later, and its results are collected",
        "応答があること（実行中のタスクは続きます。後でもう一度実行すると、結果を回収します）",
    );
    Ending::Faults(vec![Fault::new(Id::Refused, Place::file("--engine slurm"), found, expected)])
}

#[cfg(test)]
mod tests {
    use super::live;

    #[test]
    fn a_task_is_over_where_slurm_says_so_and_at_no_other_word() {
        assert_eq!(live("practicum-a-0|7|RUNNING"), Some(("practicum-a-0".to_owned(), 7)));
        for state in ["PENDING", "COMPLETING", "REQUEUED", "CONFIGURING", "SUSPENDED", "SOMETHING_NEW"] {
            assert!(live(&format!("n|1|{state}")).is_some(), "{state}");
        }
        for line in ["n|1|COMPLETED", "n|1|NODE_FAIL", "n|N/A|RUNNING", "slurm_load_jobs error", ""] {
            assert_eq!(live(line), None, "{line}");
        }
    }
}
