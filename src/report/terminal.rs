//! The result for people, in a terminal.
//!
//! Readable without colour: colour only repeats what a sign or a word says. Lines are wrapped for the terminal's width; Japanese is
//! broken where Japanese may be broken.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Paint};
use unicode_width::UnicodeWidthStr;

use super::figures::{self, count, with_interval};
use super::json::Score;
use super::verdict::{score, sign};
use super::{layout, mark, plot, spot};
use course::dataset::Dataset;
use course::exercise::Probe;
use course::pack::Task;
use course::plan::Calibrate;
use course::tables::{DEVELOP, EXAM};
use diagnostics::fault::Fault;
use diagnostics::text::{Lang, Text};
use engine::check::{self, Figure, Outcome, Verdict, filled};
use engine::evaluate::RunFigure;
use engine::record::Story;
use engine::run::{AskedColumn, One, Run};
use engine::signal::Shape;
use metrics::Shown;
use metrics::classification::AUROC;
use metrics::entry::Unit;
use metrics::utility::NET_BENEFIT;
use target::{Reads, Target};

/// Writes for one reader: in a language, for a width.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// The reader's language.
    pub lang: Lang,
    /// How many cells a line has.
    pub width: usize,
}

/// Whose figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasuredOn {
    /// Those of the learner's own test rows.
    Own,
    /// Those of the exam and its probes.
    Exam,
}

/// Figures as a table: a line for each metric, a column for each table and group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The lines; the first `heads` of them say what the columns are.
    pub rows: Vec<Vec<String>>,
    /// How many lines are titles.
    pub heads: usize,
    /// Why there is a dash, where there is one.
    pub undefined: Option<String>,
}

const BOLD: Paint = Paint::new().bold();
const DIM: Paint = Paint::new().dimmed();
const GOOD: Paint = AnsiColor::Green.on_default().bold();
const BAD: Paint = AnsiColor::Red.on_default().bold();
const OTHER: Paint = AnsiColor::Yellow.on_default().bold();

/// A text in a paint.
pub fn paint(paint: Paint, text: &str) -> String {
    format!("{}{text}{}", paint.render(), paint.render_reset())
}

/// A text in bold.
pub fn bold(text: &str) -> String {
    paint(BOLD, text)
}

/// A text that stands back.
pub fn dim(text: &str) -> String {
    paint(DIM, text)
}

/// What may reach a terminal: our own paints, line breaks, and letters. Whatever else could move, hide or turn what stands there, in
/// anything that a person wrote, is shown as what it is.
pub fn door(text: &str) -> Cow<'_, str> {
    if !text.contains(diagnostics::text::unseen) {
        return Cow::Borrowed(text);
    }
    let mut own: Vec<String> = [BOLD, DIM, GOOD, BAD, OTHER]
        .iter()
        .flat_map(|paint| [paint.render().to_string(), paint.render_reset().to_string()])
        .collect();
    // A paint of two sequences before the one that it begins with.
    own.sort_by_key(|paint| std::cmp::Reverse(paint.len()));
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(diagnostics::text::unseen) {
        out += &rest[..at];
        rest = &rest[at..];
        if let Some(paint) = own.iter().find(|paint| !paint.is_empty() && rest.starts_with(paint.as_str())) {
            out += paint;
            rest = &rest[paint.len()..];
        } else if let Some(sign) = rest.chars().next() {
            let _ = write!(out, "{}", sign.escape_unicode());
            rest = &rest[sign.len_utf8()..];
        }
    }
    out += rest;
    Cow::Owned(out)
}

impl Terminal {
    /// Words in the reader's language.
    pub fn say<'t>(&self, en: &'t str, ja: &'t str) -> &'t str {
        match self.lang {
            Lang::En => en,
            Lang::Ja => ja,
        }
    }

    /// A paragraph, wrapped, each line behind `indent`.
    pub fn paragraph(&self, indent: &str, text: &str) -> String {
        self.hanging(indent, indent, text)
    }

    /// A paragraph, wrapped, the first line behind `first` and the others behind `rest`. The name of a file or an option stays whole.
    pub fn hanging(&self, first: &str, rest: &str, text: &str) -> String {
        let options = textwrap::Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_separator(textwrap::WordSeparator::Custom(words))
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let mut out = textwrap::fill(text, options);
        out.push('\n');
        out
    }

    /// Rows of cells, the first `heads` of them titles, within the reader's width.
    pub(super) fn table(&self, rows: &[Vec<String>], heads: usize) -> String {
        layout::table(rows, heads, self.width)
    }

    /// The same with so many cells less in each line.
    #[must_use]
    pub fn within(&self, cells: usize) -> Self {
        Self { width: self.width.saturating_sub(cells), ..*self }
    }

    /// What a run found on the learner's own test rows.
    pub fn ran(&self, task: &Task, run: &Run) -> String {
        let mut out = self.story(&run.record.story);
        out += "\n";
        if run.record.story.model.is_empty() {
            let told = self.say(
                "There is nothing to run: look at the data, write what you conclude, and have it judged.",
                "実行するものはありません。データを見て結論を書き、判定を受けてください。",
            );
            out += &self.paragraph("", told);
        } else if run.record.figures.is_empty() {
            out += &self.paragraph(
                "",
                self.say(
                    "No test rows ([split] test = 0): nothing of your own to judge by.",
                    "テスト用の行がないため（[split] test = 0）、手元での評価はありません。",
                ),
            );
        } else {
            let title = self.say(
                "On your own test rows, on which nothing was fitted",
                "何の当てはめにも使っていない、手元のテスト用の行では",
            );
            out += &self.paragraph("", &bold(title));
            out += &self.printed(&self.found(task, &run.record.figures, MeasuredOn::Own));
            // Where groups differ, a curve of all rows together would mislead.
            if run.record.figures.iter().all(|line| line.group.is_none()) {
                out += &self.calibration(run, DEVELOP);
            }
        }
        out
    }

    /// What a check found on the hidden rows, each check, and what to change next.
    pub fn checked(&self, task: &Task, run: &Run) -> String {
        let exercise = &task.exercise;
        let mut out = self.story(&run.record.story);
        if exercise.asks_plan {
            out += "\n";
        }
        let title = self.say(
            "On new patients whom nobody has seen before (the exam)",
            "まだ誰も見ていない新しい患者（判定用データ）では",
        );
        if exercise.asks_plan {
            out += &self.paragraph("", &bold(title));
            out += &self.printed(&self.found(task, &run.record.figures, MeasuredOn::Exam));
        }
        // The checks of exercises whose true risk is known go by it, so that the luck of the exam's outcomes plays no part.
        if run.record.figures.iter().any(|line| line.ceiling && *line.metric == NET_BENEFIT && line.measure.is_ok()) {
            let note = self.say(
                "Net benefit here counts the outcomes that came. A check that names what is attainable goes by the true risks, and may differ from it a little.",
                "この表の純便益は実際に起きた転帰から、「到達しうる」値を示す判定は真のリスクから計算するため、わずかに異なることがあります。",
            );
            out += &dim(&self.paragraph("  ", note));
        }
        for probe in &exercise.probes {
            let (world, about) = (self.world(probe), probe.about.get(self.lang));
            out += &dim(&self.paragraph("  ", &format!("{world}{}{about}", self.say(": ", "："))));
        }
        out += &self.calibration(run, EXAM);
        out += "\n";
        out += &self.outcomes(&run.outcomes);
        out
    }

    /// In a few lines: who trained, and each check that looks at the model; checks of answers that were not given are left out.
    pub fn judged(&self, run: &Run) -> String {
        let attempted: Vec<Outcome> =
            run.outcomes.iter().filter(|outcome| outcome.verdict != Verdict::NotAttempted).cloned().collect();
        let inner = self.within(3);
        let mut out = inner.story(&run.record.story);
        out += "\n";
        out += &inner.each(&attempted);
        out.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("   {line}\n") }).collect()
    }

    /// What a probe's world is called: its title, else its name.
    fn world(&self, probe: &Probe) -> String {
        probe.title.as_ref().map_or_else(|| probe.name.replace('_', " "), |title| title.get(self.lang).to_owned())
    }

    /// Who trained, who tuned, when there is an alert.
    fn story(&self, story: &Story) -> String {
        let rows = self.told(story);
        let wide = rows.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
        let mut out = String::new();
        for (name, text) in rows {
            let pad = " ".repeat(wide - name.width());
            let indent = " ".repeat(wide + 2);
            let paragraph = self.paragraph(&indent, &text);
            let _ = write!(out, "{}{pad}  {}", bold(name), paragraph.trim_start());
        }
        out
    }

    /// The same, line by line: what it is about, and what there is to say.
    pub fn told(&self, story: &Story) -> Vec<(&'static str, String)> {
        let part = |name: &str| story.parts.get(name).copied().unwrap_or_default();
        // Of an outcome that comes or does not, in brackets: how often it came.
        let positive = |n: engine::record::Count| {
            let share = |positive: usize| figures::show(positive as f64 / n.rows.max(1) as f64, Unit::Percent);
            match (n.positive, self.lang) {
                (Some(positive), Lang::En) => format!(" ({} positive)", share(positive)),
                (Some(positive), Lang::Ja) => format!("（陽性{}）", share(positive)),
                (None, _) => String::new(),
            }
        };
        let (train, operate) = (part("train"), story.operate);
        let mut rows = Vec::new();
        if story.model.is_empty() {
            let told = self.say("nothing: this exercise is answered from the data", "なし（データから答える演習です）");
            rows.push((self.say("Trained", "学習"), told.to_owned()));
            rows.extend(story.notes.iter().map(|note| (self.say("Note", "注意"), note.get(self.lang).to_owned())));
            return rows;
        }
        let (n, epochs) = (count(train.rows), story.epochs);
        let inputs = match (story.signal, self.lang) {
            (Some(Shape::Volume([channels, 1, height, width])), Lang::En) => {
                format!("pictures of {height} × {width} pixels{}", if channels == 3 { " in colour" } else { "" })
            }
            (Some(Shape::Volume([channels, 1, height, width])), Lang::Ja) => {
                format!("{height}×{width}画素の{}画像", if channels == 3 { "カラー" } else { "白黒" })
            }
            (Some(Shape::Volume([_, depth, height, width])), Lang::En) => {
                format!("volumes of {depth} × {height} × {width} voxels")
            }
            (Some(Shape::Volume([_, depth, height, width])), Lang::Ja) => {
                format!("{depth}×{height}×{width}ボクセルのボリューム")
            }
            (Some(Shape::Series([1, steps])), Lang::En) => format!("series of {steps} steps"),
            (Some(Shape::Series([1, steps])), Lang::Ja) => format!("{steps}時点の時系列"),
            (Some(Shape::Series([channels, steps])), Lang::En) => {
                format!("series of {steps} steps in {channels} channels")
            }
            (Some(Shape::Series([channels, steps])), Lang::Ja) => {
                format!("{steps}時点・{channels}チャンネルの時系列")
            }
            (None, Lang::En) => match story.features.len() {
                1 => "1 input".to_owned(),
                n => format!("{n} inputs"),
            },
            (None, Lang::Ja) => format!("入力{}個", story.features.len()),
        };
        let kept = if story.best < story.epochs {
            match self.lang {
                Lang::En => format!(", epoch {} kept", story.best),
                Lang::Ja => format!("（第{}エポックを採用）", story.best),
            }
        } else {
            String::new()
        };
        rows.push((
            self.say("Trained", "学習"),
            match self.lang {
                Lang::En => {
                    let passes = if epochs == 1 { "epoch" } else { "epochs" };
                    format!("{} on {n} rows{}, {inputs}, {epochs} {passes}{kept}", story.model, positive(train))
                }
                Lang::Ja => format!("{}、{n}行{}、{inputs}、{epochs}エポック{kept}", story.model, positive(train)),
            },
        ));
        let n = count(operate.rows);
        let tuned = match (self.lang, story.calibrate.unwrap_or(Calibrate::None)) {
            (Lang::En, Calibrate::None) => "not calibrated".to_owned(),
            (Lang::Ja, Calibrate::None) => "較正なし".to_owned(),
            (Lang::En, kind) => format!("{} calibration on {n} validation rows{}", kind.word(), positive(operate)),
            (Lang::Ja, kind) => format!("検証用の{n}行{}で{}較正", positive(operate), kind.word()),
        };
        if let Some(threshold) = story.threshold {
            let threshold = format!("{:.1}%", 100.0 * threshold);
            let alert = match self.lang {
                Lang::En => format!("{tuned}; alert from a predicted risk of {threshold} on"),
                Lang::Ja => format!("{tuned}、予測リスク{threshold}以上で警報"),
            };
            rows.push((self.say("In use", "運用"), alert));
        }
        rows.extend(story.notes.iter().map(|note| (self.say("Note", "注意"), note.get(self.lang).to_owned())));
        rows
    }

    /// The figures of a run: of the learner's own test rows, or of the exam and its probes.
    pub fn found(&self, task: &Task, lines: &[RunFigure], of: MeasuredOn) -> Figures {
        let tables: Vec<(&str, String)> = match of {
            MeasuredOn::Own => vec![(DEVELOP, self.say("all", "全体").to_owned())],
            MeasuredOn::Exam => {
                let exam = (EXAM, self.say("exam patients", "判定用の患者").to_owned());
                let probes = task.exercise.probes.iter().map(|probe| (probe.name.as_str(), self.world(probe)));
                std::iter::once(exam).chain(probes).collect()
            }
        };
        self.figures(task, &self.columns(task, lines, &tables))
    }

    /// What a model tells of one row, as it is and with something changed.
    pub fn one(&self, one: &One) -> Figures {
        let shown = |figure: &Figure| match figure {
            Figure::Number(x) => figures::value(*x),
            Figure::Word(word) => word.clone(),
            Figure::Undefined => "–".to_owned(),
        };
        let mut rows = vec![vec![
            String::new(),
            self.say("as it is", "そのまま").to_owned(),
            self.say("changed", "変えた場合").to_owned(),
        ]];
        for column in &one.columns {
            rows.push(vec![column.name.clone(), shown(&column.before), shown(&column.after)]);
        }
        for (name, before) in &one.before {
            let column = Target::ALL.iter().flat_map(|target| target.spec().columns).find(|column| column.is(name));
            let Some(reads) = column.map_or(Some(&Reads::Unnamed), |column| column.reads.as_ref()) else { continue };
            let title = match reads {
                Reads::Risk(title) | Reads::Flag(title) | Reads::Own(title) => title.get(self.lang).to_owned(),
                Reads::Unnamed => name.clone(),
            };
            let flag = |is: bool| self.say(if is { "yes" } else { "no" }, if is { "あり" } else { "なし" }).to_owned();
            let told = |figure: Option<&Figure>| match (figure, reads) {
                (Some(Figure::Number(x)), Reads::Risk(_)) => format!("{:.1}%", 100.0 * x),
                (Some(Figure::Number(x)), Reads::Flag(_)) => flag(*x > 0.5),
                (Some(Figure::Word(word)), Reads::Flag(_)) => flag(word == "true"),
                (Some(figure), _) => shown(figure),
                (None, _) => "–".to_owned(),
            };
            rows.push(vec![title, told(Some(before)), told(one.after.get(name))]);
        }
        Figures { rows, heads: 1, undefined: None }
    }

    /// What is to be known of values that were asked for and lie outside the learner's own, a sentence for each.
    pub fn beyond(&self, one: &One) -> Vec<String> {
        let told = |column: &AskedColumn| {
            let (x, (low, high)) = column.beyond()?;
            let (name, [x, low, high]) = (&column.name, [x, low, high].map(figures::value));
            Some(match self.lang {
                Lang::En => format!(
                    "{name} = {x} lies outside your data, where it is {low} to {high}: what the model says of it was not learned from anyone like that."
                ),
                Lang::Ja => format!(
                    "{name} = {x} は、手元のデータの範囲（{low}〜{high}）の外にあります。このような患者からは学習していないため、モデルの答えに裏付けはありません。"
                ),
            })
        };
        one.columns.iter().filter_map(told).collect()
    }

    /// Figures as a terminal shows them.
    pub fn printed(&self, figures: &Figures) -> String {
        let mut out = self.table(&figures.rows, figures.heads);
        if let Some(because) = &figures.undefined {
            out += &dim(&self.paragraph("  ", &format!("– {because}")));
        }
        out
    }

    /// Figures down, tables and groups across.
    fn figures(&self, task: &Task, columns: &[FigureColumn]) -> Figures {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let heading = |of: &dyn Fn(&FigureColumn) -> String| -> Vec<String> {
            std::iter::once(String::new()).chain(columns.iter().map(of)).collect()
        };
        rows.push(heading(&|column| column.title.clone()));
        // The words of the data, which a plan needs, under those of the reader.
        rows.push(heading(&|column| column.code.clone()));
        let per = task.exercise.figures_per.as_ref().filter(|_| task.dataset.target.spec().counts_units);
        let of = |n: usize| match (per, self.lang) {
            (None, Lang::En) => format!("{} rows", count(n)),
            (None, Lang::Ja) => format!("{}行", count(n)),
            (Some(per), Lang::En) => format!("{} (each {})", count(n), per.value),
            (Some(per), Lang::Ja) => format!("{}（{}ごと）", count(n), per.value),
        };
        rows.push(heading(&|column| of(column.lines.first().map_or(0, |line| line.n))));
        let heads = rows.len();
        for metric in metrics::shown(Shown::Report) {
            let cells: Vec<String> = columns
                .iter()
                .map(|column| match column.lines.iter().find(|line| line.is(metric)) {
                    None => String::new(),
                    Some(RunFigure { measure: Ok(estimate), .. }) => {
                        with_interval(estimate.value, estimate.interval, metric.unit, self.lang)
                    }
                    Some(_) => "–".to_owned(),
                })
                .collect();
            if cells.iter().all(String::is_empty) {
                continue;
            }
            rows.push(std::iter::once(metric.title.get(self.lang).to_owned()).chain(cells).collect());
        }
        {
            let (en, ja) = ("  best attainable AUROC", "　到達しうる最良のAUROC");
            let is_ceiling = |line: &&&RunFigure| line.ceiling && *line.metric == AUROC;
            let cells: Vec<String> = columns
                .iter()
                .map(|column| match column.lines.iter().find(is_ceiling) {
                    Some(RunFigure { measure: Ok(estimate), .. }) => figures::show(estimate.value, Unit::Ratio),
                    _ => String::new(),
                })
                .collect();
            if cells.iter().any(|cell| !cell.is_empty()) {
                let at =
                    rows.iter().position(|row| row[0] == AUROC.title.get(self.lang)).map_or(rows.len(), |at| at + 1);
                rows.insert(at, std::iter::once(self.say(en, ja).to_owned()).chain(cells).collect());
            }
        }
        let undefined = columns
            .iter()
            .flat_map(|column| &column.lines)
            .filter(|line| !line.ceiling && line.metric.is_shown(Shown::Report))
            .find_map(|line| line.measure.as_ref().err())
            .map(|because| because.get(self.lang).to_owned());
        Figures { rows, heads, undefined }
    }

    /// A column of figures for each table, under its title, and for each group.
    fn columns<'r>(&self, task: &Task, lines: &'r [RunFigure], of: &[(&str, String)]) -> Vec<FigureColumn<'r>> {
        let mut shown: Vec<FigureColumn> = Vec::new();
        for line in lines {
            let Some((_, table)) = of.iter().find(|(table, _)| *table == line.table) else { continue };
            let same = |other: &RunFigure| other.table == line.table && other.group == line.group;
            if shown.iter().any(|column| column.lines.first().is_some_and(|first| same(first))) {
                continue;
            }
            let (title, code) = match &line.group {
                Some((column, value)) => self.group(&task.dataset, column, value),
                None => (table.clone(), String::new()),
            };
            shown.push(FigureColumn { title, code, lines: lines.iter().filter(|other| same(other)).collect() });
        }
        shown
    }

    /// The rows with a value in a column: in the reader's words, and as the data have it; without words, only the latter.
    pub(super) fn group(&self, dataset: &Dataset, column: &str, value: &str) -> (String, String) {
        let code = format!("{column} = {value}");
        match dataset.called(column, value) {
            Some(words) => (words.get(self.lang).to_owned(), code),
            None => (code, String::new()),
        }
    }

    /// Of the patients given this risk, so many had the outcome.
    fn calibration(&self, run: &Run, table: &str) -> String {
        let bins = plot::bins(run, table, 5);
        let Some(axis) = run.target.spec().axis.as_ref().filter(|_| !bins.is_empty()) else { return String::new() };
        let mut out = format!("\n{}", self.paragraph("  ", axis.title.get(self.lang)));
        let top = bins.iter().map(|bin| bin.predicted.max(bin.observed)).fold(0.05, f64::max);
        let show = |value: f64| figures::show(value, axis.unit);
        let wide = bins.iter().flat_map(|bin| [bin.predicted, bin.observed]).map(|value| show(value).len()).max();
        let wide = wide.unwrap_or_default().max(5);
        for bin in bins {
            let line = |name: &str, share: f64| {
                format!(
                    "{name} {:>wide$} {}",
                    show(share),
                    plot::bar(share / top, self.width.saturating_sub(16 + wide).min(24))
                )
            };
            let predicted = line(self.say("predicted", "予測"), bin.predicted);
            let observed = line(self.say("observed ", "実際"), bin.observed);
            let _ = writeln!(out, "    {predicted}\n    {observed}");
        }
        out
    }

    /// Each check with its sentence.
    fn each(&self, outcomes: &[Outcome]) -> String {
        let mut out = String::new();
        for outcome in outcomes {
            let (sign, style) = (sign(outcome.verdict), style(outcome.verdict));
            let points = match outcome.verdict {
                Verdict::Passed => format!("{0}/{0}", outcome.points),
                Verdict::Error => String::new(),
                _ => format!("0/{}", outcome.points),
            };
            let word = match outcome.verdict {
                Verdict::Passed | Verdict::Failed => String::new(),
                other => format!("{}{}{}", self.say(" (", "（"), self.verdict(other), self.say(")", "）")),
            };
            let title =
                format!("{} {}{word}  {}", paint(style, sign), bold(outcome.title.get(self.lang)), dim(&points));
            out += &self.hanging("", "  ", &title);
            out += &self.paragraph("    ", outcome.sentence.get(self.lang));
            if let Some(mark) = &outcome.mark {
                out += &self.paragraph("    ", mark::told(mark).get(self.lang));
            }
            if let Some(fault) = &outcome.fault {
                out += &self.fault(fault);
            }
        }
        out
    }

    fn outcomes(&self, outcomes: &[Outcome]) -> String {
        let mut out = self.each(outcomes);
        let (points, of) = check::score(outcomes);
        let _ = writeln!(out, "\n{}", bold(score(Score { points, of }).get(self.lang)));
        if let Some((outcome, hint)) = outcomes.iter().find_map(|o| o.hint.as_ref().map(|hint| (o, hint))) {
            let hint = filled(hint, &outcome.figures, None);
            let next = self.say("Next: ", "次に：");
            out += &self.paragraph("", &format!("{next}{}", hint.get(self.lang)));
        } else if let Some(open) = outcomes.iter().find(|outcome| outcome.verdict == Verdict::NotAttempted) {
            let next = self.say("Next: ", "次に：");
            out += &self.paragraph("", &format!("{next}{}", open.sentence.get(self.lang)));
        }
        out
    }

    /// A verdict in a word.
    pub fn verdict(&self, verdict: Verdict) -> &'static str {
        let (en, ja) = match verdict {
            Verdict::Passed => ("passed", "合格"),
            Verdict::Failed => ("failed", "不合格"),
            Verdict::Skipped => ("skipped", "省略"),
            Verdict::NotAttempted => ("not answered yet", "未回答"),
            Verdict::Invalid => ("invalid", "無効"),
            Verdict::Error => ("the exercise's error", "教材側の誤り"),
        };
        match self.lang {
            Lang::En => en,
            Lang::Ja => ja,
        }
    }

    /// A mistake: where, the line with the spot underlined, what was found, what was expected, what was probably meant.
    pub fn fault(&self, fault: &Fault) -> String {
        let place = format!("{} {}", paint(BAD, "✘"), bold(&fault.place.display(self.lang)));
        let mut out = self.hanging("", "  ", &place);
        out += &spot::shown(&fault.place, "    ", self.width, DIM, BAD);
        let found = fault.found.get(self.lang);
        let expected = fault.expected.get(self.lang);
        out += &self.paragraph("    ", &format!("{}{found}", self.say("found:    ", "内容：")));
        out += &self.paragraph("    ", &format!("{}{expected}", self.say("expected: ", "正しくは：")));
        if let Some(nearest) = &fault.nearest {
            out += &self.paragraph("    ", &format!("{}{nearest}", self.say("nearest:  ", "もしかして：")));
        }
        out
    }

    /// A learner's mistakes, and that they cost nothing.
    pub fn invalid(&self, faults: &[Fault]) -> String {
        let mut out: String = faults.iter().map(|fault| self.fault(fault)).collect();
        let comfort = Text::new(
            "Nothing was run, nothing was overwritten, and this costs you nothing. Mend it and try again.",
            "何も実行しておらず、何も上書きしていません。減点もありません。直してもう一度お試しください。",
        );
        out += "\n";
        out += &self.paragraph("", comfort.get(self.lang));
        out
    }
}

/// Where a line may be broken: as Unicode has it, but not within what is written without spaces in Latin letters, which may be the
/// name of a file.
fn words<'t>(line: &'t str) -> Box<dyn Iterator<Item = textwrap::core::Word<'t>> + 't> {
    let mut at = 0;
    let mut ends: Vec<usize> = textwrap::WordSeparator::UnicodeBreakProperties
        .find_words(line)
        .map(|word| {
            at += word.word.len() + word.whitespace.len();
            at
        })
        .collect();
    ends.retain(|&end| {
        let latin = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_graphic());
        !(latin(line[..end].chars().next_back()) && latin(line[end..].chars().next()))
    });
    let starts: Vec<usize> = std::iter::once(0).chain(ends.iter().copied()).collect();
    Box::new(starts.into_iter().zip(ends).map(|(start, end)| textwrap::core::Word::from(&line[start..end])))
}

fn style(verdict: Verdict) -> Paint {
    match verdict {
        Verdict::Passed => GOOD,
        Verdict::Failed => BAD,
        Verdict::Skipped | Verdict::NotAttempted | Verdict::Invalid | Verdict::Error => OTHER,
    }
}

/// One column of figures: a table, or a group of its rows.
struct FigureColumn<'r> {
    /// In the reader's words, where there are any.
    title: String,
    /// As the data have it, where the title is in words.
    code: String,
    lines: Vec<&'r RunFigure>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_stays_whole_and_japanese_is_broken_anywhere() {
        let terminal = Terminal { lang: Lang::Ja, width: 40 };
        let text = "1行ごとの予測は practicum/shift/results.csv に、結論は--answers-toml に書いてください。";
        let told = terminal.paragraph("", text);
        assert!(told.contains("practicum/shift/results.csv") && told.contains("--answers-toml"), "{told}");
        assert!(told.lines().count() >= 3 && told.lines().all(|line| line.width() <= 40), "{told}");
        assert_eq!(told.replace(['\n', ' '], ""), text.replace(' ', ""));
        let long = terminal.paragraph("", &"a/".repeat(50));
        assert!(long.lines().all(|line| line.width() <= 40), "{long}");
    }

    #[test]
    fn what_a_person_wrote_cannot_move_hide_or_turn_what_stands_there() {
        let told = door("a\u{1b}[2Jb\u{202e}c\0d\re\u{9b}f\u{200b}g\u{e0041}");
        assert_eq!(told, "a\\u{1b}[2Jb\\u{202e}c\\u{0}d\\u{d}e\\u{9b}f\\u{200b}g\\u{e0041}");
        let ours = format!(
            "{}\n\t{} 日本語 é ½",
            bold("title"),
            dim("aside") + &paint(BAD, "✘") + &paint(GOOD, "✔") + &paint(OTHER, "?")
        );
        assert_eq!(door(&ours), ours);
    }
}
