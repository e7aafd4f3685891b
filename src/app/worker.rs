//! A worker is a process of this program that does one job (`practicum worker JOB RECORD`). Here it is made ready to be started, for
//! everybody who needs one, and here is told how one ended that left no record.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use diagnostics::text;
use diagnostics::text::{Lang, Text};
use engine::models;

/// What tells the pools of threads how many there are.
pub const POOLS: [&str; 2] = ["RAYON_NUM_THREADS", "POLARS_MAX_THREADS"];

/// How a worker is started.
#[derive(Clone, Debug)]
pub struct Worker {
    /// The program.
    pub program: PathBuf,
    /// The vector instructions: another process must not choose others.
    pub kernel: String,
    /// The language in which it tells what it cannot write into a record.
    pub lang: Lang,
    /// How many threads it has; otherwise what this process was told.
    pub threads: Option<usize>,
}

impl Worker {
    /// A worker like this process.
    ///
    /// # Errors
    /// A program that cannot find itself.
    pub fn like_this(lang: Lang) -> std::io::Result<Self> {
        let kernel = models::instructions().to_owned();
        Ok(Self { program: std::env::current_exe()?, kernel, lang, threads: None })
    }

    /// The same with so many threads.
    #[must_use]
    pub fn with_threads(&self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self.clone() }
    }

    /// What stands between the program and the two files.
    pub fn arguments(&self) -> [&str; 5] {
        ["--kernel", &self.kernel, "--lang", self.lang.code(), "worker"]
    }

    /// A command of the program, in the same language and with the same instructions.
    pub fn program(&self, arguments: &[&OsStr]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["--kernel", &self.kernel, "--lang", self.lang.code()]).args(arguments).stdin(Stdio::null());
        command
    }

    /// The command that does a job. Its input is a pipe, since it ends where that ends: whoever starts it keeps it open.
    pub fn command(&self, job: &Path, record: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.arguments()).args([job, record]);
        if let Some(threads) = self.threads {
            command.envs(POOLS.map(|pool| (pool, threads.to_string())));
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// How a worker ended that left no record, and what to do.
pub fn lost(status: ExitStatus) -> Text {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        match status.signal() {
            Some(9) => {
                return Text::new(
                    "the process was killed (signal 9): most likely the memory of this machine, or a limit of memory or time, was not enough. Close other programs, then start again",
                    "プロセスが強制終了されました（シグナル9）。この機械のメモリー、またはメモリーや時間の上限が足りなかったと考えられます。ほかのプログラムを終了してから、もう一度実行してください",
                );
            }
            Some(signal) => {
                return text!(
                    "the process was ended by signal {signal}: perhaps it needed more time or memory than it may use. Start again",
                    "プロセスがシグナル{signal}で終了しました（時間やメモリーの上限を超えた可能性があります）。もう一度実行してください"
                );
            }
            None => {}
        }
    }
    let code = status.code().unwrap_or(-1);
    text!(
        "the process ended with code {code} and left no record. Start again",
        "プロセスが結果を残さずに終了しました（コード{code}）。もう一度実行してください"
    )
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn who_was_killed_is_told_in_both_languages_with_what_to_do() {
        let killed = Command::new("sh").args(["-c", "kill -9 $$"]).status().unwrap();
        let told = lost(killed);
        assert!(told.en.contains("memory") && told.en.contains("start again"), "{told:?}");
        assert!(told.ja.contains("メモリー") && told.ja.contains("もう一度"), "{told:?}");
        let ended = Command::new("sh").args(["-c", "exit 3"]).status().unwrap();
        assert!(lost(ended).en.contains("code 3"));
    }

    #[test]
    fn a_worker_is_told_all_that_its_results_hang_on() {
        let worker = Worker { kernel: "scalar".to_owned(), ..Worker::like_this(Lang::Ja).unwrap() }.with_threads(2);
        let command = worker.command(Path::new("job"), Path::new("record"));
        let told: Vec<&str> = command.get_args().filter_map(|arg| arg.to_str()).collect();
        assert_eq!(told, ["--kernel", "scalar", "--lang", "ja", "worker", "job", "record"]);
        assert!(POOLS.iter().all(|pool| command.get_envs().any(|(name, n)| name == *pool && n == Some("2".as_ref()))));
    }
}
