//! `reliability.toml`: what an exercise's checks said over many seeds, kept beside it; and the rule that holds it against the exercise.

use std::path::Path;

use super::drawing;
use super::reliability::{
    self, CONCLUSION as SINGLE, COPIED as TOGETHER, Copied, Reliability, Untouched, short, spread,
};
use crate::finding::{Finding, Rule};
use crate::reading::Written;
use app::ending::Ending;
use course::pack::Pack;
use diagnostics::fault::{Id, Place};
use diagnostics::keys::{self, Key, Kind, Need, Section};
use diagnostics::text;
use diagnostics::text::Text;

const ANY: Kind<'static> = Kind::Number { min: -1e300, max: 1e300 };
const MANY: Kind<'static> = Kind::Whole { min: 0, max: 1_000_000_000 };
const SHARE: Kind<'static> = Kind::Number { min: 0.0, max: 1.0 };

/// The keys of `reliability.toml`, which `practicum author reliability` writes.
pub const KEYS: &[Key<'static>] = &[
    Key::new("exercise", Kind::String, Need::Required, "The exercise and its version.", "演習の名前と版です。"),
    Key::new(
        "content",
        Kind::String,
        Need::Required,
        "A digest of all that decides results: data, draws, questions, checks, solutions; not of texts.",
        "結果を左右するもの（データ・生成・問い・判定・解）の要約値です。文章は含みません。",
    ),
    Key::new("engine", Kind::String, Need::Required, "The program's version.", "プログラムの版です。"),
    Key::new(
        "seeds",
        Kind::Whole { min: 1, max: 1_000_000 },
        Need::Required,
        "Over how many draws of the data.",
        "データを何回生成し直したかです。",
    ),
    Key::new(
        "failures",
        MANY,
        Need::Required,
        "Draws in which the reference did not get full marks.",
        "模範解が満点にならなかった回数です。",
    ),
    Key::new(
        "failures_at_most",
        SHARE,
        Need::Required,
        "Upper bound of the rate of such draws: 95 % interval of Clopper and Pearson.",
        "その割合の上限です（Clopper–Pearsonの95%信頼区間）。",
    ),
    Key::new(
        "escapes",
        MANY,
        Need::Required,
        "How often a wrong solution was not failed by a check that it must fail.",
        "不合格になるべき判定で、誤答例が不合格にならなかった回数です。",
    ),
    Key::new(
        "strays",
        MANY,
        Need::Required,
        "How often a wrong solution failed a check that its expect.toml does not name.",
        "expect.tomlにない判定で、誤答例が不合格になった回数です。",
    ),
    Key::new(
        "ceiling",
        Kind::Tables(CEILING),
        Need::Default("[]"),
        "The best that anyone could reach, over the draws: how alike the variants are.",
        "到達しうる最良の値の、生成ごとのばらつきです（バリアントの難しさの等しさ）。",
    ),
    Key::new("check", Kind::Tables(CHECK), Need::Required, "Each check.", "それぞれの判定です。"),
    Key::new(
        "untouched",
        Kind::Table(UNTOUCHED),
        Need::Optional,
        "The starter, handed in as it is.",
        "手を加えずに提出した出発点です。",
    ),
    Key::new(
        "copied",
        Kind::Table(COPIED),
        Need::Optional,
        "The reference's answers of one variant, with the reference's plan in another.",
        "あるバリアントの模範解の解答を、別のバリアントで模範解の計画とともに提出した場合です。",
    ),
];

const UNTOUCHED: &[Key<'static>] = &[
    Key::new("content", Kind::String, Need::Required, "A digest of the starter.", "出発点の要約値です。"),
    Key::new("passes", MANY, Need::Required, "In how many draws it passed.", "合格した生成の回数です。"),
    Key::new("passes_at_most", SHARE, Need::Required, "Upper bound of that rate.", "その割合の上限です。"),
];

const COPIED: &[Key<'static>] = &[
    Key::new(
        "variants",
        MANY,
        Need::Required,
        "How many variants copied from each other.",
        "互いに解答を写したバリアントの数です。",
    ),
    Key::new("pairs", MANY, Need::Required, "Pairs of variants.", "バリアントの組の数です。"),
    Key::new(
        "escapes",
        MANY,
        Need::Required,
        "Pairs in which every check of answers passed.",
        "解答を見る判定のすべてに合格した組の数です。",
    ),
    Key::new(
        "varies",
        Kind::Flag,
        Need::Required,
        "Whether the right answers differ between variants at all.",
        "正しい解答がバリアントによって異なるかどうかです。",
    ),
    Key::new(
        "conclusion",
        Kind::Tables(CONCLUSION),
        Need::Default("[]"),
        "Each check of answers by itself.",
        "解答を見る判定ごとの結果です。",
    ),
];

const CONCLUSION: &[Key<'static>] = &[
    Key::new("check", Kind::String, Need::Required, "The check.", "判定です。"),
    Key::new("escapes", MANY, Need::Required, "Pairs in which it passed.", "合格した組の数です。"),
];

const LOW: Key<'static> = Key::new("low", ANY, Need::Optional, "The smallest value.", "最小値です。");
const MEDIAN: Key<'static> = Key::new("median", ANY, Need::Optional, "The median.", "中央値です。");
const HIGH: Key<'static> = Key::new("high", ANY, Need::Optional, "The largest value.", "最大値です。");
const SD: Key<'static> = Key::new("sd", ANY, Need::Optional, "The standard deviation.", "標準偏差です。");

const CEILING: &[Key<'static>] =
    &[Key::new("metric", Kind::String, Need::Required, "The metric.", "指標です。"), LOW, MEDIAN, HIGH, SD];

const CHECK: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "The check.", "判定です。"),
    Key::new(
        "figure",
        Kind::String,
        Need::Optional,
        "The figure on which it turns; none where the check looks at a word.",
        "合否を分ける値です。語を見る判定にはありません。",
    ),
    Key::new(
        "failures",
        MANY,
        Need::Required,
        "How often the reference failed it.",
        "模範解が不合格になった回数です。",
    ),
    Key::new("failures_at_most", SHARE, Need::Required, "Upper bound of that rate.", "その割合の上限です。"),
    Key::new("escapes", MANY, Need::Required, "How often a wrong solution escaped it.", "誤答例を見逃した回数です。"),
    Key::new(
        "escapes_at_most",
        SHARE,
        Need::Required,
        "Upper bound of the rate for the wrong solution that escapes most often.",
        "最も見逃しの多い誤答例についての、その割合の上限です。",
    ),
    Key::new("reference", Kind::Table(SPREAD), Need::Optional, "The reference's figure.", "模範解の値です。"),
    Key::new(
        "wrong",
        Kind::Tables(WRONG),
        Need::Default("[]"),
        "The figures of the wrong solutions that it must fail.",
        "不合格にすべき誤答例の値です。",
    ),
    Key::new(
        "margin",
        ANY,
        Need::Optional,
        "The gap between the reference's values and the nearest wrong value; below 0 they overlap.",
        "模範解の値と、最も近い誤答例の値との隔たりです。0未満なら重なっています。",
    ),
    Key::new(
        "suggests",
        Kind::List(&ANY),
        Need::Optional,
        "The middle of the gap, on each side on which there are wrong values.",
        "隔たりの中央の値です（誤答例の値がある側ごと）。",
    ),
];

const SPREAD: &[Key<'static>] = &[LOW, MEDIAN, HIGH, SD];

const WRONG: &[Key<'static>] = &[
    Key::new("mistake", Kind::String, Need::Required, "The wrong solution's folder.", "誤答例のフォルダーです。"),
    Key::new("escapes", MANY, Need::Required, "How often it escaped.", "見逃した回数です。"),
    LOW,
    MEDIAN,
    HIGH,
];

/// Writes `reliability.toml` and its picture beside an exercise; their paths within the course folder.
///
/// # Errors
/// The disk's.
pub fn write(course: &Path, reliability: &Reliability) -> Result<Vec<String>, Ending> {
    let id = reliability.exercise.split('@').next().unwrap_or_default();
    let files = [("toml", file(reliability, env!("CARGO_PKG_VERSION"))), ("svg", drawing::svg(reliability))];
    let mut written = Vec::new();
    for (end, text) in files {
        let path = format!("exercises/{id}/reliability.{end}");
        let shown = || course.join(&path).display().to_string();
        disk::write(course, &path, text.as_bytes()).map_err(|refused| Ending::Disk(refused.unwritten(&shown())))?;
        written.push(path);
    }
    Ok(written)
}

/// `reliability.toml`.
pub fn file(reliability: &Reliability, engine: &str) -> String {
    let Reliability { exercise, content, seeds, failures, .. } = reliability;
    let id = exercise.split('@').next().unwrap_or_default();
    let strays: usize = reliability.strays.iter().map(|(.., times)| times).sum();
    let mut out = format!(
        "# Written by `practicum author reliability {id}`: what the checks said over {seeds} draws. Not to be edited.\n\
         # `practicum author reliability {id}` が書いたものです。手で書き換えないでください。\n\n\
         exercise = \"{exercise}\"\ncontent = \"{content}\"\nengine = \"{engine}\"\nseeds = {seeds}\n\
         failures = {}\nfailures_at_most = {}\nescapes = {}\nstrays = {strays}\n",
        failures.times,
        short(failures.at_most),
        reliability.escapes(),
    );
    for (metric, values) in &reliability.ceilings {
        if let Some(spread) = written_spread(values) {
            out += &format!("\n[[ceiling]]\nmetric = \"{metric}\"\n{}\n", spread.replace(", ", "\n"));
        }
    }
    for check in &reliability.checks {
        out += &format!("\n[[check]]\nid = \"{}\"\n", check.id);
        if let Some(figure) = &check.figure {
            out += &format!("figure = \"{figure}\"\n");
        }
        out += &format!(
            "failures = {}\nfailures_at_most = {}\nescapes = {}\nescapes_at_most = {}\n",
            check.failures.times,
            short(check.failures.at_most),
            check.escapes(),
            short(check.escapes_at_most()),
        );
        if let Some(spread) = written_spread(&check.reference) {
            out += &format!("reference = {{ {spread} }}\n");
        }
        if let Some(gap) = &check.gap {
            out += &format!("margin = {}\n", short(gap.margin));
            let middles: Vec<String> = gap.suggests.iter().map(|x| short(*x)).collect();
            out += &format!("suggests = [{}]\n", middles.join(", "));
        }
        if !check.wrong.is_empty() {
            out += "wrong = [\n";
            for wrong in &check.wrong {
                let spread = spread(&wrong.figures).map_or_else(String::new, |[low, median, high, _]| {
                    format!(", low = {}, median = {}, high = {}", short(low), short(median), short(high))
                });
                out +=
                    &format!("  {{ mistake = \"{}\", escapes = {}{spread} }},\n", wrong.mistake, wrong.escapes.times);
            }
            out += "]\n";
        }
    }
    let Untouched { content, passes } = &reliability.untouched;
    out += &format!(
        "\n[untouched]\ncontent = \"{content}\"\npasses = {}\npasses_at_most = {}\n",
        passes.times,
        short(passes.at_most)
    );
    if let Some(Copied { variants, pairs, escapes, conclusions, varies }) = &reliability.copied {
        out += &format!(
            "\n[copied]\nvariants = {variants}\npairs = {pairs}\nescapes = {escapes}\nvaries = {varies}\nconclusion = [\n"
        );
        for (check, escapes) in conclusions {
            out += &format!("  {{ check = \"{check}\", escapes = {escapes} }},\n");
        }
        out += "]\n";
    }
    out
}

fn written_spread(values: &[f64]) -> Option<String> {
    let [low, median, high, sd] = spread(values)?;
    Some(format!("low = {}, median = {}, high = {}, sd = {}", short(low), short(median), short(high), short(sd)))
}

/// What the solutions that every exercise has came to.
fn automatic(written: &Written, section: &Section) -> Vec<Finding> {
    let id = &written.task.exercise.id;
    let again =
        text!("run `practicum author reliability {id}`", "`practicum author reliability {id}` を実行してください");
    let (Some(untouched), copied) = (section.maybe_table("untouched"), section.maybe_table("copied")) else {
        let found = Text::new(
            "not proved yet against the untouched starter and against copied answers",
            "手を加えない出発点と、写した解答については、まだ確かめていません",
        );
        return vec![Rule::Reliability.remark(Place::file(section.place.file.clone()), found, again)];
    };
    let mut findings = Vec::new();
    if written.starter().is_some_and(|starter| untouched.string("content") != starter.work.to_string()) {
        let found = Text::new("a proof of another starter", "出発点が、確かめたあとで変わっています");
        findings.push(Rule::Reliability.by(untouched.written("content").fault(Id::OtherVersion, found, again)));
    }
    let passes = untouched.whole("passes");
    if passes > 0 {
        findings.push(Rule::Reliability.broken(
            untouched.place_of("passes"),
            text!(
                "{passes} draws in which the untouched starter passes",
                "手を加えない出発点が合格する生成が{passes}件"
            ),
            Text::new("none: something left to decide in every draw", "0件（どの生成でも判断の余地があること）"),
        ));
    }
    let Some(copied) = copied else { return findings };
    let pairs = copied.whole("pairs").max(1);
    let mut judge = |place: Place, of: Text, escapes: i64, most: f64| {
        let (share, percent) = (100.0 * escapes as f64 / pairs as f64, 100.0 * most);
        if share <= percent {
            return;
        }
        let (en, ja) = (of.en, of.ja);
        let found = text!(
            "{en} copied from another variant pass in {share:.0}% of {pairs} pairs",
            "別のバリアントから写した{ja}が、{pairs}組の{share:.0}%で合格します"
        );
        if copied.flag("varies") {
            let expected = text!(
                "at most {percent:.0}%: right answers that lie further apart between variants, or narrower checks",
                "{percent:.0}%以下（正しい解答がバリアントによってもっと異なるようにするか、判定を厳しくする）"
            );
            findings.push(Rule::Reliability.broken(place, found, expected));
        } else {
            let expected = text!(
                "at most {percent:.0}%: the right answers are the same in every variant; a truth that differs between them, and answers of the solution that are computed ({{ sql = \"SELECT …\" }})",
                "{percent:.0}%以下。正しい解答がどのバリアントでも同じです。バリアントごとに真の値を変え、模範解の解答を計算式（{{ sql = \"SELECT …\" }}）で書いてください"
            );
            findings.push(Rule::Reliability.remark(place, found, expected));
        }
    };
    judge(copied.place_of("escapes"), Text::new("answers", "解答"), copied.whole("escapes"), TOGETHER);
    if copied.flag("varies") {
        for conclusion in copied.tables("conclusion") {
            let check = conclusion.string("check");
            let of = text!("answers to `{check}`", "`{check}`の解答");
            judge(conclusion.place_of("escapes"), of, conclusion.whole("escapes"), SINGLE);
        }
    }
    findings
}

/// What the file was called before.
pub const BEFORE: &str = "calibration.toml";

/// The rule that holds `reliability.toml` against its exercise.
pub fn rules(pack: &Pack, written: &Written) -> Vec<Finding> {
    let exercise = &written.task.exercise;
    let id = &exercise.id;
    let mut path = format!("exercises/{id}/reliability.toml");
    let again =
        text!("run `practicum author reliability {id}`", "`practicum author reliability {id}` を実行してください");
    let mut findings = Vec::new();
    let mut bytes = pack.bytes(&path);
    if bytes.is_none() {
        let before = format!("exercises/{id}/{BEFORE}");
        if let Some(old) = pack.bytes(&before) {
            let found = text!(
                "{BEFORE}, which is called reliability.toml now",
                "{BEFORE}（現在の名前は reliability.toml です）"
            );
            let expected = Text::new(
                "reliability.toml: `practicum author upgrade FOLDER` renames it in the course in FOLDER",
                "reliability.toml（`practicum author upgrade FOLDER` で、FOLDERのコースのファイル名を変えられます）",
            );
            findings.push(Rule::Reliability.remark(Place::file(before.clone()), found, expected));
            (path, bytes) = (before, Some(old));
        }
    }
    let Some(bytes) = bytes else {
        let found = Text::new("not proved over many draws yet", "多数の生成での確認がまだです");
        return vec![Rule::Reliability.remark(Place::file(path), found, again)];
    };
    let section = match keys::read(&path, &bytes, KEYS) {
        Ok(section) => section,
        Err(faults) => {
            findings.extend(faults.into_iter().map(|fault| Rule::Reliability.by(fault)));
            return findings;
        }
    };
    let of = section.written("exercise");
    let (found, expected) = (&of.value, exercise.reference());
    if *found != expected {
        let found =
            text!("a proof of {found}; the exercise is {expected}", "{found} についての結果です（演習は {expected}）");
        findings.push(Rule::Reliability.by(of.fault(Id::OtherVersion, found, again.clone())));
    } else if section.string("content") != written.proved_content().to_string() {
        let found = Text::new(
            "a proof of other data, draws, questions, checks or solutions",
            "データ・生成・問い・判定・解のいずれかが、多数の生成で確かめたあとで変わっています",
        );
        findings.push(Rule::Reliability.by(section.written("content").fault(Id::OtherVersion, found, again)));
    }
    for (key, en, ja) in [
        ("failures", "draws in which the reference fails", "模範解が不合格になる生成"),
        ("escapes", "escapes of wrong solutions", "誤答例の見逃し"),
    ] {
        let n = section.whole(key);
        if n > 0 {
            let expected = Text::new(
                "none: move the threshold, or enlarge the exam, until right and wrong no longer meet",
                "0件（正解と誤答の値が重ならないように、閾値を動かすか[exam]を大きくする）",
            );
            let place = section.place_of(key);
            findings.push(Rule::Reliability.broken(place, text!("{n} {en}", "{ja}が{n}件"), expected));
        }
    }
    findings.extend(automatic(written, &section));
    let (draws, usual) = (section.whole("seeds"), reliability::usual_seeds(written));
    if u64::try_from(draws).is_ok_and(|draws| draws < usual) {
        let percent = 100.0 * section.number("failures_at_most");
        let found = text!(
            "only {draws} draws: the reference may still fail in up to {percent:.0}% of all",
            "生成が{draws}回だけなので、模範解が不合格になる割合は最大{percent:.0}%までありえます"
        );
        let expected = text!(
            "{usual} draws: run `practicum author reliability {id}`",
            "{usual}回（`practicum author reliability {id}` を実行してください）"
        );
        let place = section.place_of("seeds");
        findings.push(Rule::Reliability.remark(place, found, expected));
    }
    findings
}
