//! What is shown: within the width, in the reader's words, with the distance to the pass mark.

use unicode_width::UnicodeWidthStr;

use super::session::{Learner, solves_the_sepsis_alarm, starts_shift};

/// No line is wider than the terminal, but for a file's name or a command that must stay whole.
#[track_caller]
fn fits(out: &str, width: usize, what: &str) {
    for line in out.lines() {
        let indent = line.len() - line.trim_start().len();
        let whole = line.split_whitespace().count() <= 1 || line.trim_start().starts_with("practicum");
        assert!(
            line.width() <= width || (whole && indent < 12),
            "{what} at {width}: {} cells\n{line}\n\n{out}",
            line.width()
        );
    }
}

#[test]
fn nothing_is_wider_than_the_terminal_in_either_language() {
    for width in [40, 60, 80, 100] {
        let learner = Learner::new().with("COLUMNS", &width.to_string());
        learner.types("start sepsis-alarm").ends(0);
        for lang in ["en", "ja"] {
            for line in [
                "list",
                "courses",
                "look sepsis-alarm",
                "look sepsis-alarm --by site",
                "run sepsis-alarm",
                "check sepsis-alarm",
            ] {
                // A run takes seconds: looked at where its tables must break.
                if line.contains("run") && width != 80 || line.contains("check") && width > 60 {
                    continue;
                }
                let answer = learner.types(&format!("--lang {lang} {line}"));
                assert!(answer.code <= 1, "{line}: {}", answer.err);
                fits(&answer.out, width, line);
                fits(&answer.err, width, line);
            }
            let refused = learner.types(&format!("--lang {lang} look sepsis-alarm --by sit")).ends(2);
            fits(&refused.err, width, "a fault");
        }
    }
}

#[test]
fn a_measured_file_fits_too() {
    let learner = Learner::new();
    let rows: String = (0..240)
        .map(|i| format!("{},{},ward {}\n", u8::from(i % 3 == 0), f64::from(i * 37 % 100) / 100.0, i % 12))
        .collect::<Vec<_>>()
        .concat();
    learner.writes("p.csv", format!("died,risk,ward\n{rows}"));
    for width in [40, 60, 80, 100] {
        for lang in ["en", "ja"] {
            let line = format!(
                "--lang {lang} measure p.csv --label died --score risk --threshold 0.5 --group ward --resamples 40"
            );
            let mut command = learner.command(&line.split_whitespace().collect::<Vec<_>>());
            let out = command.env("COLUMNS", width.to_string()).output().unwrap();
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            fits(&String::from_utf8(out.stdout).unwrap(), width, &line);
        }
    }
}

#[test]
fn a_pass_mark_is_told_with_the_figure_and_the_distance() {
    let learner = Learner::new();
    learner.types(&starts_shift()).ends(0);
    let json = learner.types("check sepsis-alarm --json").ends(1).json();
    let check = |id: &str| json["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap().clone();
    // `useful`: at least nine tenths of what is attainable.
    let useful = check("useful");
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let (figure, low) = (number(&useful["mark"]["figure"]), number(&useful["mark"]["low"]));
    assert!((figure / low - number(&useful["figures"]["share"]) / 0.9).abs() < 1e-6, "{useful}");
    assert!(figure < low && useful["mark"]["high"].is_null());
    let written = |x: f64| if low > 1.0 { format!("{x:.0}") } else { format!("{x:.2}") };
    let (shown, limit) = (written(figure), written(low));
    let short = written(limit.parse::<f64>().unwrap() - shown.parse::<f64>().unwrap());
    learner
        .types("check sepsis-alarm")
        .ends(1)
        .says(&format!("Pass mark: at least {limit}. Here {shown}: {short} short."))
        .says("Pass mark: 0.70 to 1.40.");
    learner
        .types("check sepsis-alarm --lang ja")
        .says(&format!("合格線は{limit}以上です。今回は{shown}で、あと{short}足りません。"));
}

#[test]
fn what_a_learner_is_to_conclude_is_not_given_away() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    solves_the_sepsis_alarm(&learner);
    let json = learner.types("check sepsis-alarm --json").json();
    for check in json["checks"].as_array().unwrap() {
        let concluded = ["knows_the_missed", "knows_the_workload", "explains"].contains(&check["id"].as_str().unwrap());
        assert!(!concluded || check["verdict"] != "not_attempted", "{check}");
        assert_eq!(check["mark"].is_null(), concluded, "{check}");
    }
}

#[test]
fn a_table_of_patients_is_shown_with_meanings_and_a_summary_by_outcome() {
    let learner = Learner::new();
    let table = learner.types("look sepsis-alarm").ends(0);
    let table =
        table.says("systolic blood pressure (mmHg)").says("sepsis = 0").says("sepsis = 1").says("lactate missing");
    let table = table.says("without sepsis").says("with sepsis");
    let csv = learner.read("practicum/sepsis-alarm/data/develop.csv");
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|other| *other == name).unwrap();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let women = rows.iter().filter(|row| row[at("sex")] == "female").count();
    let mut ages: Vec<f64> = rows.iter().map(|row| row[at("age")].parse().unwrap()).collect();
    ages.sort_by(f64::total_cmp);
    let median = f64::midpoint(ages[(ages.len() - 1) / 2], ages[ages.len() / 2]);
    let line = |name: &str| table.out.lines().find(|line| line.trim_start().starts_with(name)).unwrap().to_owned();
    assert!(line("age, years").contains(&format!(" {median:.0} (")), "{}", line("age, years"));
    let share = 100.0 * women as f64 / rows.len() as f64;
    assert!(
        line("sex: female").replace(',', "").contains(&format!(" {women} ({share:.0}%)")),
        "{}",
        line("sex: female")
    );
    learner
        .types("look sepsis-alarm --lang ja")
        .ends(0)
        .says("収縮期血圧（mmHg）")
        .says("lactateの欠測")
        .says("敗血症あり");
    let json = learner.types("look sepsis-alarm --json").ends(0).json();
    assert_eq!(json["rows"], rows.len());
    learner.types("look sepsis-alarm --by sit").ends(2).says("site");
}

#[test]
fn the_tour_says_what_the_better_model_costs_in_the_figures_of_the_check_that_it_shows() {
    let learner = Learner::new();
    let tour = learner.types("tour").ends(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    learner.types("start first-look").ends(0);
    // The tour judges both plans on the same patients.
    let figures = || {
        let json = learner.types("check first-look --exam-seed 1 --json").json();
        ["missed", "needless"].map(|name| json["checks"][0]["figures"][name].as_f64().unwrap().round())
    };
    let before = figures();
    let solution = concat!(env!("CARGO_MANIFEST_DIR"), "/exercises/first-look/solution/plan.toml");
    learner.writes("practicum/first-look/plan.toml", std::fs::read(solution).unwrap());
    let after = figures();
    assert!(before[0] > after[0] && before[1] < after[1]);
    for [missed, needless] in [before, after] {
        assert!(tour.contains(&format!("{missed} are missed; {needless} are examined needlessly")), "{tour}");
    }
    assert!(tour.contains(&format!("missed fall from {} to {}", before[0], after[0])), "{tour}");
    assert!(tour.contains(&format!("needlessly rise from {} to {}", before[1], after[1])), "{tour}");
}

/// Some of them, so that a list that is read wrongly is noticed.
const KNOWN: &[&str] = &[
    "",
    "tour",
    "list",
    "start",
    "look",
    "run",
    "check",
    "measure",
    "courses",
    "author",
    "author new",
    "author validate",
    "author reliability",
    "author preview",
    "author reference",
    "author gallery",
    "author upgrade",
    "class variants",
    "completions",
];

/// Every command, and every command of a command, as its own help lists them.
fn commands((lang, title): (&str, &str)) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut n = 0;
    while n < found.len() {
        let help = Learner::new().types(&format!("{} --help --lang {lang}", found[n])).ends(0).out;
        let listed = help.lines().skip_while(|line| *line != title).skip(1).take_while(|line| !line.is_empty());
        // A line that goes on stands further in.
        let names =
            listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty()));
        let below: Vec<String> = names.map(|name| format!("{} {name}", found[n]).trim().to_owned()).collect();
        found.extend(below);
        n += 1;
    }
    found
}

#[test]
fn the_help_of_every_command_is_in_the_readers_words_and_fits() {
    let commands = commands(("en", "Commands"));
    assert_eq!(commands, self::commands(("ja", "コマンド")), "one order in both languages");
    for known in KNOWN {
        assert!(commands.iter().any(|command| command == known), "{known:?} among {commands:?}");
    }
    for command in &commands {
        let help = |lang: &str, width: usize| {
            let learner = Learner::new().with("COLUMNS", &width.to_string());
            let help = learner.types(&format!("{command} --help --lang {lang}")).ends(0).out;
            fits(&help, width, &format!("{command} --help, {lang}"));
            help
        };
        for width in [40, 60, 80] {
            help("en", width);
            help("ja", width);
        }
        let (english, japanese) = (help("en", 100), help("ja", 100));
        assert!(english.contains(format!("Usage: practicum {command}").trim_end()), "{english}");
        assert!(japanese.contains(format!("使い方：practicum {command}").trim_end()), "{japanese}");
        let texts: Vec<&str> = english
            .lines()
            .filter_map(|line| Some(line.trim().split_once("  ")?.1.trim()))
            .filter(|text| text.contains(' ') && !text.contains("practicum"))
            .collect();
        assert!(texts.len() >= 3, "{english}");
        for text in texts {
            assert!(!japanese.contains(text), "{command}: {text}");
        }
    }
}

#[test]
fn a_mistyped_command_line_is_explained_in_both_languages_and_as_a_document() {
    let learner = Learner::new();
    for (line, place, en, ja) in [
        ("chek sepsis-alarm", "practicum", "nearest:  check", "もしかして：check"),
        ("check sepsis-alarm --sed 3", "--sed", "nearest:  --seed", "もしかして：--seed"),
        ("check sepsis-alarm --seed x", "--seed", "a whole number", "整数"),
        ("check sepsis-alarm --seed", "--seed", "no value after --seed", "--seed の後に値がありません"),
        ("check sepsis-alarm now", "practicum check", "one word too many", "余分な語"),
        ("check", "practicum check", "no exercise is named", "演習の名前がなく"),
        ("check sepsis-alarm --json --json", "--json", "more than once", "2回以上"),
        ("author validate --jobs 70", "--jobs", "a whole number from 1 to 64", "1以上64以下の整数"),
        ("measure p.csv --threshold ten", "--threshold", "a number, such as 0.1", "数（例：0.1）"),
        ("measure p.csv --task segmentatoin", "--task", "nearest:  segmentation", "もしかして：segmentation"),
    ] {
        learner.types(line).ends(2).says(&format!("✘ {place}\n")).says(en).says("Nothing was run");
        learner.types(&format!("{line} --lang ja")).ends(2).says(&format!("✘ {place}\n")).says(ja);
    }
    let json = learner.types("check sepsis-alarm --json --sed 3").ends(2).json();
    assert_eq!((&json["verdict"], &json["faults"][0]["nearest"]), (&"invalid".into(), &"--seed".into()), "{json}");
    assert_eq!(json["command"], "check");
}

#[test]
fn what_is_typed_cannot_command_the_terminal() {
    let learner = Learner::new();
    for line in [
        &["check", "a\u{1b}[31mb"][..],
        &["check", "sepsis-alarm", "--\u{1b}[2Jx"],
        &["chec\u{1b}[31mk"],
        &["check", "sepsis-alarm", "--seed", "1\u{1b}[31m"],
        &["look", "sepsis-alarm", "--by", "\u{202e}site"],
        &["measure", "\u{1b}]0;title\u{7}.csv"],
    ] {
        let output = learner.command(line).output().unwrap();
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!told.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{line:?}: {told:?}");
        assert!(told.contains("\\u{"), "{line:?}: {told:?}");
    }
}

#[test]
fn a_file_of_another_kind_is_named_as_what_it_is_and_equal_faults_are_told_once() {
    let learner = Learner::new();
    let table = |separator: &str, risk: &dyn Fn(usize) -> String| -> String {
        let rows = (0..60).map(|i| format!("{}{separator}{}\n", i % 2, risk(i))).collect::<Vec<_>>().concat();
        format!("died{separator}risk\n{rows}")
    };
    let plain = table(",", &|i| format!("0.{:02}", i * 37 % 100));
    let sixteen = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for (file, bytes, en, ja) in [
        ("a.csv", [&b"\xff\xfe"[..], &sixteen(&plain)].concat(), "UTF-16", "UTF-16"),
        ("b.csv", sixteen(&plain.replace("died", "死亡")), "UTF-16", "UTF-16"),
        ("c.xlsx", b"PK\x03\x04 [Content_Types].xml xl/workbook.xml".to_vec(), "Excel workbook (.xlsx)", "Excelブック"),
        ("d.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec(), "gzip archive (.gz)", "gzip"),
        ("e.feather", b"ARROW1\0\0\0\0\0\0".to_vec(), "Feather (Arrow)", "Feather"),
        ("f.csv", plain.replace(',', ";").into_bytes(), "separated by semicolons", "セミコロン"),
        ("g.tsv", plain.replace(',', "\t").into_bytes(), "separated by tabs", "タブ"),
    ] {
        learner.writes(file, bytes);
        let line = format!("measure {file} --label died --score risk");
        learner.types(&line).ends(2).says(&format!("✘ {file}")).says(en);
        let told = learner.types(&format!("{line} --lang ja")).ends(2).says(ja);
        assert!(!told.err.contains("CP932") && told.err.matches('✘').count() == 1, "{}", told.err);
    }
    let faulty = table(",", &|i| if i % 3 == 0 { "n.d.".to_owned() } else { "0.5".to_owned() });
    learner.writes("h.csv", faulty);
    let told = learner.types("measure h.csv --label died --score risk").ends(2);
    let told = told.says("✘ h.csv, line 2, risk").says("\"n.d.\", in 20 rows (lines 2, 5, 8, 11, 14, …)");
    assert_eq!(told.err.matches('✘').count(), 1, "{}", told.err);
    learner.types("measure h.csv --label died --score risk --lang ja").ends(2).says("（20行：2, 5, 8, 11, 14, …行目）");
}

#[test]
fn rows_of_pictures_and_columns_of_figures_are_named_in_the_readers_words() {
    let learner = Learner::new();
    let japanese = learner.types("look pneumonia-films --lang ja").ends(0);
    japanese.says("site = clinic, pneumonia = 0：健診クリニック、肺炎なし").says("救急病院、肺炎あり");
    learner.types("look pneumonia-films --by site").ends(0).says("site = emergency: emergency hospital");
    learner.types(&starts_shift()).ends(0);
    let english = learner.types("run sepsis-alarm").ends(0);
    english.says("regional hospital").says("university hospital").says("site = regional");
    learner.types("check sepsis-alarm --lang ja").says("判定用の患者").says("同じ患者が大学病院なら");
    learner.types("list --lang ja").says("診療・短期集中コース");
}
