//! The rules that an exercise is held against, each with a name, and what was found against them.

use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text::Text;

macro_rules! rules {
    ($($variant:ident $name:literal $en:literal $ja:literal)*) => {
        /// A rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $(
                #[doc = $en]
                $variant,
            )*
        }

        impl Rule {
            /// All rules, in the order in which they are tried.
            pub const ALL: &[Rule] = &[$(Rule::$variant),*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it asks, in a sentence.
            pub fn help(self) -> Text {
                match self {
                    $(Self::$variant => Text::new($en, $ja),)*
                }
            }
        }
    };
}

rules! {
    Format "format"
        "Every file can be read: known keys, of their kind, in their range, fitting each other."
        "すべてのファイルが読めること（定義されているキー・正しい種類・範囲内・互いの整合）。"
    Course "course"
        "courses.toml names exercises that exist; what is planned does not exist yet."
        "courses.tomlの演習が存在し、予定の演習はまだ存在しないこと。"
    Language "language"
        "Every text, brief and debrief is there in English and in Japanese, and is not the same text twice."
        "すべての文・説明文・解説が英語と日本語の両方にあり、同じ文の使い回しでないこと。"
    Figures "figures"
        "Both languages of a text show the same figures, and `figure` names a number that `shows` returns."
        "1つの文の英語と日本語が同じ値を示し、`figure`が`shows`の返す数値の列であること。"
    Brief "brief"
        "Both briefs are there, and long enough to be read."
        "説明文が両方の言語にあり、読むに足る長さであること。"
    Hour "hour"
        "An hour is an hour: a brief of at most 350 English words and 1,000 Japanese signs, a debrief of at most 350 and 900, and at most three conclusions."
        "1時間で終わる分量であること（説明文は英語350語・日本語1,000字以内、解説は350語・900字以内、判定する結論は3つ以内）。"
    Asked "asked"
        "Of every conclusion it is said how far off is right, and what speaks against each wrong choice; what gives it away elsewhere is hidden."
        "すべての結論について、正解とする差と、誤った選択肢への反証が書かれ、答えが分かる値がほかで示されないこと。"
    Telltale "telltale"
        "The answer's words stand nowhere before it is given: not in title, summary, brief, the starter's comments, data card or column notes."
        "題名・要約・説明文・出発点のコメント・データカード・列の説明に、答えを示す語がないこと。"
    Evidence "evidence"
        "Every exercise names a published source, by DOI or address."
        "どの演習にも、DOIまたはURL付きの文献があること。"
    Link "link"
        "Links in briefs and debriefs lead somewhere that a learner can reach."
        "説明文と解説のリンクが、学習者の開ける先を指すこと。"
    Query "query"
        "Every check's SQL can be read and run, and gives what its key promises."
        "すべての判定のSQLが読めて実行でき、約束どおりの形の結果を返すこと。"
    Leak "leak"
        "Nothing that a learner receives holds or names a column of the role truth or hidden."
        "学習者が受け取るものに、役割がtruthやhiddenの列の値や名前が含まれないこと。"
    Recoded "recoded"
        "No column that a learner sees tells the label by itself: none is the outcome in other words, or was written down after it."
        "学習者に見える列が、1つだけで結果の列を言い当てないこと（結果の言い換えや、結果が分かった後の記録でないこと）。"
    Missing "missing"
        "What is read as a missing value is said: NA may be a word with a meaning of its own."
        "欠測として読んだ語を示すこと（NAなどが意味のある語のこともあるため）。"
    Duplicate "duplicate"
        "No patient stands twice in a file, and patients with several rows are a group."
        "ファイルに同じ患者が重複していないこと。複数の行をもつ患者は、役割groupの列で示されていること。"
    Order "order"
        "No row number of a file is an input, and neither numbers nor the order of the rows give the outcome away."
        "ファイルの行番号が入力に使われないこと。番号や行の並び順から結果が分からないこと。"
    Personal "personal"
        "No file holds what identifies a person: names, telephone numbers, e-mail addresses, dates of birth, postcodes, addresses, insurance and record numbers."
        "ファイルに個人を特定できる値がないこと（氏名・電話番号・メールアドレス・生年月日・郵便番号・住所・保険者番号や被保険者番号・カルテ番号など）。"
    Card "card"
        "The data card of a file is its author's own, not that of patients who were drawn from equations."
        "ファイルのデータカードが、式から生成した患者のもの（ひな形など）のままでないこと。"
    Told "told"
        "A remark: a hint, a brief or a comment of the starter holds what the reference decides or answers."
        "注意のみ：手がかり・説明文・出発点のコメントに、模範解の値や答えが書かれています。"
    Twin "twin"
        "No two wrong solutions are the same."
        "同じ内容の誤答例が2つないこと。"
    Hint "hint"
        "No hint tells an answer."
        "手がかりの文が答えを明かさないこと。"
    Range "range"
        "A question's range holds the truth that its answer is compared with."
        "問いの範囲に、解答と比べられる真の値が入っていること。"
    Run "run"
        "Every solution can be run."
        "すべての解が実行できること。"
    Reference "reference"
        "The reference solution gets full marks."
        "模範解が満点であること。"
    Starter "starter"
        "The starter does not pass as it is."
        "出発点のままでは合格しないこと。"
    Alarms "alarms"
        "Where the reference sets a threshold, neither alarming for nobody nor alarming for everybody passes."
        "模範解が閾値を決める演習で、誰にも警報を出さない場合と、全員に警報を出す場合が、どちらも不合格になること。"
    Alone "alone"
        "Right answers do not pass with the starter's plan: there is something to run."
        "正しい解答を書いても、出発点の計画のままでは合格しないこと（実行が必要であること）。"
    Wrong "wrong"
        "Every wrong solution fails exactly the checks that its expect.toml names."
        "誤答例が、expect.tomlに書いた判定だけに、ちょうど不合格となること。"
    Cause "cause"
        "Every wrong solution fails by its mistake: its plan alone, or its answers alone, put into the reference, fail what it must fail."
        "誤答例が、その誤りによって不合格になること（模範解の計画だけ、または解答だけを誤答例のものに替えても不合格になること）。"
    Uncaught "uncaught"
        "Every check is failed by some wrong solution."
        "どの判定にも、それで不合格になる誤答例があること。"
    Repeat "repeat"
        "The same seed gives the same result again, with one thread and with two."
        "同じシードなら、繰り返しても、スレッドが1つでも2つでも同じ結果になること。"
    Time "time"
        "The reference is judged within 60 seconds of processor time."
        "模範解の判定が、CPU時間60秒以内に終わること。"
    Memory "memory"
        "The reference is judged within 1 GB of memory."
        "模範解の判定が、メモリー1GB以内で済むこと。"
    Reliability "reliability"
        "reliability.toml, where there is one, is of this version and content: the reference fails in no draw, no wrong solution escapes, the untouched starter passes in none, and answers copied from another variant pass at most one time in four, each single conclusion at most two in five."
        "reliability.tomlがある場合、この版・この内容のもので、模範解の不合格と誤答の見逃しが0、手を加えない出発点の合格が0、別のバリアントから写した解答の合格が4回に1回以下（個々の結論では5回に2回以下）であること。"
}

/// What was found against a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// A remark only: the exercise is valid with it.
    pub note: bool,
    /// Where, what, and how to mend it.
    pub fault: Fault,
}

impl Rule {
    /// A finding against this rule.
    pub fn broken(self, place: Place, found: Text, expected: Text) -> Finding {
        self.by(Fault::new(Id::Found, place, found, expected))
    }

    /// A fault as a finding against this rule.
    pub fn by(self, fault: Fault) -> Finding {
        Finding { rule: self, note: false, fault }
    }

    /// A remark by this rule: the exercise is valid with it.
    pub fn remark(self, place: Place, found: Text, expected: Text) -> Finding {
        Finding { note: true, ..self.broken(place, found, expected) }
    }
}
