//! The workbench as a browser meets it: who comes in, what a form writes, what a run shows.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use practicum::disk::power::FAILS_AT;

use super::interrupted::files;
use super::session::Learner;
use super::signals::{self, Beat};

/// The workbench, open in a folder; ends with it.
struct Open {
    child: Child,
    port: u16,
    key: String,
    learner: Learner,
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Open {
    fn new(arguments: &[&str]) -> Self {
        Self::of(Learner::new(), arguments, None)
    }

    /// In a folder that there is; the power fails at a step of what it, or a process of its own, writes.
    fn of(learner: Learner, arguments: &[&str], fails_at: Option<usize>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_practicum"));
        command
            .current_dir(learner.path("."))
            .env("PRACTICUM_LANG", "en")
            .arg("open")
            .arg("--no-browser")
            .args(arguments)
            .envs(fails_at.map(|step| (FAILS_AT, step.to_string())));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (address, key) = line.trim().split_once("?key=").unwrap();
        let port = address.split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap();
        Self { child, port, key: key.to_owned(), learner }
    }

    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// One request as it is written.
    fn raw(&self, request: &str) -> Answer {
        let mut bytes = Vec::new();
        // Where the power failed, nobody answers.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port))
            && stream.write_all(request.as_bytes()).is_ok()
        {
            let _ = stream.read_to_end(&mut bytes);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    fn cookie(&self) -> String {
        format!("practicum-{}={}", self.port, self.key)
    }

    fn get(&self, path: &str) -> Answer {
        self.get_with(path, "other=")
    }

    /// The same with one more cookie.
    fn get_with(&self, path: &str, more: &str) -> Answer {
        let (host, cookie) = (self.host(), format!("{}; {more}", self.cookie()));
        self.raw(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"))
    }

    /// A form, as a page of the site sends it.
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encoded = |text: &str| -> String {
            text.bytes()
                .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
                .collect()
        };
        let body = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect::<Vec<_>>()
            .join("&");
        let (host, cookie, n) = (self.host(), self.cookie(), body.len());
        self.raw(&format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {n}\r\nConnection: close\r\n\r\n{body}"
        ))
    }

    fn plan(&self) -> String {
        self.learner.read("practicum/sepsis-alarm/plan.toml")
    }

    fn begun(arguments: &[&str]) -> Self {
        let open = Self::new(arguments);
        assert_eq!(open.post("/x/sepsis-alarm/start", &[]).status, 303);
        open
    }

    /// What a form of the plan carries.
    fn digest(&self) -> String {
        let page = self.get("/x/sepsis-alarm/plan").body;
        page.split("name=\"digest\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// Waits for the end of what runs, and gives the events.
    fn events(&self) -> String {
        let (host, cookie) = (self.host(), self.cookie());
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let request = format!("GET /x/sepsis-alarm/events HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut told = String::new();
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            told += &line;
            told.push('\n');
            if told.contains("\"run\":") && line.starts_with("data:")
                || told.contains("event: idle")
                || told.contains("event: failed")
                || told.contains("event: ended")
            {
                break;
            }
        }
        told
    }
}

#[test]
fn only_the_learners_own_browser_comes_in() {
    let open = Open::new(&[]);
    let (host, cookie, key) = (open.host(), open.cookie(), open.key.clone());
    // The first address gives the cookie, and the secret goes from the address.
    let first = open.raw(&format!("GET /?key={key} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
    assert_eq!(first.status, 303);
    assert!(
        first.head.contains("location: /\r\n") && first.head.contains("httponly; samesite=strict"),
        "{}",
        first.head
    );
    let page = open.get("/");
    assert_eq!(page.status, 200);
    for rule in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
        assert!(page.head.contains(rule), "{}", page.head);
    }
    assert!(page.head.contains("nosniff") && !page.body.contains("<style") && !page.body.contains("onclick"));
    let refused = [
        // Nobody, and a wrong secret.
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        format!("GET /?key=0000 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        format!("GET /assets/page.js HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        // Another name for our address: DNS rebinding.
        format!("GET / HTTP/1.1\r\nHost: evil.example:{}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n", open.port),
        format!("GET /?key={key} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
        // Another site's form, with our cookie; one that does not say where it is from.
        format!(
            "POST /x/sepsis-alarm/start HTTP/1.1\r\nHost: {host}\r\nOrigin: http://evil.example\r\nCookie: {cookie}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
        format!(
            "POST /x/sepsis-alarm/start HTTP/1.1\r\nHost: {host}\r\nOrigin: null\r\nCookie: {cookie}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
        format!(
            "POST /x/sepsis-alarm/start HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
        format!(
            "POST /x/sepsis-alarm/start HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nSec-Fetch-Site: cross-site\r\nCookie: {cookie}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
    ];
    for request in refused {
        assert_eq!(open.raw(&request).status, 403, "{request}");
    }
    assert!(!open.learner.path("practicum").exists(), "nothing was begun by them");
}

#[test]
fn no_path_of_a_request_reaches_the_disk_and_none_is_too_large() {
    let open = Open::begun(&[]);
    open.learner.writes("secret.txt", "a secret");
    for path in [
        "/x/..%2f..%2fsecret.txt",
        "/x/../../secret.txt",
        "/x/sepsis-alarm/picture/..%2f..%2fplan.toml",
        "/x/sepsis-alarm/report/../../secret.txt",
        "/assets/..%2f..%2fCargo.toml",
        "/x/sepsis-alarm/rows/..%2f1.json",
        "/x/%00/plan",
        "/x/nothing-of-the-kind",
        "/x/sepsis-alarm/mistake/1/..%2f",
    ] {
        let answer = open.get(path);
        assert!(
            answer.status >= 400 && !answer.body.contains("a secret") && !answer.body.contains("[operate]"),
            "{path}: {}",
            answer.status
        );
    }
    let large = "x".repeat(300 << 10);
    assert_eq!(open.post("/x/sepsis-alarm/plan", &[("digest", &large)]).status, 413);
}

#[test]
fn a_form_writes_the_plan_and_a_mistake_stands_at_its_field() {
    let open = Open::begun(&[]);
    let before = open.plan();
    // Full-width signs and per cent, as they are typed; everything else in the file stays.
    let digest = open.digest();
    let page = open.post(
        "/x/sepsis-alarm/plan",
        &[("digest", &digest), ("operate.threshold:rule", ""), ("operate.threshold", "１０％")],
    );
    assert_eq!(page.status, 200);
    assert!(page.body.contains("is read as 0.1"), "{}", page.body);
    assert_eq!(open.plan(), before.replace("threshold = 0.25 ", "threshold = 0.1 "));
    // A mistake stands at its field and is not written.
    let written = open.plan();
    let digest = open.digest();
    let page = open
        .post("/x/sepsis-alarm/plan", &[("digest", &digest), ("train.epochs", "many"), ("cohort.where", "agee > 3")]);
    let field = page.body.split("id=\"train-epochs\"").nth(1).unwrap();
    assert!(field[..600].contains("aria-invalid=\"true\"") && page.body.contains("value=\"many\""), "{field:.600}");
    assert_eq!(open.plan(), written);
    let page = open.post("/x/sepsis-alarm/plan", &[("digest", &digest), ("cohort.where", "agee > 3")]);
    assert!(
        page.body.contains("agee") && page.body.contains("aria-invalid") && open.plan() == written,
        "{}",
        page.body
    );
}

#[test]
fn what_was_changed_in_an_editor_is_never_overwritten() {
    let open = Open::begun(&[]);
    let digest = open.digest();
    let edited = open.plan().replace("epochs = 20", "epochs = 7");
    open.learner.writes("practicum/sepsis-alarm/plan.toml", &edited);
    let page = open.post("/x/sepsis-alarm/plan", &[("digest", &digest), ("train.epochs", "9")]);
    assert!(page.body.contains("changed elsewhere") && page.body.contains("value=\"7\""), "{}", page.body);
    assert_eq!(open.plan(), edited);
    assert!(open.get("/x/sepsis-alarm").body.contains("value=\"7\""), "an edit appears in the page");
}

#[test]
fn a_run_is_trained_by_a_process_of_its_own_and_the_terminal_sees_the_same() {
    let open = Open::begun(&[]);
    open.post("/x/sepsis-alarm/expect", &[("alarms_as_it_is:low", "１００"), ("alarms_as_it_is:high", "500")]);
    assert_eq!(open.post("/x/sepsis-alarm/run", &[]).status, 202);
    let events = open.events();
    let sealed = open.get("/x/sepsis-alarm/expected").body;
    assert!(sealed.contains("100 to 500") && sealed.contains("sealed") && !sealed.contains("<form"), "{sealed}");
    assert!(events.contains("event: drawing") && events.contains("\"train_loss\""), "{events}");
    assert!(events.contains("\"run\":1"), "{events}");
    let seen = open.get("/x/sepsis-alarm/see/1").body;
    assert!(seen.contains("AUROC") && seen.contains("role=\"img\"") && seen.contains("<desc"), "{seen}");
    let rows: serde_json::Value = serde_json::from_str(&open.get("/x/sepsis-alarm/rows/1.json").body).unwrap();
    assert_eq!(rows["y"].as_array().unwrap().len(), rows["p"].as_array().unwrap().len());
    assert!((rows["threshold"].as_f64().unwrap() - 0.25).abs() < 1e-9);
    // What the terminal would say of the next run is number 2, and what it left is in the list of the page.
    open.learner.types("run sepsis-alarm").ends(0).says("results/2");
    assert!(open.get("/x/sepsis-alarm/see/2").body.contains("see/1"));
    let handed_in = open.get("/x/sepsis-alarm/submission.json");
    assert!(
        handed_in.head.contains("filename=\"sepsis-alarm.submission.json\"")
            && handed_in.body.contains("practicum.submission/1")
    );
    assert!(open.get("/x/sepsis-alarm/work.zip").body.starts_with("PK"));
    let report = open.get("/x/sepsis-alarm/report/1");
    assert!(report.body.contains("<style") && !report.body.contains("<script") && report.body.contains("[operate]"));
    // A check tells nothing of what its questions ask for.
    assert_eq!(open.post("/x/sepsis-alarm/check", &[]).status, 202);
    assert!(open.events().contains("\"run\":3"));
    let concluded = open.get("/x/sepsis-alarm/conclude").body;
    assert!(concluded.contains("of 8 points"), "{concluded}");
    assert!(concluded.contains("not answered yet"), "{concluded}");
}

#[test]
fn the_power_may_fail_at_any_write_of_the_workbench_and_of_what_it_starts() {
    let threshold = |text: &str| toml::from_str::<toml::Table>(text).unwrap()["operate"]["threshold"].as_float();
    for step in 1.. {
        let learner = Learner::new();
        learner.types("start sepsis-alarm").ends(0);
        let open = Open::of(learner, &[], Some(step));
        let before = files(&open.learner.path("practicum/sepsis-alarm"));
        let digest = open.get("/x/sepsis-alarm/plan").body;
        let digest =
            digest.split("name=\"digest\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("");
        let fields = [("digest", digest), ("operate.threshold:rule", ""), ("operate.threshold", "0.1")];
        let mut answers = vec![open.post("/x/sepsis-alarm/plan", &fields)];
        let fields = [("alarms_as_it_is:low", "100"), ("alarms_as_it_is:high", "500")];
        answers.push(open.post("/x/sepsis-alarm/expect", &fields));
        answers.push(open.post("/x/sepsis-alarm/answers", &[("alerts_per_case", "3")]));
        answers.push(open.post("/x/sepsis-alarm/run", &[]));
        let events = if answers.iter().all(|answer| answer.status != 0) { open.events() } else { String::new() };
        // Each file is the one from before or the new one, whole.
        let folder = open.learner.path("practicum/sepsis-alarm");
        assert!([Some(0.25), Some(0.1)].contains(&threshold(&open.plan())), "step {step}: {}", open.plan());
        for (name, bytes) in &files(&folder) {
            if std::path::Path::new(name).extension().is_some_and(|end| end == "toml") {
                toml::from_str::<toml::Table>(std::str::from_utf8(bytes).unwrap()).unwrap();
            } else if let Some(was) = before.get(name) {
                assert!(was == bytes, "{name}, step {step}");
            }
        }
        // And whoever comes back finds it, and goes on.
        open.learner.types("history sepsis-alarm").ends(0);
        if answers.iter().all(|answer| answer.status != 0) && events.contains("\"run\":1") {
            assert!(step > 10, "a run in the workbench has many steps: {step}");
            assert!(open.learner.read("practicum/sepsis-alarm/answers.toml").contains("alerts_per_case = 3"));
            assert!(folder.join("results/1/result.json").exists());
            break;
        }
        if step % 4 == 0 {
            open.learner.types("run sepsis-alarm").ends(0);
        }
    }
}

#[test]
fn a_run_is_stopped_and_leaves_nothing() {
    let open = Open::begun(&[]);
    let plan = open.plan().replace("epochs = 20", "epochs = 2000").replace("kind = \"logistic\"", "kind = \"mlp\"");
    open.learner.writes("practicum/sepsis-alarm/plan.toml", &plan);
    let begun = open.post("/x/sepsis-alarm/run", &[]);
    assert_eq!(begun.status, 202, "{}", begun.body);
    assert_eq!(open.post("/x/sepsis-alarm/run", &[]).status, 409, "one at a time");
    assert_eq!(open.post("/x/sepsis-alarm/stop", &[]).status, 202);
    assert!(open.events().contains("event: ended"));
    assert!(!open.learner.path("practicum/sepsis-alarm/results/1").exists());
}

#[test]
fn pages_lie_under_the_path_that_a_hub_gives_them_and_speak_the_language_chosen() {
    let open = Open::new(&["--base-path", "/user/ann/practicum"]);
    let page = open.get("/user/ann/practicum/");
    assert_eq!(page.status, 200);
    assert!(page.body.contains("href=\"/user/ann/practicum/assets/style.css\""), "{}", page.body);
    assert_eq!(open.get("/").status, 404);
    let (host, cookie) = (open.host(), open.cookie());
    let japanese = open.raw(&format!(
        "GET /user/ann/practicum/ HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}; practicum-lang=ja\r\nConnection: close\r\n\r\n"
    ));
    assert!(japanese.body.contains("<html lang=\"ja\"") && japanese.body.contains("演習"));
    let chosen = open.post("/user/ann/practicum/lang", &[("lang", "ja"), ("back", "//evil.example/")]);
    assert!(chosen.status == 303 && chosen.head.contains("location: /user/ann/practicum/\r\n"), "{}", chosen.head);
}

#[test]
fn who_writes_a_course_sees_it_as_it_is_now_with_what_validate_says() {
    let open = Open::new(&["--course", "c"]);
    super::data::course_with_a_world(&open.learner, "");
    open.learner.writes("c/exercises/ward/brief.en.md", "# The ward\n\nA first text.\n");
    assert_eq!(open.post("/x/ward/start", &[]).status, 303);
    open.learner.writes("c/exercises/ward/brief.en.md", "# The ward\n\nAnother text with <script>alert(1)</script>.\n");
    let page = open.get("/x/ward").body;
    assert!(page.contains("Another text with &lt;script&gt;") && page.contains("id=\"author\""), "{page}");
    let validated = open.post("/x/ward/validate", &[]).body;
    assert!(validated.contains("Not valid yet") && validated.contains("solution"), "{validated}");
    // A mistake in the course is told as its author's, with its line.
    let exercise = open.learner.read("c/exercises/ward/exercise.toml");
    open.learner.writes("c/exercises/ward/exercise.toml", exercise.replace("minutes = 10", "minuets = 10"));
    let page = open.get("/x/ward");
    assert!(page.status == 500 && page.body.contains("minuets") && page.body.contains("minutes"), "{}", page.body);
    // Learners of the program's own course are not troubled with it.
    assert!(!Open::begun(&[]).get("/x/sepsis-alarm").body.contains("id=\"author\""));
}

#[cfg(unix)]
#[test]
fn series_are_looked_at_and_those_that_were_missed_are_seen_in_the_readers_language() {
    let learner =
        signals::course("[0.01]", &signals::floats(&[signals::ROWS, 1, 128], &signals::beats(Beat::Irregular)), "");
    learner.types("--course c start beats").ends(0);
    signals::tries(&learner, "run", &format!("[model]\nkind = \"cnn1d\"\n{}", signals::TRAIN)).ends(0);
    let open = Open::of(learner, &["--course", "c"], None);
    for (lang, first, wrong) in [
        ("en", "The first series of each group", "What it got most wrong"),
        ("ja", "群ごとの最初の時系列", "大きく外した例"),
    ] {
        let to = open.post("/lang", &[("lang", lang)]);
        let cookie = to.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap().to_owned();
        assert!(cookie.contains(&format!("={lang}")), "{cookie}");
        let page = open.get_with("/x/beats", cookie.split(';').next().unwrap());
        assert_eq!(page.status, 200);
        assert!(page.body.contains(first) && page.body.contains(wrong), "{lang}: {}", page.body.len());
        // What sees pictures, or draws outlines, is not offered for series.
        let offers = |kind: &str| page.body.contains(&format!("<option value=\"{kind}\""));
        assert!(offers("gru") && offers("mlp") && !offers("cnn") && !offers("unet"));
    }
}

#[test]
fn ctrl_c_ends_it_also_while_a_page_listens_to_a_run() {
    let mut open = Open::begun(&[]);
    let plan = open.plan().replace("epochs = 20", "epochs = 2000").replace("kind = \"logistic\"", "kind = \"mlp\"");
    open.learner.writes("practicum/sepsis-alarm/plan.toml", &plan);
    assert_eq!(open.post("/x/sepsis-alarm/run", &[]).status, 202);
    let (host, cookie) = (open.host(), open.cookie());
    let mut listening = TcpStream::connect(("127.0.0.1", open.port)).unwrap();
    let request = format!("GET /x/sepsis-alarm/events HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n");
    listening.write_all(request.as_bytes()).unwrap();
    listening.read_exact(&mut [0; 64]).unwrap();
    assert!(Command::new("kill").args(["-INT", &open.child.id().to_string()]).status().unwrap().success());
    let mut rest = Vec::new();
    // The stream ends with the server; without an end this would wait for ever.
    let _ = listening.read_to_end(&mut rest);
    assert!(open.child.wait().unwrap().success());
    assert!(!open.learner.path("practicum/sepsis-alarm/results/1").exists());
}

#[test]
fn a_file_that_is_not_utf_8_is_told_and_stays_as_it_was() {
    let open = Open::begun(&[]);
    let (answers, plan) = ("practicum/sepsis-alarm/answers.toml", "practicum/sepsis-alarm/plan.toml");
    // As Notepad on a Japanese Windows may save it.
    let cp932 = [open.learner.bytes(answers), b"memo = \"\x92\x6e\x88\xe6\"\n".to_vec()].concat();
    open.learner.writes(answers, &cp932);
    assert!(open.get("/x/sepsis-alarm/conclude").body.contains("UTF-8"));
    let told = open.post("/x/sepsis-alarm/answers", &[("alerts_per_case", "12")]);
    assert!(told.body.contains("UTF-8"), "{}", told.body);
    assert_eq!(open.learner.bytes(answers), cp932);
    let noted = [open.learner.bytes(plan), b"# \x92\x6e\x88\xe6\n".to_vec()].concat();
    open.learner.writes(plan, &noted);
    assert!(open.get("/x/sepsis-alarm/plan").body.contains("UTF-8"));
    open.learner.types("reset sepsis-alarm").ends(0);
    assert_eq!(open.learner.bytes("practicum/sepsis-alarm/plan.before.toml"), noted);
    assert_eq!(open.learner.bytes("practicum/sepsis-alarm/answers.before.toml"), cp932);
}

#[test]
fn the_handle_counts_what_the_plan_predicts() {
    let learner = Learner::new();
    learner.types("start fairness").ends(0);
    let plan = learner.read("practicum/fairness/plan.toml");
    learner.writes("practicum/fairness/plan.toml", plan.replace("label = \"on_record\"", "label = \"at_door\""));
    learner.types("run fairness").ends(0);
    let predictions = learner.read("practicum/fairness/results/1/predictions.csv");
    let mut lines = predictions.lines();
    let titles: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| titles.iter().position(|title| *title == name).unwrap();
    let tested: Vec<Vec<&str>> =
        lines.map(|line| line.split(',').collect()).filter(|row: &Vec<&str>| row[at("split")] == "test").collect();
    let ill = |label: &str| tested.iter().filter(|row| row[at(label)].starts_with('1')).count();
    assert_ne!(ill("at_door"), ill("on_record"));
    let open = Open::of(learner, &[], None);
    let rows: serde_json::Value = serde_json::from_str(&open.get("/x/fairness/rows/1.json").body).unwrap();
    let counted = rows["y"].as_array().unwrap().iter().filter(|y| y.as_f64().unwrap() > 0.5).count();
    assert_eq!(counted, ill("at_door"));
}
