//! Answers of several parts: items that are put in order, and small tables of numbers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use practicum::course::answers::{self, Answer};
use practicum::course::exercise::{self, Exercise};

use super::data::course_with_a_world;
use super::session::Learner;

const TEXT: &str = "{ en = \"a\", ja = \"あ\" }";

/// What comes first hangs on the variant's world; how many there are stands in the learner's rows.
fn asking() -> String {
    let said = "pass = { en = \"yes\", ja = \"はい\" }\nfail = { en = \"no\", ja = \"いいえ\" }";
    let item = |id: &str, en: &str, ja: &str| format!("id = \"{id}\", text = {{ en = \"{en}\", ja = \"{ja}\" }}");
    format!(
        "asks = [\"answers\"]\n\
         [[question]]\nid = \"ranking\"\nkind = \"order\"\nprompt = {TEXT}\nchoice = [\n{{ {} }},\n\
         {{ {}, against = {{ en = \"Look at its share.\", ja = \"割合を見てください。\" }} }},\n{{ {} }},\n]\n\
         [[question]]\nid = \"harms\"\nkind = \"table\"\nprompt = {TEXT}\nunit = \"patients\"\nmax = 1000\n\
         row = [{{ id = \"all\", title = {{ en = \"Everybody\", ja = \"全員\" }} }}, {{ id = \"ill\", title = {{ en = \"The ill\", ja = \"患者\" }} }}]\n\
         column = [{{ id = \"seen\", title = {{ en = \"seen\", ja = \"診察\" }} }}, {{ id = \"rate\", title = {{ en = \"rate\", ja = \"割合\" }}, unit = \"%\", max = 100 }}]\n\
         [[check]]\nid = \"ranks\"\nshows = \"SELECT (CASE WHEN ranking_a > ranking_b THEN 1 ELSE 0 END) + (CASE WHEN ranking_b > ranking_c THEN 1 ELSE 0 END) + (CASE WHEN ranking_a > ranking_c THEN 1 ELSE 0 END) AS swapped, CASE WHEN base_risk > 0 THEN 1 ELSE 9 END AS right_a, 2 AS right_b, CASE WHEN base_risk > 0 THEN 3 ELSE 0 END AS right_c FROM answers CROSS JOIN world\"\n\
         passes = \"swapped = CASE WHEN right_a = 1 THEN 0 ELSE 3 END\"\nasks = {{ figure = \"right\" }}\ntitle = {TEXT}\n{said}\nhint = {TEXT}\n\
         [[check]]\nid = \"counts\"\nshows = \"SELECT abs(harms_all_seen - (SELECT count(*) FROM develop)) + abs(harms_ill_seen - (SELECT sum(ill) FROM develop)) + abs(harms_all_rate - 100) AS off, harms_ill_rate FROM answers\"\n\
         passes = \"off < 0.5 AND harms_ill_rate >= 0\"\nfigure = \"off\"\ntitle = {TEXT}\n{said}\nhint = {TEXT}\n",
        item("a", "Crp", "炎症"),
        item("b", "Age", "年齢"),
        item("c", "Sex", "性別"),
    )
}

fn course() -> Learner {
    let learner = Learner::new();
    course_with_a_world(&learner, &asking());
    std::fs::remove_file(learner.path("c/exercises/ward/starter/plan.toml")).unwrap();
    learner
}

/// The exercise of that course.
fn read() -> Exercise {
    let learner = course();
    exercise::read("exercise.toml", learner.read("c/exercises/ward/exercise.toml").as_bytes()).unwrap()
}

fn answers(learner: &Learner, text: &str) {
    learner.writes("practicum/ward/answers.toml", format!("exercise = \"ward@1\"\n{text}"));
}

#[test]
fn an_order_and_a_table_are_judged_and_a_wrong_order_is_told_in_words() {
    let learner = course();
    learner.types("start ward --course c --variant v1").ends(0);
    let asked = learner.read("practicum/ward/questions.en.md");
    assert!(asked.contains("`ranking = [\"a\", \"b\", \"c\"]`") && asked.contains("  - `\"a\"`: Crp"), "{asked}");
    assert!(asked.contains("`harms = { all = { seen = …, rate = … }, ill = { seen = …, rate = … } }`"), "{asked}");
    assert!(asked.contains("`rate`: rate (%)") && asked.contains("`seen`: seen (patients)"), "{asked}");
    let schema: serde_json::Value = serde_json::from_str(&learner.read("practicum/ward/.schema/answers.json")).unwrap();
    assert_eq!(schema["properties"]["ranking"]["items"]["enum"][1], "b");
    assert_eq!(schema["properties"]["harms"]["properties"]["ill"]["properties"]["rate"]["maximum"], 100.0);
    let rows = learner.read("practicum/ward/data/develop.csv");
    let ill = rows.lines().skip(1).filter(|line| line.ends_with(",1") || line.ends_with(",1.0")).count();
    let table = |seen: usize| {
        format!("harms = {{ all = {{ seen = 300, rate = 100 }}, ill = {{ seen = {seen}, rate = 1.5 }} }}\n")
    };
    let judged = |text: &str| {
        answers(&learner, text);
        let json = learner.types("check ward --json").json();
        let checks = json["checks"].as_array().unwrap();
        let of = |id: &str| checks.iter().find(|check| check["id"] == id).unwrap().clone();
        (of("ranks"), of("counts"), json.clone())
    };
    // Nothing is answered yet, and a table with an empty cell is no answer.
    let (ranks, counts, json) = judged("ranking = []\nharms = { all = { seen = 3 } }\n");
    assert_eq!((&ranks["verdict"], &counts["verdict"]), (&"not_attempted".into(), &"not_attempted".into()), "{json}");
    assert!(json.to_string().contains("empty: all.rate, ill.seen, ill.rate"), "{json}");
    // b in the middle is right in every variant: at the top it is the one that is spoken against.
    let (ranks, counts, _) = judged(&format!("ranking = [\"b\", \"a\", \"c\"]\n{}", table(ill + 1)));
    assert_eq!((&ranks["verdict"], &counts["verdict"]), (&"failed".into(), &"failed".into()));
    assert_eq!(ranks["sentence"]["en"], "“Age” stands too high. Look at its share.");
    assert_eq!(ranks["sentence"]["ja"], "「年齢」の順位が高すぎます。割合を見てください。");
    assert!(ranks["figures"].as_object().is_none_or(serde_json::Map::is_empty), "{ranks}");
    // Another start has all its tries.
    std::fs::remove_dir_all(learner.path("practicum")).unwrap();
    learner.types("start ward --course c --variant v1").ends(0);
    let right = |order: &str| judged(&format!("ranking = {order}\n{}", table(ill)));
    let (up, down) = (right("[\"a\", \"b\", \"c\"]"), right("[\"c\", \"b\", \"a\"]"));
    assert_eq!(up.1["verdict"], "passed", "{}", up.2);
    let (passed, failed) = if up.0["verdict"] == "passed" { (up, down) } else { (down, up) };
    assert_eq!((&passed.0["verdict"], &passed.2["verdict"]), (&"passed".into(), &"passed".into()), "{}", passed.2);
    assert_eq!(failed.0["verdict"], "failed");
}

#[test]
fn where_nobody_speaks_against_an_item_neighbours_are_counted() {
    let learner = course();
    let file = "c/exercises/ward/exercise.toml";
    let exercise = learner.read(file);
    let against = ", against = { en = \"Look at its share.\", ja = \"割合を見てください。\" }";
    assert!(exercise.contains(against));
    learner.writes(file, exercise.replace(against, ""));
    learner.types("start ward --course c --variant v1").ends(0);
    answers(&learner, "ranking = [\"b\", \"a\", \"c\"]\n");
    let one = learner.types("check ward --json").json()["checks"][0]["sentence"]["en"].clone();
    assert!(
        ["One pair of neighbours stands in the wrong order.", "Two pairs of neighbours stand in the wrong order."]
            .contains(&one.as_str().unwrap()),
        "{one}"
    );
    assert!(!one.as_str().unwrap().contains(char::is_numeric));
}

#[test]
fn what_cannot_be_read_is_told_at_its_place_and_costs_no_try() {
    let exercise = read();
    for (written, key, found, expected) in [
        ("ranking = [\"b\", \"a\"]", "ranking", "2 of 3; missing: \"c\"", "all 3, first to last"),
        ("ranking = [\"b\", \"a\", \"b\"]", "ranking", "\"b\" a second time", "missing: \"c\""),
        ("ranking = [\"b\", \"a\", \"c\", \"c\"]", "ranking", "\"c\" a second time", "each of the 3 once"),
        ("ranking = [\"b\", \"a\", \"d\"]", "ranking", "\"d\"", "one of \"a\", \"b\", \"c\""),
        ("ranking = \"b\"", "ranking", "\"b\"", "a list"),
        ("harms = { all = { seen = -1 } }", "harms.all.seen", "-1", "from 0 to 1000 (patients)"),
        ("harms = { all = { rate = 101 } }", "harms.all.rate", "101", "from 0 to 100 (%)"),
        ("harms = { all = { seeen = 1 } }", "harms.all.seeen", "seeen", "one of seen, rate"),
        ("harms = { everybody = { seen = 1 } }", "harms.everybody", "everybody", "one of all, ill"),
        ("harms = { all = { seen = \"many\" } }", "harms.all.seen", "many", "a number"),
        ("harms = 3", "harms", "3", "keys among all, ill"),
    ] {
        let faults = answers::read("answers.toml", format!("\n{written}\n").as_bytes(), &exercise).unwrap_err();
        let fault = &faults[0];
        assert_eq!((fault.place.key.as_deref(), fault.place.line), (Some(key), Some(2)), "{written}: {faults:?}");
        assert!(fault.found.en.contains(found) && fault.expected.en.contains(expected), "{written}: {faults:?}");
    }
    let near =
        |written: &str| answers::read("answers.toml", written.as_bytes(), &exercise).unwrap_err()[0].nearest.clone();
    assert_eq!(near("harms = { all = { seeen = 1 } }\n").as_deref(), Some("seen"));
    // Full-width digits are taken as in other answers.
    let written =
        "harms = { all = { seen = ３, rate = 2.5 }, ill = { seen = 0, rate = 0 } }\nranking = [\"c\", \"a\", \"b\"]\n";
    let (read, unjudged, assumed) = answers::read("answers.toml", written.as_bytes(), &exercise).unwrap();
    let Answer::Table(cells) = &read["harms"] else { panic!("{read:?}") };
    assert_eq!(cells.values().copied().collect::<Vec<_>>(), [2.5, 3.0, 0.0, 0.0]);
    assert_eq!((assumed.len(), unjudged.begun.len()), (1, 0));
    assert_eq!(read["ranking"], Answer::Order(["c", "a", "b"].map(str::to_owned).to_vec()));
    let learner = course();
    learner.types("start ward --course c --variant v1").ends(0);
    answers(&learner, "ranking = [\"a\", \"b\"]\n");
    learner.types("check ward").ends(2).says("missing: \"c\"");
    assert!(!learner.path("practicum/ward/results/1").exists(), "nothing was judged");
}

#[test]
fn what_an_author_writes_wrongly_is_told() {
    let learner = course();
    let exercise = learner.read("c/exercises/ward/exercise.toml");
    for (from, to, told) in [
        ("id = \"c\", text", "id = \"a\", text", "a second time"),
        ("{ id = \"ill\", title", "{ id = \"all\", title", "a second time"),
        ("column = [", "columns = [", "column"),
        ("asks = { figure = \"right\" }", "asks = { figure = \"wright\" }", "figure = \"wright\""),
        ("harms_ill_rate FROM", "harms_ill_rat FROM", "harms_ill_rat"),
        ("kind = \"order\"", "kind = \"order\"\nwhen = \"before\"", "range or choice"),
        ("kind = \"table\"", "kind = \"table\"\nwhen = \"before\"", "range or choice"),
        ("kind = \"table\"", "kind = \"number\"\nmax_width = 3", "max_width of a number"),
    ] {
        assert!(exercise.contains(from), "{from}");
        learner.writes("c/exercises/ward/exercise.toml", exercise.replacen(from, to, 1));
        learner.types("start ward --course c").ends(4).says(told);
    }
    // A row and a column whose names run together are one column of `answers`.
    let together = exercise.replacen("{ id = \"ill\", title", "{ id = \"all_seen\", title", 1).replacen(
        "{ id = \"rate\", title",
        "{ id = \"seen_seen\", title",
        1,
    );
    learner.writes("c/exercises/ward/exercise.toml", together);
    learner.types("start ward --course c").ends(4).says("harms_all_seen_seen");
}

#[test]
fn a_solution_computes_them_and_ties_are_a_fault() {
    let learner = course();
    let solution = |order: &str| {
        learner.writes(
            "c/exercises/ward/solution/answers.toml",
            format!(
                "exercise = \"ward@1\"\nranking = {{ sql = \"{order}\" }}\n\
                 harms = {{ sql = \"SELECT count(*) AS harms_all_seen, 100 AS harms_all_rate, sum(ill) AS harms_ill_seen, 1.5 AS harms_ill_rate FROM develop\" }}\n"
            ),
        );
        learner.types("author validate ward --course c --json").json().to_string()
    };
    let right = "SELECT CASE WHEN base_risk > 0 THEN -1 ELSE 7 END AS a, 0.5 AS b, CASE WHEN base_risk > 0 THEN 7 ELSE -1 END AS c FROM world";
    let json = solution(right);
    assert!(!json.contains("\"reference\"") && !json.contains("solution/answers.toml"), "{json}");
    let json = solution("SELECT 1 AS a, 1 AS b, 2 AS c FROM world");
    assert!(json.contains("a place of its own for each of a, b, c"), "{json}");
    // Nobody but the author may have them computed.
    learner.types("start ward --course c --variant v1").ends(0);
    answers(&learner, "harms = { sql = \"SELECT 1 AS x\" }\n");
    let told = learner.types("check ward --json").ends(2).json();
    assert_eq!(told["faults"].as_array().map(Vec::len), Some(1), "{told}");
}

/// A page of the workbench, asked for or sent a form.
fn page(port: &str, key: &str, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port.parse().unwrap())).unwrap();
    let (host, n) = (format!("127.0.0.1:{port}"), body.len());
    let request = format!(
        "{head} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: practicum-{port}={key}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {n}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_form_asks_for_places_and_cells_and_writes_them() {
    let learner = course();
    learner.types("start ward --course c --variant v1").ends(0);
    let mut child = learner
        .command(&["open", "--no-browser", "--course", "c"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (address, key) = line.trim().split_once("?key=").unwrap();
    let port = address.split(':').nth(2).unwrap().split('/').next().unwrap().to_owned();
    let sends = |body: &str| page(&port, key, "POST /x/ward/answers", body);
    let shown = page(&port, key, "GET /x/ward/conclude", "");
    let sent = [
        sends(
            "ranking%3Aa=2&ranking%3Ab=1&ranking%3Ac=3&harms%3Aall%3Aseen=%EF%BC%93&harms%3Aall%3Arate=&harms%3Aill%3Aseen=",
        ),
        sends("ranking%3Aa=2&ranking%3Ab=2&ranking%3Ac=3"),
        sends("ranking%3Aa=2&ranking%3Ab=&ranking%3Ac=3&harms%3Aall%3Aseen=9"),
        sends("harms%3Aall%3Aseen=many"),
    ];
    let kept = learner.read("practicum/ward/answers.toml");
    let emptied = sends("ranking%3Aa=&ranking%3Ab=&ranking%3Ac=&harms%3Aall%3Aseen=");
    let left = learner.read("practicum/ward/answers.toml");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(shown.contains("<label for=\"ranking-b\">Age</label>") && shown.contains("name=\"ranking:b\""), "{shown}");
    assert!(
        shown.contains("aria-label=\"The ill, rate (%)\"") && shown.contains("<th scope=\"row\">The ill</th>"),
        "{shown}"
    );
    assert!(sent[0].contains("empty: Everybody, rate (%); The ill, seen (patients); The ill, rate (%)"), "{}", sent[0]);
    assert!(sent[0].contains("<option value=\"1\" selected>1</option>"), "{}", sent[0]);
    assert!(sent[1].contains("“Crp” and “Age” both in place 2"), "{}", sent[1]);
    assert!(sent[2].contains("no place for “Age”"), "{}", sent[2]);
    assert!(sent[3].contains("from 0 to 1000 (patients)") && sent[3].contains("aria-invalid=\"true\""), "{}", sent[3]);
    // What was wrong wrote nothing.
    assert!(kept.contains("ranking = [\"b\", \"a\", \"c\"]") && kept.contains("seen = 3"), "{kept}");
    assert!(!left.contains("ranking") && !left.contains("seen") && !emptied.contains("empty: "), "{left}");
}
