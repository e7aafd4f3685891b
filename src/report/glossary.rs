//! The words of the field that pages and texts use, in plain words, and where they stand in a text.
//!
//! A metric's title, sentence and source stand with the metric; here it has only the forms in which texts name it. A form that means
//! something else in other texts (loss, discrimination) is left out, so that no text is explained wrongly.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use serde::Serialize;

use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::Short;
use diagnostics::text;
use diagnostics::text::{Lang, Text};

/// A word of the field.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// What it is known by in addresses and commands.
    pub id: &'static str,
    /// Its name.
    pub name: Text,
    /// What it is, in a sentence or two.
    pub about: Text,
    /// Who defined it so; empty where it is a word of Practicum's own.
    pub source: &'static str,
    /// The metric of that name in checks, where it is one.
    pub metric: Option<&'static str>,
    reading: &'static str,
    forms: Short,
}

/// The term as a document.
#[derive(Clone, Debug, Serialize)]
pub struct TermDocument {
    term: &'static str,
    name: Text,
    about: Text,
    source: &'static str,
    metric: Option<&'static str>,
}

const TRIPOD: &str = "TRIPOD+AI (Collins et al. 2024), doi:10.1136/bmj-2023-078378";
const STARD: &str = "STARD 2015 (Bossuyt et al. 2015), doi:10.1136/bmj.h5527";
const STEYERBERG: &str = "Steyerberg 2019, Clinical Prediction Models, 2nd ed.";
const CALIBRATION: &str = "Van Calster et al. 2019, doi:10.1186/s12916-019-1466-7";
const CURVES: &str = "Vickers and Elkin 2006, doi:10.1177/0272989X06295361";
const LEARNING: &str = "Goodfellow, Bengio, Courville 2016, Deep Learning";
const CAUSES: &str = "Hernán and Robins 2020, Causal Inference: What If";

/// What has no entry among the metrics: id; English and Japanese name, with `|` before other forms that texts use; how the Japanese name
/// is read, by which Japanese is ordered and may be asked for; what it is; source.
const WORDS: &[(&str, &str, &str, &str, &str, &str, &str)] = &[
    (
        "prediction-model",
        "prediction model|prediction models",
        "予測モデル",
        "よそくもでる",
        "A rule that turns what is known of a patient into the risk of something that is not known yet.",
        "患者について分かっていることから、まだ分からないことのリスクを計算する規則です。",
        TRIPOD,
    ),
    (
        "outcome",
        "outcome|outcomes",
        "転帰|アウトカム",
        "てんき",
        "What is to be predicted or found: a disease that is there, or an event that comes within a stated time.",
        "予測または診断の対象です。いまある疾患や、決められた期間内に起こる出来事を指します。",
        TRIPOD,
    ),
    (
        "predictor",
        "predictor|predictors|feature|features",
        "予測因子|説明変数",
        "よそくいんし",
        "Something known of a patient at the moment of prediction that the model may use.",
        "予測する時点で分かっていて、モデルが使ってよい患者の情報です。",
        TRIPOD,
    ),
    (
        "risk",
        "predicted risk|predicted risks",
        "予測リスク|予測確率",
        "よそくりすく",
        "The probability of the outcome that the model gives to one patient, from 0 to 100%.",
        "モデルが1人の患者に与える、転帰が起こる確率です（0〜100%）。",
        TRIPOD,
    ),
    (
        "threshold",
        "threshold|thresholds|cut-off",
        "閾値|カットオフ値",
        "いきち",
        "The risk from which on something is done, such as raising an alert. It weighs what is missed against what is done in vain.",
        "警報などの対応を始めるリスクの境目です。見逃しと不要な対応のどちらを重くみるかで決まります。",
        STARD,
    ),
    (
        "reference-standard",
        "reference standard|gold standard",
        "参照基準|ゴールドスタンダード",
        "さんしょうきじゅん",
        "The best available way to establish whether the outcome is there, against which a test or model is compared.",
        "転帰の有無を確かめる、利用できる最良の方法です。検査やモデルはこれと比べて評価します。",
        STARD,
    ),
    (
        "alert",
        "alert|alerts",
        "警報|アラート",
        "けいほう",
        "A message that somebody's predicted risk has reached the threshold, so that somebody looks at them.",
        "予測リスクが閾値に達したことを知らせ、その人を確かめるように促す通知です。",
        "",
    ),
    (
        "false-alarm",
        "false alarm|false alarms|false alert|false alerts|false positive|false positives",
        "誤警報（偽陽性）|誤警報|偽陽性",
        "ごけいほう",
        "An alert for somebody without the outcome.",
        "転帰が陰性の人に出た警報です。",
        STARD,
    ),
    (
        "missed",
        "missed case|missed cases|false negative|false negatives",
        "見逃し（偽陰性）|見逃し|偽陰性",
        "みのがし",
        "Somebody with the outcome for whom no alert was raised.",
        "転帰が陽性なのに、警報が出なかった人です。",
        STARD,
    ),
    (
        "training",
        "training rows|training data|training set",
        "学習用の行|学習用データ",
        "がくしゅうようのぎょう",
        "The rows from which the model is made. It does better on them than on anybody else.",
        "モデルを作るために使う行です。この行での成績は、ほかの患者での成績より良く見えます。",
        TRIPOD,
    ),
    (
        "validation",
        "validation rows|validation data|validation set",
        "検証用の行|検証用データ",
        "けんしょうようのぎょう",
        "Rows set aside while the model is made, on which it is adjusted: when to stop training, calibration, threshold.",
        "モデルを作る間は取り分けておき、学習の打ち切り・較正・閾値などの調整に使う行です。",
        LEARNING,
    ),
    (
        "test",
        "test rows|test data|test set",
        "テスト用の行|テスト用データ",
        "てすとようのぎょう",
        "Rows with which nothing was fitted or chosen, so that they can tell how the model does.",
        "何の当てはめにも選択にも使わず、モデルの性能を見積もるためだけに使う行です。",
        TRIPOD,
    ),
    (
        "external-validation",
        "external validation",
        "外部検証",
        "がいぶけんしょう",
        "Trying a finished model on patients of another place or time than those it was made from.",
        "完成したモデルを、開発に使ったのとは別の施設や時期の患者で評価することです。",
        TRIPOD,
    ),
    (
        "overfitting",
        "overfitting|overfitted|overfits",
        "過学習|過剰適合",
        "かがくしゅう",
        "A model has learned chance details of its training rows, and does worse on new patients.",
        "モデルが学習用の行にたまたまある細部まで覚えてしまい、新しい患者では成績が落ちることです。",
        STEYERBERG,
    ),
    (
        "calibration",
        "calibration|calibrated|recalibration",
        "較正|再較正",
        "こうせい",
        "How far predicted risks agree with what happens: of patients with a risk of 20%, one in five should have the outcome.",
        "予測リスクと実際の発生割合がどれだけ一致するかです。リスク20%の患者なら、5人に1人で転帰が起こるはずです。",
        CALIBRATION,
    ),
    (
        "discrimination",
        "discrimination of a model",
        "識別能",
        "しきべつのう",
        "How well the model gives higher risks to those with the outcome than to those without. It says nothing about whether the risks are right.",
        "転帰が陽性の人に、陰性の人より高いリスクを与える力です。リスクの値そのものが正しいかは表しません。",
        TRIPOD,
    ),
    (
        "decision-curve",
        "decision curve|decision curves|decision curve analysis",
        "意思決定曲線|決定曲線|意思決定曲線分析",
        "いしけっていきょくせん",
        "Net benefit drawn over a range of thresholds, beside acting on everybody and on nobody.",
        "いろいろな閾値での純便益を、全員に対応する場合・誰にも対応しない場合と並べて示した図です。",
        CURVES,
    ),
    (
        "roc",
        "ROC curve|ROC curves",
        "ROC曲線",
        "あーるおーしーきょくせん",
        "Sensitivity drawn against the false positive rate, for every threshold.",
        "すべての閾値について、感度と偽陽性率の関係を示した曲線です。",
        STARD,
    ),
    (
        "two-by-two",
        "2×2 table|2 × 2 table|contingency table",
        "2×2表|分割表",
        "にかけるにひょう",
        "Counts of people by outcome and alert: found, missed, false alarms, and left in peace.",
        "転帰の有無と警報の有無で人数を数えた表です。発見、見逃し、誤警報、警報なしの陰性の4つに分かれます。",
        STARD,
    ),
    (
        "interval",
        "confidence interval|confidence intervals|95% interval",
        "信頼区間|95%信頼区間",
        "しんらいくかん",
        "A range made so that, over many repetitions of the study, it holds the true value in 95 of 100.",
        "同じ研究を何度も繰り返したとき、100回のうち95回は真の値を含むように作られた範囲です。",
        "Altman et al. 2000, Statistics with Confidence, 2nd ed.",
    ),
    (
        "quartiles",
        "quartiles|interquartile range|median (quartiles)",
        "四分位範囲|中央値（四分位範囲）",
        "しぶんいはんい",
        "With all values in order: the median stands in the middle, and half of the values lie between the two quartiles.",
        "値を小さい順に並べたとき、中央にあるのが中央値で、2つの四分位点の間に半数の値が入ります。",
        "Altman et al. 2000, Statistics with Confidence, 2nd ed.",
    ),
    (
        "missing",
        "missing value|missing values|missingness",
        "欠測|欠測値",
        "けっそく",
        "A value that was not measured or not written down. That it is missing often says something itself.",
        "測定されなかった、または記録されなかった値です。欠測であること自体が、患者の状態を表していることもよくあります。",
        "Rubin 1976, doi:10.1093/biomet/63.3.581",
    ),
    (
        "imputation",
        "imputation|imputed",
        "補完|代入",
        "ほかん",
        "Putting a plausible value where one is missing, such as the median of the others.",
        "欠測しているところに、ほかの人の中央値などのもっともらしい値を入れることです。",
        TRIPOD,
    ),
    (
        "cohort",
        "cohort|cohorts",
        "コホート",
        "こほーと",
        "A group of people, defined beforehand, who are followed from a common starting point.",
        "あらかじめ決めた条件で集め、共通の起点から追跡する人の集団です。",
        "Porta 2014, A Dictionary of Epidemiology, 6th ed.",
    ),
    (
        "confounding",
        "confounding|confounder|confounders",
        "交絡|交絡因子",
        "こうらく",
        "Two things go together because a third one influences both, not because one causes the other.",
        "一方が他方の原因だからではなく、第三の要因が両方に影響するために、2つのことが関連して見えることです。",
        CAUSES,
    ),
    (
        "selection-bias",
        "selection bias",
        "選択バイアス",
        "せんたくばいあす",
        "Those who are in the data differ from those who are meant, in a way that hangs on what is studied.",
        "データに入った人と、本来対象とすべき人とが、調べたい事柄に関わる点で異なっていることです。",
        CAUSES,
    ),
    (
        "immortal-time",
        "immortal time bias|immortal time",
        "immortal timeバイアス",
        "いもーたるたいむばいあす",
        "Follow-up time in which the outcome could not come, by definition, is counted for one of the groups.",
        "定義上、転帰が起こりえない追跡期間が、一方の群に数えられてしまう偏りです。",
        "Suissa 2008, doi:10.1093/aje/kwm324",
    ),
    (
        "spectrum",
        "spectrum bias",
        "スペクトラムバイアス",
        "すぺくとらむばいあす",
        "A test looks better or worse because the patients studied are clearer or less clear cases than those in practice.",
        "研究の対象者が実際の診療の患者より典型的（または非典型的）なために、検査の成績が異なって見えることです。",
        "Ransohoff and Feinstein 1978, doi:10.1056/NEJM197810262991705",
    ),
    (
        "leakage",
        "leakage|data leakage",
        "情報の漏れ|データリーケージ|リーケージ",
        "じょうほうのもれ",
        "The model is trained or tested with something that it could not know when it is used, so that it looks better than it is.",
        "実際に使う時点では知りえない情報が学習や評価に混ざり、モデルが実際より良く見えることです。",
        "Kaufman et al. 2012, doi:10.1145/2382577.2382579",
    ),
    (
        "shortcut",
        "shortcut|shortcuts",
        "近道|ショートカット",
        "ちかみち",
        "The model uses a sign that goes with the outcome in these data but has nothing to do with the disease.",
        "このデータでは転帰と一緒に現れるだけで、病気とは関係のない手がかりをモデルが使うことです。",
        "Geirhos et al. 2020, doi:10.1038/s42256-020-00257-z",
    ),
    (
        "dataset-shift",
        "dataset shift|distribution shift",
        "データセットシフト|分布の変化",
        "でーたせっとしふと",
        "The patients, measurements or practice where a model is used differ from those it was made from.",
        "モデルを使う場の患者・測定・診療が、開発したときのものと異なることです。",
        "Finlayson et al. 2021, doi:10.1056/NEJMc2104626",
    ),
    (
        "label-choice",
        "label choice|proxy label|proxy",
        "代理の目的変数|代理指標",
        "だいりのもくてきへんすう",
        "Something easy to measure is predicted in place of what is meant.",
        "本来知りたいことの代わりに、測りやすいものを予測させることです。",
        "Obermeyer et al. 2019, doi:10.1126/science.aax2342",
    ),
    (
        "fairness",
        "fairness",
        "公平性",
        "こうへいせい",
        "Whether a model serves groups of people equally well. Several definitions exist, and they cannot all hold at once.",
        "モデルがどの集団にも同じように役立つかどうかです。定義はいくつもあり、すべてを同時に満たすことはできません。",
        TRIPOD,
    ),
    (
        "screening",
        "screening",
        "検診|スクリーニング",
        "けんしん",
        "Testing people without symptoms to find a disease early.",
        "症状のない人を検査し、病気を早く見つけることです。",
        "Wilson and Jungner 1968, WHO Public Health Papers 34",
    ),
    (
        "logistic-regression",
        "logistic regression",
        "ロジスティック回帰",
        "ろじすてぃっくかいき",
        "A model that adds up weighted predictors and turns the sum into a probability.",
        "予測因子に重みを付けて足し合わせ、その和を確率に変換するモデルです。",
        STEYERBERG,
    ),
    (
        "neural-network",
        "neural network|neural networks|multilayer perceptron",
        "ニューラルネットワーク|多層パーセプトロン",
        "にゅーらるねっとわーく",
        "A model of many small units in layers, whose weights are adjusted step by step until its errors are small.",
        "多数の小さな計算単位を層に重ね、誤差が小さくなるまで重みを少しずつ調整したモデルです。",
        LEARNING,
    ),
    (
        "loss",
        "training loss|validation loss",
        "学習の損失|損失関数",
        "がくしゅうのそんしつ",
        "What training makes small: how far the predictions are from what was true.",
        "学習で小さくする量で、予測が正解からどれだけ離れているかを表します。",
        LEARNING,
    ),
    (
        "epoch",
        "epoch|epochs",
        "エポック",
        "えぽっく",
        "One pass of training over all training rows.",
        "学習用の行すべてを1回ずつ使うことを1エポックと数えます。",
        LEARNING,
    ),
    (
        "learning-rate",
        "learning rate",
        "学習率",
        "がくしゅうりつ",
        "How far the weights move in each step of training.",
        "学習の1回の更新で、重みをどれだけ動かすかです。",
        LEARNING,
    ),
    (
        "exam",
        "the exam",
        "判定用の患者|判定用データ",
        "はんていようのかんじゃ",
        "New patients, drawn when a plan is judged, whom neither the learner nor the model has seen.",
        "計画を判定するときに新しく生成する患者です。学習者もモデルも、まだ見たことがありません。",
        "",
    ),
];

/// Metrics that texts name: the entry, the forms in which English and Japanese texts name it beside its title, and how that is read.
const METRICS: &[(&str, &str, &str, &str)] = &[
    ("prevalence", "prevalence", "有病率|発症割合", "ゆうびょうりつ"),
    ("sensitivity", "sensitivity", "感度", "かんど"),
    ("specificity", "specificity", "特異度", "とくいど"),
    ("false_positive_rate", "false positive rate", "偽陽性率", "ぎようせいりつ"),
    ("ppv", "PPV|positive predictive value", "陽性的中率|陽性適中率", "ようせいてきちゅうりつ"),
    ("npv", "NPV|negative predictive value", "陰性的中率", "いんせいてきちゅうりつ"),
    ("accuracy", "accuracy", "正診率|正解率", "せいしんりつ"),
    ("alerts_per_true_case", "alerts per true case", "", "ひとりみつけるためのけいほうすう"),
    ("missed_per_1000", "missed per 1,000", "", "せんにんあたりのみのがし"),
    ("alert_rate", "alerts per 1,000", "", "せんにんあたりのけいほう"),
    ("auroc", "AUROC|AUC", "AUROC|AUC", "えーゆーあーるおーしー"),
    ("net_benefit", "net benefit", "純便益", "じゅんべんえき"),
    ("brier", "Brier score", "Brierスコア", "ぶらいあーすこあ"),
    ("calibration_slope", "calibration slope", "較正の傾き", "こうせいのかたむき"),
    ("observed_expected", "observed/expected|O/E", "観察/期待比", "かんさつきたいひ"),
    ("lr_positive", "LR+|positive likelihood ratio", "陽性尤度比", "ようせいゆうどひ"),
    ("dice", "Dice|Dice coefficient", "Dice係数", "だいすけいすう"),
];

/// Every term in the order of its name in a language.
pub fn ordered(lang: Lang) -> Vec<&'static Term> {
    let mut all: Vec<&Term> = all().iter().collect();
    if lang == Lang::Ja {
        all.sort_by_key(|term| term.reading);
    }
    all
}

/// Every term, by its English name.
pub fn all() -> &'static [Term] {
    static ALL: LazyLock<Vec<Term>> = LazyLock::new(|| {
        let words = WORDS.iter().map(|&(id, en, ja, reading, about, about_ja, source)| {
            let first = |forms: &'static str| forms.split('|').next().unwrap_or_default();
            let (name, about) = (Text::new(first(en), first(ja)), Text::new(about, about_ja));
            Term { id, name, about, source, metric: None, reading, forms: Short::new(en, ja) }
        });
        let metrics = METRICS.iter().filter_map(|&(name, en, ja, reading)| {
            let metric = metrics::metric(name)?;
            let bare = |title: &Cow<'static, str>| title.trim().to_owned().into();
            let name = Text { en: bare(&metric.title.en), ja: bare(&metric.title.ja) };
            let (about, source) = (metric.help.clone(), metric.source);
            let (id, forms) = (metric.name, Short::new(en, ja));
            Some(Term { id, name, about, source, metric: Some(id), reading, forms })
        });
        let mut all: Vec<Term> = words.chain(metrics).collect();
        all.sort_by_key(|term| term.name.en.to_lowercase());
        all
    });
    &ALL
}

impl Term {
    fn forms(&self, lang: Lang) -> impl Iterator<Item = &'static str> {
        let forms = if lang == Lang::Ja { self.forms.ja } else { self.forms.en };
        forms.split('|').filter(|form| !form.is_empty())
    }

    fn is_called(&self, word: &str) -> bool {
        let word = word.trim().to_lowercase();
        let is = |name: &str| name.to_lowercase() == word;
        [Lang::En, Lang::Ja].into_iter().any(|lang| is(self.name.get(lang)) || self.forms(lang).any(is))
            || is(self.id)
            || is(self.reading)
    }

    /// The term as a document.
    pub fn told(&self) -> TermDocument {
        let Self { id, name, about, source, metric, .. } = self.clone();
        TermDocument { term: id, name, about, source, metric }
    }
}

/// The term that somebody asks for, by any of its names in either language.
///
/// # Errors
/// A word that is none, with the nearest that is.
pub fn term(word: &str) -> Result<&'static Term, Fault> {
    all().iter().find(|term| term.is_called(word)).ok_or_else(|| {
        let names = all().iter().flat_map(|term| [&*term.name.en, &*term.name.ja, term.id]);
        let found = text!("no term \"{word}\"", "「{word}」という用語はありません");
        let expected = Text::new("one of `practicum glossary`", "`practicum glossary` の一覧にある用語");
        Fault::new(Id::UnknownWord, Place::file(word), found, expected).near(word, names)
    })
}

/// The term of which a text is the name, and nothing else.
pub fn named(text: &str) -> Option<&'static Term> {
    let text = text.trim();
    all().iter().find(|term| [&term.name.en, &term.name.ja].into_iter().any(|name| **name == *text))
}

/// The terms that a text names and that are not among `known`, each where it is named first; they are known from then on. A longer
/// name is found before a shorter one in it; a name that is a part of another word is none.
pub fn found(text: &str, lang: Lang, known: &mut BTreeSet<&'static str>) -> Vec<(Range<usize>, &'static Term)> {
    static FORMS: [LazyLock<Vec<(String, &'static Term)>>; 2] =
        [LazyLock::new(|| by_length(Lang::En)), LazyLock::new(|| by_length(Lang::Ja))];
    let forms = &FORMS[usize::from(lang == Lang::Ja)];
    // ASCII letters alone change: places are the same in both.
    let lower = text.to_ascii_lowercase();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(next) = lower[at..].chars().next() {
        let before = lower[..at].chars().next_back();
        let here = forms.iter().find(|(form, _)| {
            lower[at..].starts_with(form.as_str())
                && !joined(before, form.chars().next())
                && !joined(form.chars().next_back(), lower[at + form.len()..].chars().next())
        });
        let Some((form, term)) = here else {
            at += next.len_utf8();
            continue;
        };
        if known.insert(term.id) {
            out.push((at..at + form.len(), *term));
        }
        at += form.len();
    }
    out
}

fn by_length(lang: Lang) -> Vec<(String, &'static Term)> {
    let of = |term: &'static Term| term.forms(lang).map(move |form| (form.to_ascii_lowercase(), term));
    let mut forms: Vec<(String, &'static Term)> = all().iter().flat_map(of).collect();
    forms.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
    forms
}

/// Whether two signs are of one word: Latin letters, or two Chinese characters, as 感度 in 高感度.
fn joined(a: Option<char>, b: Option<char>) -> bool {
    let is_both = |is: fn(&char) -> bool| a.as_ref().is_some_and(is) && b.as_ref().is_some_and(is);
    is_both(char::is_ascii_alphanumeric) || is_both(|sign| ('\u{4e00}'..='\u{9fff}').contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_term_is_told_in_both_languages_and_no_two_share_a_name() {
        assert_eq!(all().len(), WORDS.len() + METRICS.len(), "every metric that is named has an entry");
        let mut seen = BTreeSet::new();
        for term in all() {
            assert!(!term.about.en.is_empty() && !term.about.ja.is_empty(), "{}", term.id);
            assert!(!term.reading.is_empty(), "how {} is read", term.id);
            for lang in [Lang::En, Lang::Ja] {
                for form in term.forms(lang).collect::<BTreeSet<_>>() {
                    assert!(seen.insert((lang == Lang::Ja, form.to_lowercase())), "{form} twice");
                }
            }
        }
    }

    #[test]
    fn a_text_names_each_term_once_and_no_part_of_another_word() {
        let found = |text: &'static str, lang| -> Vec<&str> {
            super::found(text, lang, &mut BTreeSet::new()).into_iter().map(|(at, _)| &text[at]).collect()
        };
        let en = "Sensitivity and the false positive rate; sensitivity again, a threshold. Thresholds, insensitivity.";
        assert_eq!(found(en, Lang::En), ["Sensitivity", "false positive rate", "threshold"]);
        let ja = "高感度CRPと感度、外部検証、閾値とAUROC。";
        assert_eq!(found(ja, Lang::Ja), ["感度", "外部検証", "閾値", "AUROC"]);
    }

    #[test]
    fn a_term_is_found_by_its_names_and_a_misspelt_one_by_the_nearest() {
        for word in ["ppv", "PPV", "陽性的中率", "ようせいてきちゅうりつ", "Positive predictive value"]
        {
            assert_eq!(term(word).unwrap().id, "ppv");
        }
        let ordered = ordered(Lang::Ja);
        assert_eq!(ordered.len(), all().len());
        assert!(ordered.windows(2).all(|pair| pair[0].reading <= pair[1].reading));
        assert_eq!(term("sensitivty").unwrap_err().nearest.as_deref(), Some("sensitivity"));
    }
}
