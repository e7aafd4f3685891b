//! What people mistype in a plan or in answers, at an English and at a Japanese keyboard: each is told by line in the reader's
//! language, without the parser's words, and all at once.

use super::session::{Answer, Learner};

/// Without blanks and line breaks: where a line is wrapped is not what is asked here.
fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

impl Told {
    #[track_caller]
    fn ends(self, code: i32) -> Self {
        Self(self.0.ends(code))
    }

    #[track_caller]
    fn says(self, text: &str) -> Self {
        let told = dense(&format!("{}{}", self.0.out, self.0.err));
        assert!(told.contains(&dense(text)), "no {text:?} in\n{}\n{}", self.0.out, self.0.err);
        self
    }
}

/// What was told of what was handed in.
struct Told(Answer);

fn hands_in(learner: &Learner, file: &str, text: &str, lang: &str) -> Told {
    let file = format!("practicum/sepsis-alarm/{file}.toml");
    let before = learner.read(&file);
    learner.writes(&file, format!("exercise = \"sepsis-alarm@2\"\n{text}\n"));
    let answer = learner.types(&format!("run sepsis-alarm --lang {lang}"));
    learner.writes(&file, before);
    Told(answer)
}

#[test]
fn what_is_mistyped_is_told_by_line_in_the_readers_language() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    for (text, line, en, ja) in [
        ("[train]\nepochs ＝ 10", 3, "full-width `＝`", "半角の「=」"),
        ("［train］\nepochs = 10", 2, "full-width `［`", "半角の「[」"),
        ("[train]\nearly_stopping = ｛ patience = 3 ｝", 3, "full-width `｛`", "半角の「{」"),
        ("[features]\nuse = [\"age\"， \"lactate\"]", 3, "full-width `，`", "半角の「,」"),
        ("[model]\nkind = ＂logistic＂", 3, "`＂`", "半角の「\"」"),
        ("[train]\nepochs = 10 ＃ 十回", 3, "full-width `＃`", "半角の「#」"),
        ("[model]\nkind = “logistic”", 3, "`“`", "「“」"),
        ("[model]\nkind = ‘logistic’", 3, "`‘`", "「‘」"),
        ("[model]\nkind = 「logistic」", 3, "`「`", "「「」"),
        ("[model]\nkind = \"logistic”", 3, "ends with ”", "” で終わる"),
        ("[train]\nepochs　= 10", 3, "full-width space", "全角の空白"),
        ("[train]\nｅｐｏｃｈｓ = 10", 3, "full-width `ｅ`", "全角の「ｅ」"),
        ("[train\nepochs = 10", 2, "[train]", "閉じていない見出し"),
        ("[model]\nkind = \"logistic", 3, "not closed", "閉じていない文字列"),
        ("[features]\nuse = [\"age\"\n[train]\nepochs = 10", 3, "never closed", "閉じられていません"),
        ("[train]\nepochs: 10", 3, "epochs = 10", "epochs = 10"),
        ("[train]\nepochs 10", 3, "epochs = 10", "epochs = 10"),
        ("[train]\nepochs =", 3, "nothing after", "値がありません"),
        ("[train]\nepochs = 10\nepochs = 12", 4, "a second time", "2回あります"),
        ("[train]\nepochs = 10\n[train]\nbatch = 8", 4, "[train] a second time", "2回あります"),
        ("[model]\nkind = \"cnn\"\nbatch_norm = True", 4, "small letters", "小文字の true"),
        ("[model]\nkind = \"cnn\"\nbatch_norm = yes", 4, "small letters", "小文字の true"),
        ("[model]\nkind = logistic", 3, "\"logistic\"", "\"logistic\""),
        ("[cohort]\nwhere = \"C:\\Users\\me\"", 3, "a backslash", "\\ があります"),
        ("[cohort]\nwhere = \"site = \"regional\"\"", 3, "'single'", "一重の '"),
        ("[train]\nlearning_rate = 0,1", 3, "a point for decimals (0.1)", "小数点は「.」（0.1）"),
        ("[operate]\nthreshold = 10%", 3, "10 % is written 0.10", "10%は 0.10 と書きます"),
        ("[operate]\nthreshold = \"10%\"", 3, "10 % is written 0.10", "10%は 0.10 と書きます"),
        ("[operate]\nthreshold = 10", 3, "10 % is written 0.10", "10%は 0.10 と書きます"),
        ("[operate]\nthreshold = \"0.1\"", 3, "without quotation marks: 0.1", "引用符を付けずに 0.1"),
        ("// my plan", 2, "# before a comment", "# を書いてください"),
        ("[train]\nlearning rate = 0.1", 3, "learning_rate", "learning_rate"),
    ] {
        hands_in(&learner, "plan", text, "en").ends(2).says(&format!("plan.toml, line {line}")).says(en);
        let told = hands_in(&learner, "plan", text, "ja").ends(2).says(&format!("plan.toml {line}行目")).says(ja);
        for english in ["expected", "missing", "invalid", "unexpected", "duplicate", "unclosed"] {
            assert!(!told.0.err.contains(english), "{text}: the parser's own words\n{}", told.0.err);
        }
    }
}

#[test]
fn a_number_in_full_width_signs_is_taken_and_what_was_read_is_said() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    hands_in(&learner, "plan", "[operate]\nthreshold = ０．１", "en").ends(0).says("it was read as 0.1");
    hands_in(&learner, "plan", "[train]\nepochs = １0", "ja").ends(0).says("10 として読みました");
    hands_in(&learner, "answers", "missed = [１５，２５]", "en").ends(2).says("full-width `，`");
    hands_in(&learner, "answers", "missed = [１５, ２５]", "en").ends(0).says("read as 15").says("read as 25");
    // Out of its range is out of its range, however it is written.
    hands_in(&learner, "plan", "[train]\nepochs = －１", "en").ends(2).says("1 to 2000");
    // A share that is too large is no percentage that was mistyped.
    let told = hands_in(&learner, "plan", "[split]\nvalid = 0.95", "en").ends(2).says("0 to 0.9");
    assert!(!told.0.err.contains("is written"), "{}", told.0.err);
}

#[test]
fn a_number_where_an_interval_is_asked_for_is_answered_with_an_example() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    hands_in(&learner, "answers", "missed = 20", "en").ends(2).says("for example [15, 25]");
    hands_in(&learner, "answers", "missed = 20", "ja").ends(2).says("例：[15, 25]");
    hands_in(&learner, "answers", "missed = \"15-25\"", "en").ends(2).says("for example [");
}

#[test]
fn every_mistake_of_a_file_is_told_at_once() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let text =
        "[train]\nepochs: 10\nbatch 32\nloss = log\nlerning_rate = 0.1\n[operate]\nthreshold = 10%\ncalibrate = “plat”";
    let told = hands_in(&learner, "plan", text, "en").ends(2);
    for says in ["line 3", "line 4", "line 5", "nearest:  learning_rate", "line 8", "line 9", "nearest:  platt"] {
        assert!(told.0.err.contains(says), "{says}:\n{}", told.0.err);
    }
    // What could not be read is not called missing.
    assert!(!told.0.err.contains("found:    nothing"), "{}", told.0.err);
}

#[test]
fn columns_and_values_that_are_not_there_are_told_with_all_else() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let asks = "[cohort]\nwhere = \"site = 'reginal'\"\n[split]\nunit = \"pateint\"\ntest = \"agee > 40\"\n\
                [features]\nuse = [\"age\", \"CRP\"]\n[operate]\non = \"site = 'universty'\"\ncalibrate = \"platt\"\n";
    let names =
        ["nearest:  regional", "pateint", "agee", "\"CRP\"", "nearest:  crp", "line 10", "nearest:  university"];
    // Beside mistakes of the keys, and alone.
    for (more, said) in [("[train]\nlerning_rate = 0.1\n", Some("nearest:  learning_rate")), ("", None)] {
        let told = hands_in(&learner, "plan", &format!("{asks}{more}"), "en").ends(2);
        for says in names.into_iter().chain(said) {
            assert!(told.0.err.contains(says), "{says}:\n{}", told.0.err);
        }
    }
}

#[test]
fn one_table_where_a_list_of_them_is_meant_is_told_with_its_brackets() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let text = "[image]\nmask = { left = 1, top = 2, width = 3, height = 4 }\n";
    hands_in(&learner, "plan", text, "en").ends(2).says("a list of tables, [{ … }]").says("[{ height = …, left = …");
    hands_in(&learner, "plan", text, "ja").ends(2).says("表の並び [{ … }]");
}

#[test]
fn a_condition_with_a_sign_that_sql_does_not_have_is_told_with_the_one_it_has() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    for sign in ["=>", "≥", "≧"] {
        let text = format!("[cohort]\nwhere = \"age {sign} 40\"\n");
        hands_in(&learner, "plan", &text, "en").ends(2).says(&format!("`{sign}`")).says("`>=`");
    }
}

#[test]
fn a_file_without_measure_is_answered_in_measure() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let short = |answer: &Told| assert!(answer.0.err.len() < 20_000, "{} bytes were told", answer.0.err.len());
    let keys = (0..40_000).map(|n| format!("key_{n} = 1\n")).collect::<Vec<_>>().concat();
    let told = hands_in(&learner, "plan", &keys, "en").ends(2).says("39,980 more");
    short(&told);
    let told =
        hands_in(&learner, "plan", &format!("[features]\nuse = [{}]", "\"age\", ".repeat(100_000)), "en").ends(2);
    short(&told.says("\"age\" a second time").says("99,979 more"));
    let long = "x".repeat(900_000);
    short(&hands_in(&learner, "plan", &format!("[model]\nkind = \"{long}\""), "en").ends(2));
    short(&hands_in(&learner, "plan", &format!("{long} = 1"), "en").ends(2));
    short(&hands_in(&learner, "plan", &format!("[cohort]\nwhere = \"{long}\""), "en").ends(2));
    let told = hands_in(&learner, "plan", &"# a comment\n".repeat(200_000), "en").ends(2);
    short(&told.says("at most 1 MB"));
    hands_in(&learner, "plan", &format!("x = {}1{}", "[".repeat(50_000), "]".repeat(50_000)), "en")
        .ends(2)
        .says("nested too deep");
}

#[test]
fn nothing_in_a_plan_reaches_the_terminal_as_a_command() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    for text in ["\"\\u001b[2J\\u202Eevil\" = 1", "[model]\nkind = \"\\u001b]0;evil\\u0007\\r\\u0000\""] {
        let told = hands_in(&learner, "plan", text, "en").ends(2).says("\\u{");
        assert!(!told.0.err.contains(['\u{1b}', '\u{202e}', '\u{7}', '\r', '\0']), "{:?}", told.0.err);
    }
}

#[test]
fn a_training_beyond_the_budget_is_refused_before_it_begins() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let text = format!("[model]\nkind = \"mlp\"\nhidden = [{}]", "512, ".repeat(1000));
    let file = "practicum/sepsis-alarm/plan.toml";
    learner.writes(file, format!("exercise = \"sepsis-alarm@2\"\n{text}\n"));
    let answer = learner.types("run sepsis-alarm --json").ends(2).json();
    assert_eq!(answer["faults"][0]["key"], "model.hidden");
    assert_eq!(answer["faults"][0]["line"], 4);
    assert!(answer["faults"][0]["expected"]["en"].as_str().unwrap().contains("would fit"), "{answer}");
    learner.types("run sepsis-alarm --long").ends(2).says("also with --long");
    learner.types("check sepsis-alarm --long --lang ja").ends(2).says("--long を付けても");
}

#[test]
fn every_shipped_solution_is_far_within_the_budget() {
    use practicum::models::{Input, Sees, nature};
    use practicum::signal::Shape;
    use practicum::train::budget;
    let pack = super::session::shipped();
    for id in pack.exercises() {
        let task = pack.task(&id).unwrap();
        let plan = pack.submission(&practicum::models::VOCABULARY, &task.exercise, "solution").unwrap().plan;
        let rows = practicum::run::learners_rows(&task, 1, &|file| pack.dataset_file(&task.dataset.id, file)).unwrap();
        let input = match nature(&plan.model.string("kind")).0 {
            Sees::Columns => Input::Columns(3 * rows.width()),
            Sees::Picture | Sees::Series => {
                let signals =
                    practicum::run::learners_signals(&task, 1, &|file| pack.dataset_file(&task.dataset.id, file));
                let shape = signals.unwrap().unwrap().1.shape();
                let side = plan.image.resize.value;
                let resized = |shape| Shape::picture([Shape::channels(shape), side, side]);
                Input::Signal(if side == 0 { shape } else { resized(shape) })
            }
        };
        let n = rows.height();
        let bill = budget::bill(&plan, input, [n, n / 4, n], 2);
        let (operations, bytes) = (bill.operations / budget::OPERATIONS, bill.bytes / budget::BYTES);
        println!("{id}: {operations:.4} of the operations, {bytes:.4} of the memory");
        assert!(operations < 0.5 && bytes < 0.5, "{id}: {operations} of the operations, {bytes} of the memory");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    /// Whatever is done to a plan, it is read or answered in both languages.
    #[test]
    fn no_slip_of_the_hand_is_too_much(
        slips in proptest::collection::vec((0..500_usize, 0..SLIPS.len(), proptest::bool::ANY), 1..6)
    ) {
        let mut plan: Vec<char> = PLAN.chars().collect();
        for (at, slip, instead) in slips {
            let at = at % plan.len();
            let end = if instead { at + 1 } else { at };
            plan.splice(at..end, SLIPS[slip].chars());
        }
        let plan: String = plan.into_iter().collect();
        if let Err(faults) = practicum::course::plan::read(&practicum::models::VOCABULARY, &practicum::course::settings::Settings::default(), "plan.toml", plan.as_bytes()) {
            proptest::prop_assert!(!faults.is_empty());
            for fault in faults {
                for text in [&fault.found, &fault.expected] {
                    proptest::prop_assert!(!text.en.is_empty() && !text.ja.is_empty(), "{}: {:?}", plan, fault);
                }
            }
        }
    }
}

const PLAN: &str = r#"exercise = "sepsis-alarm@2"
# 計画
[cohort]
where = "site = 'regional'"
[features]
use = ["age", 'lactate']
[model]
kind = "mlp"
hidden = [32, 16]
[train]
epochs = 30
learning_rate = 0.01
early_stopping = { patience = 5 }
[[image.mask]]
left = 1
top = 2
width = 3
height = 4
"#;

const SLIPS: &[&str] = &[
    "", "=", ":", "\"", "'", "“", "”", "＝", "［", "０", "．", "\u{3000}", "[", "]", "{", "}", ",", ";", "%", "\n",
    "\r", "\t", "\\", "#", "＃", "\"\"\"", "'''", "True", "é", "語", "\0", "\u{202e}", "==", "[[", "]]", "-", "1",
    "e9", "_", ". ", "//",
];
