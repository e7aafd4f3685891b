//! The kinds of files that people write, and the schema of each.

use serde_json::{Value, json};

use crate::proof::proved;
use course::{answers, courses, dataset, exercise, pack};
use diagnostics::keys::Key;
use diagnostics::schema::document;
use diagnostics::text::Text;
use engine::models::VOCABULARY;

/// A kind of file that people write.
pub struct File {
    /// Its name, without `.toml`.
    pub name: &'static str,
    /// What it is.
    pub about: Text,
    /// Its keys.
    pub keys: &'static [Key<'static>],
}

/// Every kind of file, in the order in which an author meets them.
pub const FILES: &[File] = &[
    File {
        name: "dataset",
        about: Text::new(
            "A causal model, or the description of a file beside it.",
            "因果モデル、または隣に置いたファイルの説明です。",
        ),
        keys: dataset::KEYS,
    },
    File {
        name: "exercise",
        about: Text::new("What is asked, drawn, checked and told.", "問い・データの生成・判定・伝える文を書きます。"),
        keys: exercise::KEYS,
    },
    File {
        name: "plan", about: Text::new("A learner's experiment.", "学習者の実験計画です。"), keys: VOCABULARY.plan
    },
    File {
        name: "answers",
        about: Text::new(
            "A learner's conclusions: a key per question of the exercise.",
            "学習者の結論です。演習の問いごとに1つのキーを書きます。",
        ),
        keys: answers::KEYS,
    },
    File {
        name: "expect",
        about: Text::new("What a wrong solution must fail.", "誤答例が不合格になるべき判定です。"),
        keys: pack::EXPECT,
    },
    File {
        name: "courses",
        about: Text::new("Courses as lists of exercises.", "コースを演習の一覧として書きます。"),
        keys: courses::KEYS,
    },
    File {
        name: "reliability",
        about: Text::new(
            "What the checks said over many draws; written by the program.",
            "多数の生成での判定の結果です。プログラムが書きます。",
        ),
        keys: proved::KEYS,
    },
];

/// The schema of a kind of file.
pub fn of(file: &File) -> Value {
    let title = format!("{}.toml", file.name);
    let mut schema = document(&title, &file.about, file.keys);
    if file.name == "answers" {
        // The questions are the exercise's: `start` writes a schema that knows them.
        schema["additionalProperties"] = json!(true);
    }
    schema
}
