//! What a learner did before, and what is handed in: history, compare, hint, reset, submit; and `watch`, which runs at each save.

use std::path::Path;
use std::time::Duration;

use super::codes::PASSED;
use super::interrupt;
use super::session::{Session, tell};
use app::documents;
use app::ending::Ending;
use app::learner::carry;
use app::learner::edit;
use app::learner::history::{Compared, HandIn, Past, Reset};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use engine::run::AskedOne;
use report::terminal::{MeasuredOn, bold, dim};
use report::verdict::score;

/// So often `watch` looks at the files. Looking is all it does: network folders of hospitals tell nobody of changes.
const LOOK: Duration = Duration::from_millis(300);

impl Session {
    pub(super) fn history(&self, id: Option<&str>) -> Result<u8, Ending> {
        let placed = self.begun("history", id)?;
        let mut pasts: Vec<Past> = placed.pasts().collect();
        pasts.reverse();
        let gave_up = placed.workspace.progress()?.gave_up;
        if self.json {
            return self.document(&documents::history(&placed.task, &pasts, gave_up));
        }
        self.headline(&placed.task);
        if pasts.is_empty() {
            self.say(&self.terminal.paragraph("", self.pick("Nothing was run yet.", "まだ何も実行していません。")));
        }
        let mut before: Option<&Past> = None;
        for past in &pasts {
            let what = self.called(past);
            self.say(&self.terminal.hanging("", "    ", &bold(&what)));
            for line in before.map(|before| before.against(past).second).unwrap_or_default() {
                self.say(&self.terminal.hanging("    ", "      ", &dim(&line)));
            }
            before = Some(past);
        }
        if gave_up {
            let told = self.pick(
                "You stopped trying here, and read what it was about (practicum solution).",
                "ここでは挑戦を終え、解説を読みました（practicum solution）。",
            );
            self.say(&self.terminal.paragraph("", told));
        }
        Ok(PASSED)
    }

    /// `check 3: 6 of 9 points`
    fn called(&self, past: &Past) -> String {
        let word = if past.is_check() { self.pick("check", "判定") } else { self.pick("run", "試行") };
        let number = past.number;
        let score = past.told.score.map(score);
        match score {
            Some(score) => format!("{word} {number}{}{}", self.pick(": ", "："), score.get(self.terminal.lang)),
            None => format!("{word} {number}"),
        }
    }

    /// `practicum try`: what the model tells of one row, as it is and with other values.
    pub(super) fn try_one(
        &self,
        id: Option<&str>,
        row: usize,
        set: &[String],
        world: Option<&str>,
    ) -> Result<u8, Ending> {
        let placed = self.begun("try", id)?;
        let mut asked = AskedOne { row, world: world.map(str::to_owned), ..AskedOne::default() };
        for pair in set {
            let Some((name, value)) = pair.split_once('=') else {
                let expected = Text::new("COLUMN=VALUE, as in age=70", "列=値（例：age=70）");
                let found = text!("--set {pair}", "--set {pair}");
                return Err(Ending::Faults(vec![Fault::new(Id::WrongKind, Place::file("--set"), found, expected)]));
            };
            asked.set.insert(name.trim().to_owned(), edit::figure(value));
        }
        let submission = placed.submission()?;
        let one = self.watched(|watch| placed.ask(&submission, &asked, watch))?;
        if self.json {
            return self.document(&documents::one(&placed.task, &one)?);
        }
        self.headline(&placed.task);
        let (row, of) = (one.row, one.of);
        self.say(&match self.terminal.lang {
            Lang::En => format!("Row {row} of {of} in data/develop.csv\n\n"),
            Lang::Ja => format!("data/develop.csv の{of}行中{row}行目\n\n"),
        });
        self.say(&self.terminal.printed(&self.terminal.one(&one)));
        for beyond in self.terminal.beyond(&one) {
            self.say("\n");
            self.say(&self.terminal.paragraph("", &beyond));
        }
        Ok(PASSED)
    }

    pub(super) fn compare(&self, a: u64, b: u64, id: Option<&str>) -> Result<u8, Ending> {
        let placed = self.begun(&format!("compare {a} {b}"), id)?;
        let Compared { runs: [a, b], differing } = placed.compared(a, b)?;
        self.headline(&placed.task);
        for (past, lines) in [(&a, &differing.first), (&b, &differing.second)] {
            self.say(&format!("{}\n", bold(&self.called(past))));
            for line in lines {
                self.say(&self.terminal.hanging("    ", "      ", line));
            }
            if lines.is_empty() {
                self.say(&self.terminal.paragraph(
                    "    ",
                    &dim(self.pick("nothing of its own in the plan", "計画に、こちらだけの行はありません")),
                ));
            }
        }
        for past in [&a, &b] {
            let Some(record) = &past.record else { continue };
            self.say(&format!("\n{}\n", bold(&self.called(past))));
            self.say(&self.terminal.printed(&self.terminal.found(&placed.task, &record.own(), MeasuredOn::Own)));
        }
        Ok(PASSED)
    }

    pub(super) fn hint(&self, id: Option<&str>) -> Result<u8, Ending> {
        let placed = self.begun("hint", id)?;
        self.headline(&placed.task);
        let hints = placed.hints();
        for (title, hint) in &hints {
            self.say(&self.terminal.hanging("", "    ", &bold(title.get(self.terminal.lang))));
            self.say(&self.terminal.paragraph("    ", hint.get(self.terminal.lang)));
        }
        if hints.is_empty() {
            let told = self.pick(
                "There is nothing to hint at: no check is open, or none was made yet (practicum check).",
                "示すヒントはありません。まだ判定を受けていないか、不合格の判定がありません（practicum check）。",
            );
            self.say(&self.terminal.paragraph("", told));
        }
        Ok(PASSED)
    }

    pub(super) fn reset(&self, id: Option<&str>) -> Result<u8, Ending> {
        let placed = self.begun("reset", id)?;
        let Reset { copies, anew } = placed.reset()?;
        let (copies, anew) = (copies.join(", "), anew.join(", "));
        let told = match (copies.as_str(), anew.as_str(), self.terminal.lang) {
            ("", "", Lang::En) => "Plan and answers are those to begin with already.".to_owned(),
            ("", "", Lang::Ja) => "計画と解答は、すでに出発点のままです。".to_owned(),
            ("", anew, Lang::En) => format!("{anew} was missing, and is there again, as it was given."),
            ("", anew, Lang::Ja) => format!("{anew} がなかったため、配布時の内容で作り直しました。"),
            (copies, _, Lang::En) => format!(
                "Plan and answers are those to begin with again; yours are kept in {copies}. What was tried stays counted."
            ),
            (copies, _, Lang::Ja) => format!(
                "計画と解答を出発点に戻しました。それまでの内容は {copies} に残しています。解答した回数は元に戻りません。"
            ),
        };
        self.say(&self.terminal.paragraph("", &told));
        Ok(PASSED)
    }

    pub(super) fn submit(&self, id: Option<&str>) -> Result<u8, Ending> {
        let placed = self.begun("submit", id)?;
        let HandIn { file, was_run } = placed.hand_in()?;
        let told = match self.terminal.lang {
            Lang::En => format!(
                "To hand in: {file}. It holds your plan and your answers as they are now; a grader judges both again."
            ),
            Lang::Ja => {
                format!("提出するファイル：{file}。現在の計画と解答が入っています。採点者が改めて判定します。")
            }
        };
        self.say(&self.terminal.paragraph("", &told));
        if !was_run {
            let id = placed.workspace.id();
            let told = text!(
                "This plan was not run here as it is now. Before you hand in, see whether it can be run: practicum run {id}. A plan that cannot be run is not graded.",
                "この計画は、今の内容ではまだ実行していません。提出する前に practicum run {id} で実行できることを確かめてください。実行できない計画は採点されません。"
            );
            self.say(&self.terminal.paragraph("", told.get(self.terminal.lang)));
        }
        Ok(PASSED)
    }

    pub(super) fn export_work(&self, id: Option<&str>) -> Result<u8, Ending> {
        let placed = self.begun("export-work", id)?;
        let file = carry::exported(&self.desk.here, &placed.workspace)?;
        let told = match self.terminal.lang {
            Lang::En => format!("Your work is in {file}. On another computer: practicum import-work {file}"),
            Lang::Ja => {
                format!("作業内容を {file} にまとめました。別のコンピューターでは：practicum import-work {file}")
            }
        };
        self.say(&self.terminal.paragraph("", &told));
        Ok(PASSED)
    }

    pub(super) fn import_work(&self, file: &Path) -> Result<u8, Ending> {
        let id = carry::imported(&self.desk.here, file)?;
        let told = match self.terminal.lang {
            Lang::En => format!("Go on with: practicum open {id}"),
            Lang::Ja => format!("続きから始めるには：practicum open {id}"),
        };
        self.say(&self.terminal.paragraph("", &told));
        Ok(PASSED)
    }

    /// Runs the plan now and at each save, until Ctrl-C.
    pub(super) fn watch(&self, id: Option<&str>) -> Result<u8, Ending> {
        let placed = self.begun("watch", id)?;
        let id = placed.workspace.id().to_owned();
        let seen = || placed.workspace.handed_in().ok();
        interrupt::heeded(|| {
            let mut now = seen();
            loop {
                if let Err(ending) = self.run(Some(&id), None) {
                    if matches!(ending, Ending::Ended) {
                        return Ok(PASSED);
                    }
                    let (_, faults) = ending.told();
                    tell(&self.terminal.invalid(&faults));
                }
                self.say(&self.terminal.paragraph(
                    "",
                    &dim(
                        self.pick(
                            "Waiting for the next save … (Ctrl-C ends)",
                            "次の保存を待っています…（Ctrl-Cで終了）",
                        ),
                    ),
                ));
                self.flush();
                let look = || {
                    std::thread::sleep(LOOK);
                    (!interrupt::asked()).then(seen)
                };
                match saved(&now, look) {
                    Some(save) => now = save,
                    None => return Ok(PASSED),
                }
            }
        })
    }
}

/// What lies there once it is another than `ran` and two looks after each other found the same: an editor empties a file before it
/// fills it, and a file half written is no plan to run. `None` where the looking was ended.
fn saved<T: PartialEq>(ran: &T, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let mut before = look()?;
    loop {
        let now = look()?;
        if now == before && now != *ran {
            return Some(now);
        }
        before = now;
    }
}

#[cfg(test)]
mod tests {
    use super::saved;

    #[test]
    fn a_file_half_written_is_not_run() {
        let mut looks = ["old", "old", "", "new", "newer", "newer", "never looked at"].into_iter();
        assert_eq!(saved(&"old", || looks.next()), Some("newer"));
        let mut ended = ["old", "new"].into_iter();
        assert_eq!(saved(&"old", || ended.next()), None);
    }
}
