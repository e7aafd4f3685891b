//! One call of the program: for whom, in which form, where they stand; and what is said to them.

use std::cell::{Cell, RefCell};
use std::io::{self, Write as _};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::codes::{FAILED, PASSED, UNWRITTEN};
use super::interrupt;
use super::progress::Progress;
use app::ending::Ending;
use app::learner::desk::{Desk, Placed};
use app::learner::variant;
use class::moment::Moment;
use course::pack::{Content, Pack, Task};
use diagnostics::text;
use diagnostics::text::Lang;
use engine::run::{Event, Watch};
use report::json::{self, Document, Subject};
use report::terminal::{Terminal, bold, dim, door};

/// The seed where nobody says which.
pub(super) const SEED: u64 = variant::USUAL;

/// One call of the program: for whom, in which form, where they stand.
pub(super) struct Session {
    pub(super) terminal: Terminal,
    pub(super) json: bool,
    pub(super) desk: Desk,
    /// Whether a training beyond the usual budget is asked for.
    pub(super) long: bool,
    /// What the call is about, as far as it is known yet.
    pub(super) subject: RefCell<Subject>,
    /// Why the output could not be written.
    pub(super) unsaid: Cell<Option<io::Error>>,
    /// Whether the result was told as a document: there is one, whatever becomes of it afterwards.
    pub(super) has_told: Cell<bool>,
}

impl Session {
    pub(super) fn new(terminal: Terminal, json: bool, course: Option<PathBuf>, content: &'static Content) -> Self {
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let (subject, unsaid) = (RefCell::default(), Cell::default());
        let has_told = Cell::default();
        Self { terminal, json, desk: Desk { here, course, content }, long: false, subject, unsaid, has_told }
    }

    pub(super) fn pack(&self) -> Result<Pack, Ending> {
        self.desk.pack()
    }

    /// Prints to the learner. A closed pipe (`| head`) is nobody's error.
    pub(super) fn say(&self, text: &str) {
        let shown = if self.json { text.into() } else { door(text) };
        if let Err(error) = anstream::stdout().write_all(shown.as_bytes()) {
            self.unsaid.set(Some(error));
        }
    }

    /// Tells the document of a run or a check.
    pub(super) fn result(&self, document: &Document) {
        self.say(&document.text());
        self.has_told.set(true);
    }

    /// Tells a document.
    pub(super) fn document(&self, document: &impl Serialize) -> Result<u8, Ending> {
        self.say(&json::written(document)?);
        Ok(PASSED)
    }

    /// Shows what was said so far.
    pub(super) fn flush(&self) {
        if let Err(error) = io::stdout().flush() {
            self.unsaid.set(Some(error));
        }
    }

    /// The exit code after everything was said: another one where it was not.
    pub(super) fn said(&self, code: u8) -> u8 {
        let error = self.unsaid.take().or_else(|| io::stdout().flush().err());
        match error.filter(|error| error.kind() != io::ErrorKind::BrokenPipe) {
            Some(error) => {
                let output = self.pick("the output", "出力");
                tell(&self.terminal.fault(&disk::unwritable(output, &error)));
                if code > FAILED { code } else { UNWRITTEN }
            }
            None => code,
        }
    }

    pub(super) fn pick<'t>(&self, en: &'t str, ja: &'t str) -> &'t str {
        match self.terminal.lang {
            Lang::En => en,
            Lang::Ja => ja,
        }
    }

    /// Does what trains, with a progress bar; Ctrl-C ends it.
    pub(super) fn watched<T>(&self, run: impl FnOnce(&mut dyn Watch) -> T) -> T {
        let mut watch = Watching { session: self, progress: Progress::new("{msg} {bar:30} {pos}/{len}") };
        let done = interrupt::heeded(|| run(&mut watch));
        watch.progress.end();
        done
    }

    pub(super) fn begun(&self, command: &str, id: Option<&str>) -> Result<Placed, Ending> {
        self.tell_renamed(id);
        self.desk.begun(command, id, &mut self.subject.borrow_mut())
    }

    pub(super) fn tell_renamed(&self, id: Option<&str>) {
        let Some((id, now)) = id.and_then(|id| Some((id, self.desk.renamed(id)?))) else { return };
        let told = text!("{id} is called {now} now.", "{id} の現在の名前は {now} です。");
        tell(&self.terminal.paragraph("", told.get(self.terminal.lang)));
    }

    pub(super) fn headline(&self, task: &Task) {
        let title = bold(task.exercise.title.get(self.terminal.lang));
        let title = format!("{title}  {}", dim(&task.exercise.reference()));
        self.say(&format!("{}\n", self.terminal.hanging("", "    ", &title)));
    }
}

/// Shows how far a run has come, and ends it where the user asks for that.
struct Watching<'a> {
    session: &'a Session,
    progress: Progress,
}

impl Watch for Watching<'_> {
    fn tell(&mut self, event: Event) {
        let pick = |en, ja| self.session.pick(en, ja);
        match event {
            Event::Drawing => self.progress.say(pick("drawing patients", "患者データを生成中")),
            Event::Trained(epoch) => {
                let what = format!("{} {:.4}", pick("training, loss", "学習中、損失"), epoch.train_loss);
                self.progress.count(epoch.number as u64, epoch.of as u64, &what);
            }
            Event::Judging => self.progress.say(pick("judging", "判定中")),
        }
    }

    fn ends(&self) -> bool {
        interrupt::asked()
    }
}

/// Prints beside the output, where mistakes are told.
pub(super) fn tell(text: &str) {
    let _ = anstream::stderr().write_all(door(text).as_bytes());
}

/// The time, to the second, as what is sealed remembers it.
#[expect(clippy::disallowed_methods, reason = "the command line asks for the time of day, and nothing below it")]
pub(super) fn now() -> String {
    humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string()
}

/// The same, as a class counts it.
pub(super) fn moment() -> Moment {
    Moment::parse(&now(), 0).unwrap_or_default()
}

pub(super) fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar
}
