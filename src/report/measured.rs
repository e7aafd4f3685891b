//! A measured file for people, in a terminal.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::figures::{between, count};
use super::terminal::{Terminal, bold, dim};
use diagnostics::text::{Lang, Text};
use measure::found::{Drawn, FactorLevel, FileFigure, Measured, Method, Task};
use metrics::entry::Unit;
use metrics::segmentation::{ASSD, DICE, HAUSDORFF95, IOU, NSD};
use metrics::{Estimate, Metric};

/// What a task is called.
fn task(task: Task) -> Text {
    match task {
        Task::Classification => Text::new("classification", "分類"),
        Task::Calibration => Text::new("calibration", "較正"),
        Task::Multiclass => Text::new("several classes", "多クラス分類"),
        Task::Survival => Text::new("survival", "生存時間"),
        Task::Agreement => Text::new("agreement", "一致度"),
        Task::Regression => Text::new("predictive distributions", "予測区間・予測分布"),
        Task::Drift => Text::new("drift", "ドリフト"),
        Task::Segmentation => Text::new("segmentation", "セグメンテーション"),
        Task::Detection => Text::new("detection", "物体検出"),
    }
}

fn role(role: &'static str) -> Text {
    match role {
        "label" => Text::new("label", "転帰"),
        "score" => Text::new("score", "スコア"),
        "versus" => Text::new("versus", "比較するスコア"),
        "alert" => Text::new("alert", "警報"),
        "time" => Text::new("time", "追跡時間"),
        "event" => Text::new("event", "イベント"),
        "rater" => Text::new("rater", "評価者"),
        "low" => Text::new("low", "下限"),
        "high" => Text::new("high", "上限"),
        "sd" => Text::new("SD", "標準偏差"),
        "current" => Text::new("current", "現在"),
        other => Text::same(other),
    }
}

fn method(method: Method) -> Text {
    match method {
        Method::Own(interval) => interval.title(),
        Method::Bootstrap(Drawn::Rows) => Text::new("bootstrap of rows", "行のブートストラップ"),
        Method::Bootstrap(Drawn::Outcomes) => {
            Text::new("bootstrap of rows within each outcome", "転帰ごとに行を抽出したブートストラップ")
        }
        Method::Bootstrap(Drawn::Samples) => {
            Text::new("bootstrap of rows within each sample", "現在と基準のそれぞれから行を抽出したブートストラップ")
        }
        Method::Bootstrap(Drawn::Groups) => {
            Text::new("bootstrap of rows within each group", "群ごとに行を抽出したブートストラップ")
        }
        Method::Bootstrap(Drawn::OutcomesOfGroups) => Text::new(
            "bootstrap of rows within each outcome of each group",
            "群と転帰ごとに行を抽出したブートストラップ",
        ),
        Method::Bootstrap(Drawn::Clusters) => Text::new("bootstrap of clusters", "クラスター単位のブートストラップ"),
        Method::Bootstrap(Drawn::Cases) => Text::new("bootstrap of cases", "症例単位のブートストラップ"),
        Method::Bootstrap(Drawn::Images) => Text::new("bootstrap of images", "画像単位のブートストラップ"),
    }
}

/// A value for people.
fn show(value: f64, unit: Unit) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "∞".to_owned() } else { "−∞".to_owned() };
    }
    let text = match unit {
        Unit::P if value < 0.001 => "<0.001".to_owned(),
        Unit::Ratio | Unit::P => format!("{value:.3}"),
        Unit::Percent => format!("{:.1}", 100.0 * value),
        Unit::PerThousand => format!("{:.1}", 1000.0 * value),
        Unit::OfThousand | Unit::Count => format!("{value:.1}"),
        Unit::Rows => format!("{value:.0}"),
        Unit::Own if value.abs() < 1e-12 => "0".to_owned(),
        Unit::Own => {
            let digits = value.abs().max(1e-3).log10().floor();
            // Four digits that count: 12.34, 0.1234, 1234.
            let decimals = [5, 4, 3, 2, 1, 0].into_iter().find(|d| *d as f64 + digits < 3.5).unwrap_or(0);
            format!("{value:.decimals$}")
        }
    };
    let zero = text.strip_prefix('-').is_some_and(|rest| rest.chars().all(|c| "0.".contains(c)));
    if zero { text[1..].to_owned() } else { text }
}

fn cell(estimate: &Estimate, unit: Unit, lang: Lang) -> String {
    let percent = if unit == Unit::Percent { "%" } else { "" };
    let value = show(estimate.value, unit);
    match estimate.interval {
        None => format!("{value}{percent}"),
        Some((low, high)) => {
            let dash = between((low, high), lang);
            format!("{value}{percent} ({}{dash}{})", show(low, unit), show(high, unit))
        }
    }
}

/// A case's label, where labels are measured apart, its name and its figures.
type Case<'f> = (Option<&'f (String, String)>, &'f str, BTreeMap<&'f str, &'f FileFigure>);

impl Terminal {
    /// What was measured of a file.
    pub fn measured(&self, measured: &Measured) -> String {
        let files = measured.files.join(" · ");
        let title = format!("{}  {}", bold(&files), dim(task(measured.task).get(self.lang)));
        let mut out = self.hanging("", "  ", &title);
        out += &self.paragraph("", &self.rows(measured));
        out.push('\n');
        out += &self.overview(measured);
        out += &self.between(measured);
        out += &self.cases(measured);
        out.push('\n');
        out += &self.absent(measured);
        for note in &measured.notes {
            out += &self.paragraph("", note.get(self.lang));
        }
        out += &self.paragraph("", &self.methods(measured));
        out
    }

    fn named(&self, metric: &Metric, level: Option<&FactorLevel>) -> String {
        let name = metric.title.get(self.lang);
        match level {
            None | Some(FactorLevel { kind: "groups" | "case", .. }) => name.to_owned(),
            Some(FactorLevel { kind: "versus", value }) => match self.lang {
                Lang::En => format!("{name} to {value}"),
                Lang::Ja => format!("{name}（対 {value}）"),
            },
            Some(FactorLevel { kind: "up_to", value }) => match self.lang {
                Lang::En => format!("{name} up to {value}"),
                Lang::Ja => format!("{name}（時点{value}まで）"),
            },
            Some(level) => match self.lang {
                Lang::En => format!("{name} {}", level.value),
                Lang::Ja => format!("{name}{}", level.value),
            },
        }
    }

    /// What was measured, and what was left out.
    fn rows(&self, measured: &Measured) -> String {
        let mut roles: Vec<(&'static str, Vec<&str>)> = Vec::new();
        for (what, name) in &measured.roles {
            match roles.iter_mut().find(|(other, _)| other == what) {
                Some((_, names)) => names.push(name),
                None => roles.push((what, vec![name])),
            }
        }
        let roles: Vec<String> = roles
            .into_iter()
            .map(|(what, names)| format!("{} {}", role(what).get(self.lang), names.join(self.say(" + ", "＋"))))
            .collect();
        let (used, rows) = (count(measured.used), count(measured.rows));
        if measured.task == Task::Segmentation {
            return match (self.lang, measured.used) {
                (Lang::En, 1) => "1 case".to_owned(),
                (Lang::En, _) => format!("{used} cases"),
                (Lang::Ja, _) => format!("{used}例"),
            };
        }
        if measured.task == Task::Detection {
            return match self.lang {
                Lang::En => format!("{used} images"),
                Lang::Ja => format!("画像{used}枚"),
            };
        }
        let mut text = vec![roles.join(self.say(", ", "、")), self.say(": ", "：").to_owned()];
        let left = measured.rows - measured.used;
        text.push(match (self.lang, left) {
            (Lang::En, 0) => format!("{rows} rows"),
            (Lang::Ja, 0) => format!("{rows}行"),
            (Lang::En, _) => format!("{used} of {rows} rows; {} left out", count(left)),
            (Lang::Ja, _) => format!("{rows}行のうち{used}行（{}行を除外）", count(left)),
        });
        if !measured.missing.is_empty() {
            let empty: Vec<String> = measured
                .missing
                .iter()
                .map(|(column, n)| match self.lang {
                    Lang::En => format!("{column} is empty in {}", count(*n)),
                    Lang::Ja => format!("{column}の欠測{}行", count(*n)),
                })
                .collect();
            text.push(match self.lang {
                Lang::En => format!(" ({})", empty.join(", ")),
                Lang::Ja => format!("（{}）", empty.join("、")),
            });
        }
        if let Some((column, n)) = &measured.clusters {
            let n = count(*n);
            text.push(match self.lang {
                Lang::En => format!("; {n} clusters ({column})"),
                Lang::Ja => format!("、クラスター{n}個（{column}）"),
            });
        }
        text.concat()
    }

    /// Figures down, all rows and each group across: in as many tables as the width takes.
    fn overview(&self, measured: &Measured) -> String {
        let is_here = |figure: &&FileFigure| {
            figure.level.as_ref().is_none_or(|level| level.kind != "groups" && level.kind != "case")
        };
        let figures: Vec<&FileFigure> = measured.figures.iter().filter(is_here).collect();
        let mut groups: Vec<Option<&(String, String)>> = Vec::new();
        let mut lines: Vec<(&Metric, Option<&FactorLevel>)> = Vec::new();
        for figure in &figures {
            if !groups.contains(&figure.group.as_ref()) {
                groups.push(figure.group.as_ref());
            }
            if !lines.contains(&(figure.metric, figure.level.as_ref())) {
                lines.push((figure.metric, figure.level.as_ref()));
            }
        }
        let names: Vec<String> = lines.iter().map(|(metric, level)| self.named(metric, *level)).collect();
        let columns: Vec<Vec<String>> = groups
            .iter()
            .map(|group| {
                let title = match group {
                    None => self.say("all", "全体").to_owned(),
                    Some((column, value)) => format!("{column} = {value}"),
                };
                let n = figures.iter().filter(|figure| figure.group.as_ref() == *group).map(|figure| figure.n).max();
                let n = count(n.unwrap_or(0));
                let n = match (self.lang, measured.task) {
                    (Lang::En, Task::Segmentation | Task::Detection) => format!("n = {n}"),
                    (Lang::En, _) => format!("{n} rows"),
                    (Lang::Ja, Task::Segmentation) => format!("{n}例"),
                    (Lang::Ja, Task::Detection) => format!("{n}枚"),
                    (Lang::Ja, _) => format!("{n}行"),
                };
                let cells = lines.iter().map(|(metric, level)| {
                    let figure = figures.iter().find(|figure| {
                        figure.group.as_ref() == *group && figure.metric == *metric && figure.level.as_ref() == *level
                    });
                    figure.map_or_else(String::new, |figure| match &figure.measure {
                        Ok(estimate) => cell(estimate, metric.unit, self.lang),
                        Err(_) => "–".to_owned(),
                    })
                });
                [title, n].into_iter().chain(cells).collect()
            })
            .collect();
        let first: Vec<String> = [String::new(), String::new()].into_iter().chain(names).collect();
        let rows: Vec<Vec<String>> = (0..first.len())
            .map(|row| std::iter::once(&first).chain(&columns).map(|column| column[row].clone()).collect())
            .collect();
        self.table(&rows, 2)
    }

    /// How groups differ.
    fn between(&self, measured: &Measured) -> String {
        let mut out = String::new();
        let mut columns: Vec<&str> = Vec::new();
        let is_of = |figure: &FileFigure, column: &str| {
            figure.level.as_ref().is_some_and(|level| level.kind == "groups" && level.value == column)
        };
        for level in measured.figures.iter().filter_map(|figure| figure.level.as_ref()) {
            if level.kind == "groups" && !columns.contains(&level.value.as_str()) {
                columns.push(&level.value);
            }
        }
        for column in columns {
            let title = match self.lang {
                Lang::En => format!("Between the groups of {column}"),
                Lang::Ja => format!("{column} の群の間で"),
            };
            let rows: Vec<Vec<String>> = measured
                .figures
                .iter()
                .filter(|figure| is_of(figure, column))
                .map(|figure| {
                    let shown = match &figure.measure {
                        Ok(estimate) => cell(estimate, figure.metric.unit, self.lang),
                        Err(_) => "–".to_owned(),
                    };
                    vec![self.named(figure.metric, figure.level.as_ref()), shown]
                })
                .collect();
            let _ = write!(out, "\n{}\n{}", bold(&title), self.table(&rows, 0));
        }
        out
    }

    /// Each case of a segmentation, the worst first; no more than a screen.
    fn cases(&self, measured: &Measured) -> String {
        const SHOWN: [&Metric; 5] = [&DICE, &IOU, &HAUSDORFF95, &ASSD, &NSD];
        const MOST: usize = 20;
        let mut cases: Vec<Case<'_>> = Vec::new();
        for figure in &measured.figures {
            let Some(FactorLevel { kind: "case", value }) = &figure.level else { continue };
            let key = (figure.group.as_ref(), value.as_str());
            // The figures of a case follow one another: among many cases, none has to be searched for.
            match cases.last_mut().filter(|(group, case, _)| (*group, *case) == key) {
                Some((_, _, figures)) => {
                    figures.insert(figure.metric.name, figure);
                }
                None => cases.push((key.0, key.1, BTreeMap::from([(figure.metric.name, figure)]))),
            }
        }
        if cases.is_empty() {
            return String::new();
        }
        let value = |figures: &BTreeMap<&str, &FileFigure>| {
            figures.get(DICE.name).and_then(|figure| figure.measure.as_ref().ok()).map_or(0.0, |dice| dice.value)
        };
        cases.sort_by(|a, b| value(&a.2).total_cmp(&value(&b.2)));
        let total = cases.len();
        let mut rows =
            vec![std::iter::once(String::new()).chain(SHOWN.iter().map(|metric| self.named(metric, None))).collect()];
        for (group, case, figures) in cases.into_iter().take(MOST) {
            let title = group.map_or_else(|| case.to_owned(), |(_, label)| format!("{case} ({label})"));
            let cells = SHOWN.iter().map(|metric| match figures.get(metric.name).map(|figure| &figure.measure) {
                Some(Ok(estimate)) => cell(estimate, metric.unit, self.lang),
                _ => "–".to_owned(),
            });
            rows.push(std::iter::once(title).chain(cells).collect::<Vec<_>>());
        }
        let title = self.say("Each case, the worst first", "症例ごと（悪い順）");
        let mut out = format!("\n{}\n{}", bold(title), self.table(&rows, 1));
        if total > MOST {
            let more = count(total - MOST);
            out += &dim(&self.paragraph(
                "  ",
                &match self.lang {
                    Lang::En => format!("{more} more: --json shows all"),
                    Lang::Ja => format!("ほか{more}件。--json ですべて出力します"),
                },
            ));
        }
        out
    }

    /// What has no figure, and what has no interval, with the reasons.
    fn absent(&self, measured: &Measured) -> String {
        let mut reasons: Vec<(&str, String, Vec<String>)> = Vec::new();
        for figure in measured.figures.iter().filter(|f| f.level.as_ref().is_none_or(|level| level.kind != "case")) {
            let (sign, because) = match (&figure.measure, &figure.no_interval) {
                (Err(because), _) => ("–", because),
                (Ok(_), Some(because)) => (self.say("no interval", "区間なし"), because),
                _ => continue,
            };
            // What holds of all rows need not be told of each group.
            let of_all = |other: &&FileFigure| {
                other.group.is_none() && other.metric == figure.metric && other.level == figure.level
            };
            if figure.group.is_some()
                && measured
                    .figures
                    .iter()
                    .find(of_all)
                    .is_some_and(|all| all.measure.as_ref().err().or(all.no_interval.as_ref()) == Some(because))
            {
                continue;
            }
            let group = figure.group.as_ref().map(|(column, value)| format!("{column} = {value}"));
            let because = match &group {
                None => because.get(self.lang).to_owned(),
                Some(group) => format!("{group}{}{}", self.say(": ", "："), because.get(self.lang)),
            };
            let name = self.named(figure.metric, figure.level.as_ref()).trim().to_owned();
            match reasons.iter_mut().find(|(other, reason, _)| *other == sign && *reason == because) {
                Some((_, _, names)) => names.push(name),
                None => reasons.push((sign, because, vec![name])),
            }
        }
        let mut partial: Vec<(usize, &str, Vec<String>)> = Vec::new();
        for figure in &measured.figures {
            let Some((cases, because)) = &figure.without else { continue };
            let (name, because) = (self.named(figure.metric, None), because.get(self.lang));
            match partial.iter_mut().find(|(other, reason, _)| other == cases && *reason == because) {
                Some((_, _, names)) => names.push(name),
                None => partial.push((*cases, because, vec![name])),
            }
        }
        let mut out = String::new();
        for (cases, because, names) in partial {
            let names = names.join(self.say(", ", "、"));
            let of = measured.used;
            out += &self.paragraph(
                "",
                &match self.lang {
                    Lang::En => format!("Left out of the mean, {cases} of {of} cases: {names}: {because}"),
                    Lang::Ja => format!("平均から除いた症例（{of}例中{cases}例）：{names}：{because}"),
                },
            );
        }
        let lines = reasons.into_iter().map(|(sign, because, names)| {
            let names = names.join(self.say(", ", "、"));
            self.paragraph(
                "",
                &match self.lang {
                    Lang::En => format!("{sign} {names}: {because}"),
                    Lang::Ja => format!("{sign} {names}：{because}"),
                },
            )
        });
        out.extend(lines);
        out
    }

    /// Which kind of interval each figure has.
    fn methods(&self, measured: &Measured) -> String {
        let mut methods: BTreeMap<(Method, Option<usize>), Vec<String>> = BTreeMap::new();
        for figure in &measured.figures {
            let Some(method) = figure.method else { continue };
            let name = figure.metric.title.get(self.lang).trim();
            // Bare of what leads on to a class, a time or a column.
            let ends = [" of", " by", " at", " up to", "、時点", "："];
            let name = ends.iter().fold(name, |name, end| name.strip_suffix(end).unwrap_or(name)).to_owned();
            let names = methods.entry((method, figure.resamples)).or_default();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        // How often and from which seed is told once, where it is the same of several bootstraps.
        let drawn: BTreeSet<usize> = methods.keys().filter_map(|(_, resamples)| *resamples).collect();
        let bootstraps = methods.keys().filter(|(_, resamples)| resamples.is_some()).count();
        let (seed, once) = (measured.seed, if bootstraps > 1 && drawn.len() == 1 { drawn.first() } else { None });
        let once = once.map(|&n| match (self.lang, count(n)) {
            (Lang::En, n) => format!(" Each bootstrap: {n} resamples, seed {seed}."),
            (Lang::Ja, n) => format!("ブートストラップはいずれも{n}回（シード{seed}）です。"),
        });
        let most = methods.values().map(Vec::len).max().unwrap_or(0);
        let mut kinds: Vec<String> = Vec::new();
        let mut rest = None;
        for ((kind, resamples), names) in &methods {
            let kind = method(*kind);
            let kind = kind.get(self.lang);
            let shown = match (self.lang, resamples.filter(|_| once.is_none()).map(count)) {
                (_, None) => kind.to_owned(),
                (Lang::En, Some(n)) => format!("{kind} ({n} resamples, seed {seed})"),
                (Lang::Ja, Some(n)) => format!("{kind}（{n}回、シード{seed}）"),
            };
            if rest.is_none() && names.len() == most {
                rest = Some(shown);
                continue;
            }
            kinds.push(match self.lang {
                Lang::En => format!("{shown}: {}", names.join(", ")),
                Lang::Ja => format!("{shown}：{}", names.join("、")),
            });
        }
        let Some(rest) = rest else { return String::new() };
        let told = match (self.lang, kinds.is_empty()) {
            (Lang::En, true) => format!("In brackets: 95% intervals, by {rest}."),
            (Lang::En, false) => {
                format!("In brackets: 95% intervals, by {}; all others by {rest}.", kinds.join("; by "))
            }
            (Lang::Ja, true) => format!("括弧内は95%信頼区間（{rest}）です。"),
            (Lang::Ja, false) => format!("括弧内は95%信頼区間です。{}。その他はすべて{rest}。", kinds.join("；")),
        };
        told + &once.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_for_people() {
        assert_eq!(show(0.8387, Unit::Ratio), "0.839");
        assert_eq!(show(-0.0001, Unit::Ratio), "0.000");
        assert_eq!(show(0.5714, Unit::Percent), "57.1");
        assert_eq!(show(f64::INFINITY, Unit::Ratio), "∞");
        assert_eq!(show(4.043_092, Unit::Own), "4.043");
        assert_eq!(show(1234.5, Unit::Own), "1234");
        assert_eq!(show(0.012_34, Unit::Own), "0.01234");
        assert_eq!(show(0.0, Unit::Own), "0");
        assert_eq!(show(0.0001, Unit::P), "<0.001");
    }
}
