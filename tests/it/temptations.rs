//! Where decisions are made, the pitfall tempts: in the figure that its author looks at it beats the reference, and it is worse for those
//! whom it is for. Both are read off the shipped solutions' own runs.

use practicum::author::proof::trial::{self, Proof, Trial};
use practicum::author::reading::{self, Written};
use practicum::check::Figure;
use practicum::{run, sql};

use super::session::shipped;

/// A number of a solution's run.
enum Seen {
    /// A check's figure.
    Told(&'static str, &'static str),
    /// A check's figure of which less looks better.
    Fewer(&'static str, &'static str),
    /// An answer; of an interval its width, as less than nothing: a narrower one looks better.
    Narrow(&'static str),
    /// An answer: its lower end, where it has two.
    Said(&'static str),
    /// One number out of the tables of the run.
    Counted(&'static str),
}
use Seen::{Counted, Fewer, Narrow, Said, Told};

/// An exercise, a wrong solution, by what it looks better to its author (more is better there), and by what it is worse (more is worse).
type Temptation = (&'static str, &'static str, Seen, Seen);

const TEMPTATIONS: [Temptation; 6] = [
    // A sharp figure for the report; and a share of residents that is not there.
    ("screening", "as-announced", Narrow("frequency_here"), Told("knows_how_many", "off")),
    // The label is predicted far better; and fewer hours of help reach those who lack them.
    (
        "cost-as-need",
        "cost-kept",
        Counted("SELECT r_squared(cost, predicted) AS x FROM develop WHERE split = 'test'"),
        Counted(
            "SELECT -sum(hours_lacking) AS x FROM (SELECT hours_lacking, row_number() OVER (ORDER BY predicted DESC, resident DESC) \
             AS position FROM exam) AS ranked WHERE position <= 1200",
        ),
    ),
    // The firm earns more; and of what patients and buyers could have, most is lost.
    ("go-no-go", "largest-revenue", Told("both_gain", "firm"), Told("worth", "lost")),
    // This month's test rows are ordered better; and next month far more deteriorations are announced than come.
    (
        "informative-testing",
        "as-it-was",
        Counted("SELECT auroc(deterioration, p) AS x FROM develop WHERE split = 'test'"),
        Told("planned", "off"),
    ),
    // Fewer visits are asked of the nurses; and in one district most of those in need get none.
    ("fairness", "only-high-risk", Fewer("capacity", "visits"), Told("nobody_forgotten", "worst")),
    // The ward is promised a high AUROC; and it is not the ward's.
    ("seeded-faults", "report-believed", Said("here"), Told("knows_its_own", "judged")),
];

/// A solution's trial on a draw, and what is seen of it.
fn seen(written: &Written, folder: &str, seed: u64, of: [&Seen; 2]) -> [f64; 2] {
    let pack = shipped();
    let file = written.file(&pack);
    let solution = written.solutions.iter().find(|solution| solution.folder == folder).unwrap();
    let world = run::world(&written.task, (seed, Some(seed)), &file).unwrap();
    let (trial, run) =
        trial::run(written, solution, &world, seed, &file, Proof::Verdicts, &mut |_| {}).unwrap().unwrap();
    of.map(|seen| match seen {
        Told(check, figure) => told(&trial, check, figure),
        Fewer(check, figure) => -told(&trial, check, figure),
        Narrow(question) => number(&trial.answers[*question][0]) - number(&trial.answers[*question][1]),
        Said(question) => number(&trial.answers[*question][0]),
        Counted(text) => {
            let table = sql::query(&run.tables, &sql::Query::read(text).unwrap()).unwrap();
            table.column("x").unwrap().f64().unwrap().get(0).unwrap()
        }
    })
}

fn told(trial: &Trial, check: &str, name: &str) -> f64 {
    let check = trial.checks.iter().find(|judged| judged.id == check).unwrap();
    number(&check.figures.iter().find(|(figure, _)| figure == name).unwrap().1)
}

fn number(figure: &Figure) -> f64 {
    let Figure::Number(number) = figure else { panic!("{figure:?} is no number") };
    *number
}

#[test]
fn pitfalls_look_better_to_whoever_falls_in_and_are_worse_for_people() {
    for (id, mistake, looks, harms) in TEMPTATIONS {
        let written = reading::read(&shipped(), id, &mut Vec::new()).unwrap();
        for seed in [1, 2] {
            let of = |folder: &str| seen(&written, folder, seed, [&looks, &harms]);
            let ([looks, harms], [sober, harmless]) = (of(&format!("wrong/{mistake}")), of("solution"));
            assert!(looks > sober, "{id}, {seed}: {mistake} looks like {looks}, the reference like {sober}");
            assert!(harms > harmless, "{id}, {seed}: {mistake} does {harms}, the reference {harmless}");
        }
    }
}
