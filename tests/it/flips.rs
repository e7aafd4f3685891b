//! Files in which bytes were turned over, lost or doubled: they are read or told, and nothing breaks.
//!
//! The damages are seeded: the same ones each time. A longer search, among others:
//! `PROPTEST_CASES=20000 PROPTEST_RNG_SEED=2 cargo test --release --test it -- flips::`.

use practicum::course::pack::Pack;
use practicum::course::{answers, dataset, exercise, plan};
use practicum::models::VOCABULARY;
use practicum::run::{RunError, learners_signals};
use practicum::sql::{Expression, Purpose, Query};
use practicum::tables;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::session::{Learner, data, shipped};

/// The same damages each time, unless the environment names another seed.
fn seeded() -> ProptestConfig {
    let usual = ProptestConfig::default();
    let rng_seed = match usual.rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        RngSeed::Fixed(seed) => RngSeed::Fixed(seed),
    };
    ProptestConfig { rng_seed, ..usual }
}

/// One damage: where, as a share of the file; what becomes of the byte there.
#[derive(Clone, Debug)]
enum Damage {
    Byte(f64, u8),
    Bit(f64, u8),
    Lost(f64),
    Doubled(f64),
    CutOff(f64),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (0.0..1.0, any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        (0.0..1.0, 0..8_u8).prop_map(|(at, bit)| Damage::Bit(at, bit)),
        (0.0..1.0).prop_map(Damage::Lost),
        (0.0..1.0).prop_map(Damage::Doubled),
        (0.0..1.0).prop_map(Damage::CutOff),
    ]
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    prop::collection::vec(damage(), 1..6)
}

fn damaged(bytes: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for damage in damages {
        let at = |share: f64| (share * bytes.len() as f64) as usize;
        match damage {
            _ if bytes.is_empty() => {}
            Damage::Byte(share, byte) => {
                let at = at(*share);
                bytes[at] = *byte;
            }
            Damage::Bit(share, bit) => {
                let at = at(*share);
                bytes[at] ^= 1 << bit;
            }
            Damage::Lost(share) => drop(bytes.remove(at(*share))),
            Damage::Doubled(share) => {
                let at = at(*share);
                bytes.insert(at, bytes[at]);
            }
            Damage::CutOff(share) => bytes.truncate(at(*share)),
        }
    }
    bytes
}

fn shipped_file(path: &str) -> Vec<u8> {
    shipped().bytes(path).unwrap().into_owned()
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn toml_is_read_or_told(damages in damages()) {
        let exercise = shipped().exercise("film-complaint").unwrap();
        let at = |file: &str| damaged(&shipped_file(&format!("exercises/film-complaint/{file}")), &damages);
        let _ = plan::read(&VOCABULARY, &practicum::course::settings::Settings::default(), "plan.toml", &at("solution/plan.toml"));
        let _ = answers::read("answers.toml", &at("starter/answers.toml"), &exercise);
        if let Err(faults) = exercise::read("exercise.toml", &at("exercise.toml")) {
            prop_assert!(!faults.is_empty());
        }
        let source = damaged(&shipped_file("datasets/early-sepsis/dataset.toml"), &damages);
        let _ = dataset::read("dataset.toml", &source);
    }

    #[test]
    fn sql_is_read_or_told(damages in damages()) {
        let text = "SELECT site, 1000 * avg((1 - alert) * sepsis) AS missed, auroc(sepsis, p) AS auroc FROM exam \
                    JOIN (SELECT max(p) AS m FROM develop WHERE split = 'test') AS d ON 1 = 1 WHERE age >= 65 GROUP BY site";
        let text = String::from_utf8_lossy(&damaged(text.as_bytes(), &damages)).into_owned();
        let _ = Query::read(&text);
        let condition = String::from_utf8_lossy(&damaged(b"age BETWEEN 18 AND 90 AND site = 'regional'", &damages)).into_owned();
        for purpose in [Purpose::Filter, Purpose::Column, Purpose::Verdict, Purpose::Intervention] {
            let _ = Expression::read(&condition, purpose);
        }
    }

    #[test]
    fn tables_are_read_or_told(damages in damages()) {
        let csv = "patient,site,age,note\n001,\"a, b\",64,\"said \"\"no\"\"\"\n002,b,,欠測\n003,c,1e3,なし\n".as_bytes();
        let _ = tables::read_csv("rows.csv", &damaged(csv, &damages), false);
        let _ = tables::read_csv("rows.csv", &damaged(csv, &damages), true);
        let parquet = std::fs::read(data("cases/data/pq_list/ward.parquet")).unwrap();
        let _ = tables::from_parquet(damaged(&parquet, &damages));
    }

    #[test]
    fn arrays_are_read_or_told(damages in damages(), in_head in any::<bool>()) {
        const HEAD: usize = 128;
        let pack = Pack::folder(&data("courses/signals")).unwrap();
        let task = pack.task("digits").unwrap();
        let file = |name: &str| {
            let bytes = pack.dataset_file("digits", name)?;
            Some(match name.strip_suffix(".npy") {
                None => bytes,
                // Most of the file is numbers, and any are numbers; what can go wrong stands in the first bytes.
                Some(_) if in_head => [damaged(&bytes[..HEAD], &damages), bytes[HEAD..].to_vec()].concat(),
                Some(_) => damaged(&bytes, &damages),
            })
        };
        match learners_signals(&task, 1, &file) {
            Ok(signals) => {
                let (rows, signals) = signals.unwrap();
                prop_assert_eq!(signals.all().len(), rows.height());
            }
            Err(RunError::Author(faults)) => prop_assert!(!faults.is_empty()),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}

proptest! {
    // Each case is a call of the program.
    #![proptest_config(ProptestConfig { cases: seeded().cases / 10, ..seeded() })]

    #[test]
    fn masks_are_measured_or_told(damages in damages()) {
        let learner = Learner::new();
        for (name, file) in [("a.npy", "m06_ref.npy"), ("b.png", "m05_b_g8_255.png")] {
            let bytes = std::fs::read(data(&format!("cases/masks/{file}"))).unwrap();
            learner.writes(name, damaged(&bytes, &damages));
            learner.writes(&format!("whole-{name}"), bytes);
            let answer = learner.types(&format!("measure whole-{name} {name}"));
            prop_assert!([0, 2].contains(&answer.code), "{} {}", answer.code, answer.err);
        }
    }
}
