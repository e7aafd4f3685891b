//! What kind of mistake a fault is: a word that stays, whatever its sentences become.

use serde::{Deserialize, Serialize};

use crate::text::Text;

macro_rules! ids {
    ($($variant:ident $name:literal $en:literal $ja:literal)*) => {
        /// The kind of a mistake. Its name is kept: programs may ask for it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Id {
            $(
                #[doc = $en]
                #[serde(rename = $name)]
                $variant,
            )*
        }

        impl Id {
            /// All of them, in the order in which they are described.
            pub const ALL: &[Id] = &[$(Id::$variant),*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it says, in a sentence.
            pub fn help(self) -> Text {
                match self {
                    $(Self::$variant => Text::new($en, $ja),)*
                }
            }
        }
    };
}

ids! {
    MissingFile "missing-file"
        "A file or folder is not there."
        "ファイルまたはフォルダーがありません。"
    NotAFile "not-a-file"
        "A link, a folder or a device stands where a file is expected, or a file where a folder is."
        "ファイルであるべきものがリンク・フォルダー・デバイスであるか、その逆です。"
    BadName "bad-name"
        "A name that a file, an exercise, a column or a question cannot have."
        "ファイル・演習・列・問いの名前として使えません。"
    TakenName "taken-name"
        "A name is given twice, or belongs to something else."
        "名前が重複しているか、ほかのものに使われています。"
    AlreadyThere "already-there"
        "Something is there already, and is not overwritten."
        "すでに存在するため、上書きしません。"
    TooLarge "too-large"
        "A file, a table or a picture is larger than what is read."
        "ファイル・表・画像が、読み込める大きさを超えています。"
    Encoding "encoding"
        "Letters are saved in another encoding than the one that is read."
        "文字コードが、読み込めるものと違います。"
    Unreadable "unreadable"
        "A file cannot be read, or is not what it should be."
        "ファイルを読み込めないか、想定した形式ではありません。"
    Unwritable "unwritable"
        "A file or folder cannot be written."
        "ファイルまたはフォルダーに書き込めません。"
    Ours "ours"
        "A failure of the program itself: nobody who uses it can mend it."
        "プログラム自身の誤りです（利用者の操作では直せません）。"
    NotToml "not-toml"
        "A line cannot be read as TOML."
        "TOMLとして読めない行があります。"
    FullWidthNumber "full-width-number"
        "A number is written in full-width signs."
        "数が全角で書かれています。"
    UnknownKey "unknown-key"
        "A key is not among those that the file may have."
        "そのファイルに定義されていないキーです。"
    MissingKey "missing-key"
        "A key that must be there is not."
        "必要なキーがありません。"
    WrongKind "wrong-kind"
        "A value is of another kind than its key holds: a text for a number, a table for a list."
        "値の種類が違います（数であるべきところに文字列がある、など）。"
    OutOfRange "out-of-range"
        "A number lies outside of the range of its key or option."
        "数値が、キーやオプションの範囲の外にあります。"
    UnknownWord "unknown-word"
        "A word is not among those to choose from."
        "選べる語のいずれでもありません。"
    ExactlyOne "exactly-one"
        "Of several keys exactly one may be there."
        "いくつかのキーのうち、ちょうど1つだけを書くところです。"
    BadInterval "bad-interval"
        "An interval is none, or is wider than it may be."
        "区間になっていないか、区間の幅が広すぎます。"
    TooLong "too-long"
        "A text is longer than it may be."
        "文章が長すぎます。"
    TooMany "too-many"
        "There is more of something than there may be."
        "数が上限を超えています。"
    TooFew "too-few"
        "There is less of something than is needed."
        "数が足りません。"
    Twice "twice"
        "Something is listed twice."
        "同じものが2回書かれています。"
    Together "not-together"
        "Two things are written that exclude each other or do not add up."
        "両立しないもの、または合計の合わないものが書かれています。"
    Incomplete "incomplete"
        "One thing is written without the other that it needs."
        "一緒に必要なものの片方だけが書かれています。"
    DoesNotApply "does-not-apply"
        "A key, model or option has no meaning for this target, model, question or data."
        "この予測の対象・モデル・問い・データでは意味をもたない指定です。"
    Mismatch "mismatch"
        "Two things that should agree differ."
        "一致すべき2つのものが食い違っています。"
    Circle "circle"
        "Exercises build on each other in a circle."
        "演習の前提が循環しています。"
    OtherVersion "other-version"
        "Something is written in, or for, another version."
        "ほかの版の形式で書かれているか、ほかの版のためのものです。"
    NotInOrder "not-in-order"
        "Numbers do not ascend, or something is named before it is there."
        "値が小さい順でないか、まだないものが先に使われています。"
    UnknownExercise "unknown-exercise"
        "There is no exercise of this name."
        "その名前の演習はありません。"
    UnknownDataset "unknown-dataset"
        "There is no dataset of this name."
        "その名前のデータセットはありません。"
    UnknownCourse "unknown-course"
        "There is no course of this name or in this folder."
        "その名前の、またはそのフォルダーのコースはありません。"
    UnknownLearner "unknown-learner"
        "There is no learner of this id in the roster."
        "名簿にそのidの学習者はいません。"
    UnknownCheck "unknown-check"
        "There is no check of this id."
        "そのidの判定はありません。"
    UnknownFigure "unknown-figure"
        "A figure is named that the check's `shows` or the metrics do not have."
        "判定の`shows`や指標にない値が使われています。"
    UnknownParameter "unknown-parameter"
        "A parameter is named that the pictures of this kind do not have."
        "その種類の画像にないパラメーターです。"
    BadFigure "bad-figure"
        "A figure stands in a text in a form that cannot be filled in."
        "文の中の値の書き方が正しくありません。"
    BadRow "bad-row"
        "A query gives another number of rows or columns, or other values, than one row of figures."
        "クエリの結果が、値の1行になっていません。"
    NotSql "not-sql"
        "A text cannot be read as SQL."
        "SQLとして読めません。"
    NotOffered "sql-not-offered"
        "A form of SQL that is not offered here."
        "ここでは使えない形のSQLです。"
    SqlTooLarge "sql-too-large"
        "An SQL text is longer or deeper than is read, or gives more rows than are computed."
        "SQLが長すぎるか深すぎる、または結果の行が多すぎます。"
    UnknownFunction "unknown-function"
        "SQL calls a function that does not exist."
        "SQLで使えない関数です。"
    BadArguments "bad-arguments"
        "A function is given other arguments than it takes."
        "関数の引数が正しくありません。"
    BadTypes "bad-types"
        "SQL compares, computes or joins things of different kinds."
        "SQLで、種類の違うものを比較・計算・結合しています。"
    NoCondition "no-condition"
        "Something that is neither true nor false stands where a condition should."
        "条件を書くところに、真偽にならないものがあります。"
    UnknownColumn "unknown-column"
        "There is no column of this name, or none that may be used here."
        "その名前の列がないか、ここでは使えない列です。"
    UnknownTable "unknown-table"
        "There is no table of this name."
        "その名前の表はありません。"
    AmbiguousName "ambiguous-name"
        "A name may mean several columns or tables."
        "名前が複数の列や表に当てはまります。"
    SqlFailed "sql-failed"
        "SQL that was read could not be run."
        "読み取れたSQLを実行できませんでした。"
    NoRows "no-rows"
        "There are no rows, or none that meet a condition."
        "行がないか、条件を満たす行がありません。"
    NotATable "not-a-table"
        "A file is no table with one header line and as many cells in each row."
        "見出しの1行と、どの行も同じ数のセルからなる表になっていません。"
    BadQuote "bad-quote"
        "A quotation mark in a CSV file is not closed, or letters follow it."
        "CSVの引用符が閉じていないか、閉じた後に文字があります。"
    BadValue "bad-value"
        "A value is none that its column, option or input can hold."
        "列・オプション・入力に入れられない値です。"
    MissingValue "missing-value"
        "A value is missing where each row needs one."
        "どの行にも必要な値が欠けています。"
    NoValues "no-values"
        "A column has no value in any row."
        "すべての行で値のない列です。"
    ReadAsMissing "read-as-missing"
        "Words were read as missing values."
        "欠測として読んだ語があります。"
    OneClass "one-class"
        "Rows are of one class only, or a class is where it cannot be learned."
        "片方のクラスしかないか、学習できないところにだけあるクラスがあります。"
    OverBudget "over-budget"
        "A training would take more than the budget."
        "学習が計算量の上限を超えます。"
    Diverged "diverged"
        "The loss became infinite."
        "損失が無限大になりました。"
    OtherSize "other-size"
        "Pictures or masks that belong together differ in size, or spacings in number."
        "組になる画像やマスクの大きさ、または間隔の数が違います。"
    NoPair "no-pair"
        "A mask or file has no counterpart, or several."
        "対応するマスクやファイルがないか、複数あります。"
    UnknownCommand "unknown-command"
        "There is no command of this name."
        "その名前のコマンドはありません。"
    UnknownOption "unknown-option"
        "A command does not have this option, or one word is too many."
        "コマンドにないオプションか、余分な語です。"
    MissingArgument "missing-argument"
        "A command lacks a word or a value that it needs."
        "コマンドに必要な語または値がありません。"
    NotStarted "not-started"
        "An exercise was not started here."
        "ここではまだ始めていない演習です。"
    Refused "refused"
        "What was asked for is not done in this place or at this time."
        "この場所または時点では実行できません。"
    Found "rule"
        "Found by a rule of `author validate`; the key `rule` says by which."
        "`author validate`の規則で見つかりました（どの規則かは、キー`rule`が示します）。"
    More "more"
        "There are more mistakes than are told at once."
        "一度にお知らせできる数を超える誤りがあります。"
}

#[cfg(test)]
mod tests {
    use super::Id;

    #[test]
    fn a_name_is_a_short_word_of_its_own_and_the_one_that_is_written() {
        let mut names: Vec<&str> = Id::ALL.iter().map(|id| id.name()).collect();
        for (id, name) in Id::ALL.iter().zip(&names) {
            assert!(name.len() <= 20 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{name}");
            assert_eq!(serde_json::to_string(id).unwrap(), format!("\"{name}\""));
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Id::ALL.len());
    }
}
