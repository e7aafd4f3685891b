//! The commands as a learner meets them.

use super::session::{Learner, solves_the_sepsis_alarm};

#[test]
fn a_learners_path_from_start_to_passed() {
    let learner = Learner::new();
    learner.types("list").ends(0).says("sepsis-alarm").says("practicum start");
    learner.types("start sepsis-alarm").ends(0).says("practicum/sepsis-alarm/plan.toml");
    for file in ["brief.en.md", "brief.ja.md", "plan.toml", "answers.toml", "data/develop.csv", "data/columns.md"] {
        assert!(learner.path(&format!("practicum/sepsis-alarm/{file}")).is_file(), "{file}");
    }
    learner.types("run sepsis-alarm").ends(0).says("observed/expected").says("missed per 1,000");
    let first = learner.types("check sepsis-alarm").ends(1).says("Next:").says("points");
    assert!(first.out.contains('✘') && first.out.contains("not answered yet"));
    solves_the_sepsis_alarm(&learner);
    // What it was about is told to who has passed, and to nobody before.
    assert!(!learner.path("practicum/sepsis-alarm/debrief.en.md").exists());
    let last = learner.types("check sepsis-alarm").ends(0).says("8 of 8 points").says("debrief.en.md");
    assert!(learner.read("practicum/sepsis-alarm/debrief.en.md").contains("Davis"));
    assert!(learner.path("practicum/sepsis-alarm/debrief.ja.md").is_file());
    assert!(!last.out.contains('✘') && !last.out.contains("Next:"));
}

#[test]
fn the_learners_files_are_never_overwritten() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    learner.writes("practicum/sepsis-alarm/plan.toml", "# mine\nexercise = \"sepsis-alarm@2\"\n");
    learner.writes("practicum/sepsis-alarm/answers.toml", "# mine too\n");
    for command in ["start sepsis-alarm", "run sepsis-alarm", "check sepsis-alarm", "tour"] {
        learner.types(command);
        assert!(learner.read("practicum/sepsis-alarm/plan.toml").starts_with("# mine\n"), "{command}");
        assert_eq!(learner.read("practicum/sepsis-alarm/answers.toml"), "# mine too\n", "{command}");
    }
    learner.types("start sepsis-alarm").says("left as it is");
}

#[test]
fn the_tour_shows_a_failed_and_a_passed_check_and_stays_in_its_folder() {
    let learner = Learner::new();
    let tour = learner.types("tour").ends(0);
    let (before, after) = tour.out.split_once("\n4  ").unwrap();
    assert!(before.contains('✘') && !after.contains('✘'), "{}", tour.out);
    assert!(after.contains("+ [operate] threshold = "));
    let made: Vec<_> = std::fs::read_dir(learner.path(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(made, ["practicum"]);
    let japanese = learner.types("tour --lang ja").ends(0);
    assert!(japanese.out.contains("次はあなたの番です"));
}

#[test]
fn where_nothing_is_asked_nobody_is_sent_to_write_answers() {
    let learner = Learner::new();
    learner.types("start first-look").ends(0);
    for (lang, next) in [("en", "Next: practicum check"), ("ja", "次に：practicum check")] {
        let run = learner.types(&format!("run first-look --lang {lang}")).ends(0);
        let told = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(next) && !told.contains("answers.toml"), "{told}");
    }
    learner.types("start sepsis-alarm").ends(0);
    learner.types("run sepsis-alarm").ends(0).says("answers.toml");
}

#[test]
fn json_holds_the_same_in_both_languages() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let json = learner.types("check sepsis-alarm --json").ends(1).json();
    assert_eq!(json["schema"], "practicum.result/1");
    assert_eq!((json["verdict"].as_str(), json["exercise"].as_str()), (Some("failed"), Some("sepsis-alarm@2")));
    assert_eq!(json, learner.types("check sepsis-alarm --json --lang ja").json());
    for check in json["checks"].as_array().unwrap() {
        for lang in ["en", "ja"] {
            assert!(check["sentence"][lang].as_str().unwrap().len() > 10);
        }
    }
    for line in json["metrics"].as_array().unwrap() {
        assert_ne!(
            line["value"].is_null(),
            line["undefined_because"].is_null(),
            "a figure or the reason for none: {line}"
        );
    }
    assert_eq!(
        json["checks"].as_array().unwrap().iter().filter(|check| check["verdict"] == "not_attempted").count(),
        3
    );
}

#[test]
fn colour_is_for_terminals_and_no_color_is_respected() {
    let learner = Learner::new();
    let plain = learner.types("list");
    assert!(!plain.out.contains('\u{1b}'), "no terminal, no colour");
    let asked = Learner::new().with("CLICOLOR_FORCE", "1").types("list");
    assert!(asked.out.contains('\u{1b}'));
    let refused = Learner::new().with("NO_COLOR", "1").types("list");
    assert!(!refused.out.contains('\u{1b}'));
}

#[test]
fn nothing_but_the_result_is_printed_where_there_is_no_terminal() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let answer = learner.types("check sepsis-alarm --json");
    assert_eq!(answer.err, "", "a progress bar is for terminals");
}

#[test]
fn a_plan_with_a_byte_order_mark_and_windows_line_ends_is_read() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let plan = learner.read("practicum/sepsis-alarm/plan.toml").replace('\n', "\r\n");
    learner.writes("practicum/sepsis-alarm/plan.toml", format!("\u{feff}{plan}"));
    learner.types("run sepsis-alarm").ends(0);
}

#[test]
fn vector_instructions_can_be_forced_where_the_machine_has_them() {
    Learner::new().types("list --kernel mmx").ends(2).says("--kernel").says("scalar");
    Learner::new().types("list --kernel scalar").ends(0);
}

#[test]
fn a_word_of_the_field_is_told_in_either_language_and_a_misspelt_one_with_the_nearest() {
    let learner = Learner::new();
    learner.types("glossary ppv").ends(0).says("PPV").says("alerts that are right");
    learner.types("glossary 陽性的中率 --lang ja").ends(0).says("警報のうち");
    learner.types("glossary senstivity").ends(2).says("sensitivity");
    let json = learner.types("glossary --json").ends(0).json();
    let terms = json["terms"].as_array().unwrap();
    let ppv = terms.iter().find(|term| term["term"] == "ppv").unwrap();
    assert_eq!((&ppv["metric"], &ppv["name"]["ja"]), (&"ppv".into(), &"陽性的中率".into()));
    assert!(terms.len() >= 40, "{}", terms.len());
}
