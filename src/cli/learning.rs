//! What a learner types: list, start, run, check, solution. What they do stands in `app`; here it is said.

use std::io;

use super::asking;
use super::codes::{AUTHORS_ERROR, FAILED, OUR_ERROR, PASSED, UNWRITTEN};
use super::interrupt;
use super::session::{Session, now, tell};
use app::documents;
use app::ending::Ending;
use app::learner::checking::{self, Checked};
use app::learner::desk::{Begun, How, Listed, Placed, State};
use app::learner::hand_in::{ANSWERS, HandedIn, PLAN};
use app::learner::renewal::Renewed;
use app::learner::workspace::{CALIBRATION, DATA, MISTAKES, SERIES_MISTAKES, Workspace};
use course::exercise::{Exercise, called};
use course::pack::{Submission, Task};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use engine::check::Verdict;
use engine::run::Run;
use report::json::{AtFault, Document};
use report::terminal::{bold, dim};
use seed::{Origin, Root};

impl Session {
    pub(super) fn list(&self) -> Result<u8, Ending> {
        let (listed, faults) = self.desk.list()?;
        if self.json {
            self.document(&documents::list(&listed))?;
        } else {
            for Listed { exercise, state } in &listed {
                let lang = self.terminal.lang;
                let (minutes, points) = (exercise.minutes, exercise.points);
                let many = if points == 1 { "" } else { "s" };
                let (field, level) = (called(&exercise.field), called(&exercise.level));
                let about = match lang {
                    Lang::En => format!("{} · {} · {minutes} minutes · {points} point{many}", field.en, level.en),
                    Lang::Ja => format!("{}・{}・{minutes}分・{points}点", field.ja, level.ja),
                };
                let (sign, state) = match state.map(told) {
                    Some((sign, text)) => (sign, format!("  {}", dim(text.get(lang)))),
                    None => (" ", String::new()),
                };
                let title = format!("{sign} {}  {}{state}", bold(&exercise.id), exercise.title.get(lang));
                self.say(&self.terminal.hanging("", "    ", &title));
                self.say(&self.terminal.paragraph("    ", exercise.summary.get(lang)));
                let after: Vec<&str> = exercise.after.iter().map(|id| id.value.as_str()).collect();
                let builds = match lang {
                    _ if after.is_empty() => String::new(),
                    Lang::En => format!(" · after {}", after.join(", ")),
                    Lang::Ja => format!("・{} の後に", after.join("、")),
                };
                self.say(&format!("{}\n", self.terminal.paragraph("    ", &dim(&format!("{about}{builds}")))));
            }
            self.say(&self.terminal.paragraph(
                "",
                self.pick("Begin one with: practicum start EXERCISE", "始めるには：practicum start 演習の名前"),
            ));
        }
        if faults.is_empty() { Ok(PASSED) } else { Err(Ending::Author(faults)) }
    }

    pub(super) fn start(&self, id: Option<&str>, variant: Option<&str>) -> Result<u8, Ending> {
        self.tell_renamed(id);
        let begun = self.desk.start(id, variant, &mut self.subject.borrow_mut())?;
        if self.json {
            return self.document(&documents::start(&begun));
        }
        let Begun { placed, started, renewed } = begun;
        let Placed { task, workspace, .. } = &placed;
        let title = bold(task.exercise.title.get(self.terminal.lang));
        self.say(&format!("{}\n", self.terminal.paragraph("", &title)));
        for file in &started.written {
            self.say(&format!("  {file}\n"));
        }
        for file in &started.kept {
            let note = match started.beside.iter().find(|(kept, _)| kept == file) {
                None => self.pick("(yours, left as it is)", "（あなたのファイルなので、そのままです）").to_owned(),
                Some((_, new)) => match self.terminal.lang {
                    Lang::En => format!("(changed, left as it is; as it is given: {new})"),
                    Lang::Ja => format!("（変更されているので、そのままです。配布時の内容は {new}）"),
                },
            };
            self.say(&self.terminal.hanging("  ", "    ", &format!("{file}  {}", dim(&note))));
        }
        if let Some(Renewed { version, aside }) = renewed {
            self.say("\n");
            self.say(&self.terminal.paragraph(
                "",
                &match self.terminal.lang {
                    Lang::En => format!("This was begun with version {version} of the exercise. Its files are in {aside}; your plan goes on, and the answers begin anew: the data and the questions may be others."),
                    Lang::Ja => format!("この演習は第{version}版で始めたものでした。当時のファイルは {aside} に移しました。計画は引き継ぎますが、データや問いが変わっているため、解答は最初からになります。"),
                },
            ));
        }
        if started.kept.contains(&workspace.shown(DATA)) {
            self.say("\n");
            self.say(&self.terminal.paragraph(
                "",
                self.pick(
                    "Edits of the data are not used: plans are trained on the rows as they are given.",
                    "データを変更しても使われません。学習には配布時の行を使います。",
                ),
            ));
        }
        if asking::can_ask(self) {
            asking::recall(self, &task.exercise, &mut io::stdin().lock());
        }
        let id = workspace.id();
        let brief = workspace.shown(&format!("brief.{}.md", self.terminal.lang.code()));
        let plan = workspace.shown(PLAN);
        let written = conclusions(&task.exercise, workspace, self.terminal.lang);
        self.say("\n");
        self.say(&self.terminal.paragraph(
            "",
            &match (self.terminal.lang, task.dataset.has_signals()) {
                (Lang::En, _) if !task.exercise.asks_plan => {
                    format!(
                        "Read {brief}, look at the data (practicum look {id}), {written}, then: practicum check {id}"
                    )
                }
                (Lang::Ja, _) if !task.exercise.asks_plan => {
                    format!("{brief} を読み、データを見て（practicum look {id}）、{written}から：practicum check {id}")
                }
                (Lang::En, false) => format!("Read {brief}, change {plan}, then: practicum run {id}"),
                (Lang::Ja, false) => format!("{brief} を読み、{plan} を書き換えてから：practicum run {id}"),
                (Lang::En, true) if task.dataset.signal.is_some() => {
                    format!(
                        "Read {brief}, look at the data (practicum look {id}), change {plan}, then: practicum run {id}"
                    )
                }
                (Lang::Ja, true) if task.dataset.signal.is_some() => format!(
                    "{brief} を読み、データを見て（practicum look {id}）、{plan} を書き換えてから：practicum run {id}"
                ),
                (Lang::En, true) => format!(
                    "Read {brief}, look at the pictures (practicum look {id}), change {plan}, then: practicum run {id}"
                ),
                (Lang::Ja, true) => format!(
                    "{brief} を読み、画像を見て（practicum look {id}）、{plan} を書き換えてから：practicum run {id}"
                ),
            },
        ));
        Ok(PASSED)
    }

    pub(super) fn run(&self, id: Option<&str>, seed: Option<u64>) -> Result<u8, Ending> {
        let placed = self.begun("run", id)?;
        let workspace = &placed.workspace;
        placed.sown(seed, &mut self.subject.borrow_mut());
        let submission = placed.submission()?;
        let handed_in = workspace.handed_in()?;
        let how = self.how(&placed, &submission, (seed, None))?;
        interrupt::heeded(|| self.ran(&placed, (&submission, &handed_in), &how))
    }

    /// Trains, tells and keeps: what was told is kept, also where Ctrl-C comes in between.
    fn ran(&self, placed: &Placed, (submission, handed_in): (&Submission, &HandedIn), how: &How) -> Result<u8, Ending> {
        let Placed { task, workspace, .. } = placed;
        let run = self.watched(|watch| placed.run(submission, how, &mut self.subject.borrow_mut(), watch))?;
        let document = Document::ran("run", &self.subject.borrow(), &run);
        if self.json {
            self.result(&document);
        } else {
            self.headline(task);
            self.say(&self.drawn_otherwise());
            self.say(&self.terminal.ran(task, &run));
            self.say(&self.too_late(placed, submission));
            self.say("\n");
        }
        let kept = match self.keep(task, workspace, &run, &document, handed_in) {
            Ok(_) if self.json => return Ok(PASSED),
            Ok(kept) => kept,
            Err(code) => return Ok(code),
        };
        if !task.exercise.asks_plan {
            let next = self.desk.next("check", workspace);
            let written = conclusions(&task.exercise, workspace, self.terminal.lang);
            let told = match self.terminal.lang {
                Lang::En => format!("Next: {written}, then: {next}"),
                Lang::Ja => format!("次に、{written}から：{next}"),
            };
            self.say(&self.terminal.paragraph("", &told));
            return Ok(PASSED);
        }
        let (predictions, answers) = (format!("{kept}/predictions.csv"), workspace.shown(ANSWERS));
        let beside = self.beside(workspace);
        let next = self.desk.next("check", workspace);
        self.say(&self.terminal.paragraph(
            "",
            &match self.terminal.lang {
                Lang::En => {
                    let beside = if beside.is_empty() { String::new() } else { format!("; beside it lies {beside}") };
                    let first = if task.exercise.questions.is_empty() {
                        String::new()
                    } else {
                        format!("write what you conclude in {answers}, then: ")
                    };
                    format!("Each row's prediction is in {predictions}{beside}. Next: {first}{next}")
                }
                Lang::Ja => {
                    let beside = if beside.is_empty() {
                        "あります".to_owned()
                    } else {
                        format!("、{beside}も同じフォルダーにあります")
                    };
                    let first = if task.exercise.questions.is_empty() {
                        "次に"
                    } else {
                        &format!("次に、結論を {answers} に書いてから")
                    };
                    format!("1行ごとの予測は {predictions} に{beside}。{first}：{next}")
                }
            },
        ));
        let once = task.exercise.questions.iter().filter(|question| question.tries() == 1);
        let once: Vec<&str> = once.map(|question| question.id.as_str()).collect();
        if !once.is_empty() {
            let first = match self.terminal.lang {
                Lang::En => format!("The first answer that is checked counts, for: {}.", once.join(", ")),
                Lang::Ja => format!("最初に判定を受けた解答で決まる問い：{}", once.join("、")),
            };
            self.say(&self.terminal.paragraph("", &first));
        }
        Ok(PASSED)
    }

    pub(super) fn check(&self, id: Option<&str>, seed: Option<u64>, exam_seed: Option<u64>) -> Result<u8, Ending> {
        let placed = self.begun("check", id)?;
        let workspace = &placed.workspace;
        // A plan that cannot be read is named with its seeds, too.
        placed.sown(seed, &mut self.subject.borrow_mut());
        if let Some(number) = exam_seed {
            self.subject.borrow_mut().exam = Some(Root { number, from: Origin::ExamSeed });
        }
        let submission = placed.submission()?;
        let handed_in = workspace.handed_in()?;
        let how = self.how(&placed, &submission, (seed, exam_seed))?;
        interrupt::heeded(|| self.judged(&placed, (&submission, &handed_in), &how))
    }

    /// Trains and judges, tells, keeps and counts: what was told is kept and counted, also where Ctrl-C comes in between.
    fn judged(
        &self,
        placed: &Placed,
        (submission, handed_in): (&Submission, &HandedIn),
        how: &How,
    ) -> Result<u8, Ending> {
        let Placed { task, workspace, .. } = placed;
        let graded = how.exam_seed.is_some();
        let checked = self.watched(|watch| placed.check(submission, how, &mut self.subject.borrow_mut(), watch))?;
        let document = Document::ran("check", &self.subject.borrow(), &checked.run);
        if self.json {
            self.result(&document);
        } else {
            self.headline(task);
            self.say(&self.drawn_otherwise());
            self.say(&self.terminal.checked(task, &checked.run));
            self.say(&self.aside(task, &checked));
            self.say(&self.too_late(placed, submission));
        }
        let kept = match self.keep(task, workspace, &checked.run, &document, handed_in) {
            Ok(kept) => kept,
            Err(code) => return Ok(code),
        };
        if !graded {
            workspace.remember(&checked.progress)?;
        }
        if !self.json {
            let practice = checking::practice(&task.exercise);
            let practice = match (graded, self.terminal.lang) {
                (true, _) => String::new(),
                (_, Lang::En) => format!(" {}", practice.en),
                (_, Lang::Ja) => practice.ja.into_owned(),
            };
            self.say("\n");
            self.say(&self.terminal.paragraph(
                "",
                &match self.terminal.lang {
                    Lang::En => format!("Kept in {kept}.{practice}"),
                    Lang::Ja => format!("結果は {kept} に保存しました。{practice}"),
                },
            ));
        }
        if checked.progress.is_over() || graded && checked.verdict() == Verdict::Passed {
            let shown = placed.debriefed(&checked, self.terminal.lang)?;
            if let Some(shown) = shown.filter(|_| !self.json) {
                self.told_of(&shown);
            }
        }
        Ok(match checked.verdict() {
            Verdict::Passed => PASSED,
            Verdict::Error => AUTHORS_ERROR,
            _ => FAILED,
        })
    }

    /// How a plan is to be run; with what is expected of the first run, as it is written or as somebody who sits at the terminal says
    /// when asked.
    pub(super) fn how(
        &self,
        placed: &Placed,
        submission: &Submission,
        (seed, exam_seed): (Option<u64>, Option<u64>),
    ) -> Result<How, Ending> {
        let written = &submission.unjudged.expected;
        let expected = if exam_seed.is_none() && asking::can_ask(self) && placed.expects()? {
            asking::expectations(self, &placed.task.exercise, written, &mut io::stdin().lock())
        } else {
            written.clone()
        };
        Ok(How { seed, exam_seed, long: self.long, expected, at: now() })
    }

    /// That an expectation was written after the first run, which changes nothing.
    fn too_late(&self, placed: &Placed, submission: &Submission) -> String {
        let late = placed.too_late(&submission.unjudged.expected);
        if late.is_empty() {
            return String::new();
        }
        let told = match self.terminal.lang {
            Lang::En => format!(
                "Of what you expect ([before]) this was written or changed after the first run or check, and is not taken any more: {}.",
                late.join(", ")
            ),
            Lang::Ja => format!(
                "[before] の予想のうち、次のものは最初の run または check の後に書かれた（変更された）ため、取り上げません：{}",
                late.join("、")
            ),
        };
        format!("\n{}", self.terminal.paragraph("", &dim(&told)))
    }

    /// What is told beside the checks: what is not told yet, and the mistake that a plan resembles.
    pub(super) fn aside(&self, task: &Task, checked: &Checked) -> String {
        let mut out = String::new();
        let lang = self.terminal.lang;
        if !checked.open.is_empty() {
            let open: Vec<&str> = checked.open.iter().map(|question| question.id.as_str()).collect();
            out.push('\n');
            let (rows_en, rows_ja) = if task.exercise.asks_plan {
                ("your own test rows (`run`) say", "手元のテスト用の行（`run`）")
            } else {
                ("your own data say", "手元のデータ")
            };
            out += &self.terminal.paragraph(
                "",
                &match lang {
                    Lang::En => format!(
                        "Not settled yet: {}. What these ask for is told once an answer is right, or its tries are used: {rows_en} enough to estimate it.",
                        open.join(", ")
                    ),
                    Lang::Ja => format!(
                        "まだ確定していない結論：{}。問われている値は、正解するか、解答できる回数を使い切るまで示しません。{rows_ja}から見積もってください。",
                        open.join("、")
                    ),
                },
            );
        }
        if checked.is_lost() {
            let id = &task.exercise.id;
            out.push('\n');
            out += &self.terminal.paragraph(
                "",
                &match lang {
                    Lang::En => format!(
                        "Nothing is left to win here. Next: `practicum solution {id} --yes` tells what it was about; for the points, begin another variant in another folder: `practicum start {id} --variant` with a word of your own."
                    ),
                    Lang::Ja => format!(
                        "ここで得られる得点はもうありません。`practicum solution {id} --yes` で解説を読めます。得点を得るには、別のフォルダーで別のバリアントを始めてください：`practicum start {id} --variant`（続けて好きな語）"
                    ),
                },
            );
        }
        if checked.progress.gave_up {
            out.push('\n');
            out += &self.terminal.paragraph(
                "",
                self.pick(
                    "You have read the debrief, so nothing here counts as passed any more; another variant does (`practicum start EXERCISE --variant KEY`, in another folder).",
                    "解説を読んだ後なので、ここではもう合格になりません。別のフォルダーで別のバリアントを始めれば合格できます（`practicum start 演習の名前 --variant キー`）。",
                ),
            );
        }
        if let Some(mistake) = &checked.resembles {
            let why = mistake.why.get(lang).trim();
            out.push('\n');
            out += &self.terminal.paragraph(
                "",
                &match lang {
                    Lang::En => format!("Your plan resembles one that others have tried. {why}"),
                    Lang::Ja => format!("この計画は、よくある計画に似ています。{why}"),
                },
            );
        }
        out
    }

    /// Tells where the debrief lies.
    fn told_of(&self, shown: &str) {
        let lang = self.terminal.lang;
        let (held, of) = Workspace::ranges(&self.desk.here);
        let ranges = match lang {
            _ if of < 5 => String::new(),
            Lang::En => format!(" Of {of} ranges that you gave, {held} held the truth; you promised {}.", of * 4 / 5),
            Lang::Ja => format!(
                "これまでに答えた{of}個の範囲のうち、真の値を含んだのは{held}個でした（8割なら{}個）。",
                of * 4 / 5
            ),
        };
        let told = match lang {
            Lang::En => format!("What it was about, the published case and what to ask next: {shown}{ranges}"),
            Lang::Ja => format!("この演習の要点、公表された事例、次に確かめることは {shown} にあります。{ranges}"),
        };
        self.say("\n");
        self.say(&self.terminal.paragraph("", &told));
    }

    /// Ends an exercise that was not passed: the debrief is laid out, and what its conclusions ask for gives no points any more.
    /// Somebody who sits at the terminal is asked first; elsewhere it needs `yes`.
    pub(super) fn solution(&self, id: Option<&str>, yes: bool) -> Result<u8, Ending> {
        let placed = self.begun("solution", id)?;
        let Placed { task, workspace, .. } = &placed;
        self.headline(task);
        if !placed.has_debrief(self.terminal.lang) {
            let none = self.pick(
                "This exercise has no debrief here: nothing was given up, and you can go on trying.",
                "この演習の解説は、ここにはありません。挑戦は終わっていないので、このまま続けられます。",
            );
            self.say(&self.terminal.paragraph("", none));
            return Ok(PASSED);
        }
        if !workspace.progress()?.is_over() {
            let cost = costs(task.exercise.points());
            if !yes && !asking::can_ask(self) {
                let id = workspace.id();
                let expected = text!(
                    "`practicum solution {id} --yes`, if that is what you want; or go on trying",
                    "それでもよければ `practicum solution {id} --yes`。まだ挑戦を続けることもできます"
                );
                return Err(Ending::Faults(vec![Fault::new(
                    Id::Refused,
                    Place::file("practicum solution"),
                    cost,
                    expected,
                )]));
            }
            self.say(&self.terminal.paragraph("", cost.get(self.terminal.lang)));
            if !yes && !asking::agreed(self, &mut io::stdin().lock()) {
                let told =
                    self.pick("Nothing was opened, and nothing is lost.", "解説は開いていません。得点もそのままです。");
                self.say(&self.terminal.paragraph("", told));
                return Ok(PASSED);
            }
        }
        let lang = self.terminal.lang;
        if let Some(shown) = self.watched(|watch| placed.give_up(self.long, lang, watch))? {
            self.told_of(&shown);
        }
        Ok(PASSED)
    }

    /// What is to be said where a seed was asked for: the patients are not those of the workspace.
    pub(super) fn drawn_otherwise(&self) -> String {
        let Some(Root { number, from: Origin::Seed }) = self.subject.borrow().seed else { return String::new() };
        let told = match self.terminal.lang {
            Lang::En => format!("These patients were drawn from seed {number}; they are not those in {DATA}."),
            Lang::Ja => format!("乱数シード{number}から生成した患者です。{DATA} の患者とは異なります。"),
        };
        self.terminal.paragraph("", &told)
    }

    /// What the last run left to be looked at, in words.
    fn beside(&self, workspace: &Workspace) -> String {
        let left = [
            (CALIBRATION, self.pick("the calibration plot", "較正プロット")),
            (SERIES_MISTAKES, self.pick("what the model got most wrong", "モデルが大きく外した時系列")),
            (MISTAKES, self.pick("what the model got most wrong", "モデルが大きく外した画像")),
        ];
        let last = workspace.runs().first().copied().unwrap_or_default();
        let left: Vec<String> = left
            .into_iter()
            .filter(|(file, _)| workspace.of_run(last, file).is_some())
            .map(|(file, words)| match self.terminal.lang {
                Lang::En => format!("{words} ({file})"),
                Lang::Ja => format!("{words}（{file}）"),
            })
            .collect();
        left.join(self.pick(", and ", "と"))
    }

    /// Keeps what was told already. Where that fails it is said, and what was told holds; gives the exit code then.
    pub(super) fn keep(
        &self,
        task: &Task,
        workspace: &Workspace,
        run: &Run,
        document: &Document,
        handed_in: &HandedIn,
    ) -> Result<String, u8> {
        workspace.keep(task, run, document, handed_in, self.terminal.lang).map_err(|error| {
            let (at_fault, faults) = Ending::from(error).told();
            let told: String = faults.iter().map(|fault| self.terminal.fault(fault)).collect();
            let holds = self.pick(
                "What was told above holds, but it could not be kept in the folder.",
                "上に示した結果は有効ですが、フォルダーには保存できませんでした。",
            );
            tell(&format!("{told}\n{}", self.terminal.paragraph("", holds)));
            if at_fault == AtFault::Program { OUR_ERROR } else { UNWRITTEN }
        })
    }
}

/// How far a learner has come, as a sign and in words.
fn told(state: State) -> (&'static str, Text) {
    match state {
        State::Begun => ("…", Text::new("begun", "取り組み中")),
        State::Passed => ("✔", Text::new("passed", "合格")),
        State::GaveUp => ("-", Text::new("debrief read", "解説を読んで終了")),
    }
}

/// What it costs to read the debrief of an exercise that was not passed.
fn costs(points: i64) -> Text {
    let worth = if points == 1 { "1 point".to_owned() } else { format!("{points} points") };
    text!(
        "Not passed yet. Whoever reads the debrief cannot pass here any more: the {worth} are then to be had with other data (`practicum start EXERCISE --variant KEY`, in another folder).",
        "まだ合格していません。解説を読むと、ここではもう合格できず、{points}点を得るには、別のフォルダーで別のデータ（バリアント）を始めることになります（`practicum start 演習の名前 --variant キー`）。"
    )
}

/// Where nothing is trained, what is written before `check`, in the middle of a sentence.
fn conclusions(exercise: &Exercise, workspace: &Workspace, lang: Lang) -> String {
    let (plan, answers) = (workspace.shown(PLAN), workspace.shown(ANSWERS));
    match (lang, exercise.has_plan()) {
        (Lang::En, false) => format!("write what you conclude in {answers}"),
        (Lang::Ja, false) => format!("結論を {answers} に書いて"),
        (Lang::En, true) => format!("write what you decide in {plan} and what you conclude in {answers}"),
        (Lang::Ja, true) => format!("決めたことを {plan} に、結論を {answers} に書いて"),
    }
}
