//! Frequent surnames, by which a column of names is known: of Japan in each writing, and of countries that write in Latin letters.

/// A surname.
pub(super) struct Surname {
    /// In Chinese characters; empty where it has none.
    kanji: &'static str,
    /// In katakana; empty where it has none.
    kana: &'static str,
    /// In small Latin letters, in the spellings that are usual.
    latin: &'static [&'static str],
}

impl Surname {
    /// Whether a word (kana as katakana, Latin letters small) is this surname.
    pub(super) fn is(&self, word: &str) -> bool {
        !word.is_empty() && (word == self.kanji || word == self.kana || self.latin.contains(&word))
    }

    /// Whether a word begins with it in Chinese characters.
    pub(super) fn begins(&self, word: &str) -> bool {
        !self.kanji.is_empty() && word.starts_with(self.kanji)
    }

    /// Whether a word in katakana begins with it. Of two kana, too many words do.
    pub(super) fn begins_in_kana(&self, word: &str) -> bool {
        self.kana.chars().count() > 2 && word.starts_with(self.kana)
    }
}

const fn japanese(kanji: &'static str, kana: &'static str, latin: &'static [&'static str]) -> Surname {
    Surname { kanji, kana, latin }
}

/// The most frequent surnames of Japan, and of some other countries.
pub(super) const SURNAMES: &[Surname] = &[
    japanese("佐藤", "サトウ", &["sato", "satou"]),
    japanese("鈴木", "スズキ", &["suzuki"]),
    japanese("高橋", "タカハシ", &["takahashi"]),
    japanese("田中", "タナカ", &["tanaka"]),
    japanese("伊藤", "イトウ", &["ito", "itou"]),
    japanese("渡辺", "ワタナベ", &["watanabe"]),
    japanese("渡邊", "ワタナベ", &["watanabe"]),
    japanese("渡邉", "ワタナベ", &["watanabe"]),
    japanese("山本", "ヤマモト", &["yamamoto"]),
    japanese("中村", "ナカムラ", &["nakamura"]),
    japanese("小林", "コバヤシ", &["kobayashi"]),
    japanese("加藤", "カトウ", &["kato", "katou"]),
    japanese("吉田", "ヨシダ", &["yoshida"]),
    japanese("山田", "ヤマダ", &["yamada"]),
    japanese("佐々木", "ササキ", &["sasaki"]),
    japanese("山口", "ヤマグチ", &["yamaguchi"]),
    japanese("松本", "マツモト", &["matsumoto"]),
    japanese("井上", "イノウエ", &["inoue"]),
    japanese("木村", "キムラ", &["kimura"]),
    japanese("林", "ハヤシ", &["hayashi"]),
    japanese("斎藤", "サイトウ", &["saito", "saitou"]),
    japanese("斉藤", "サイトウ", &["saito"]),
    japanese("齋藤", "サイトウ", &["saito"]),
    japanese("清水", "シミズ", &["shimizu"]),
    japanese("山崎", "ヤマザキ", &["yamazaki", "yamasaki"]),
    japanese("阿部", "アベ", &["abe"]),
    japanese("森", "モリ", &["mori"]),
    japanese("池田", "イケダ", &["ikeda"]),
    japanese("橋本", "ハシモト", &["hashimoto"]),
    japanese("山下", "ヤマシタ", &["yamashita"]),
    japanese("石川", "イシカワ", &["ishikawa"]),
    japanese("中島", "ナカジマ", &["nakajima", "nakashima"]),
    japanese("前田", "マエダ", &["maeda"]),
    japanese("藤田", "フジタ", &["fujita"]),
    japanese("後藤", "ゴトウ", &["goto", "gotou"]),
    japanese("小川", "オガワ", &["ogawa"]),
    japanese("岡田", "オカダ", &["okada"]),
    japanese("長谷川", "ハセガワ", &["hasegawa"]),
    japanese("村上", "ムラカミ", &["murakami"]),
    japanese("近藤", "コンドウ", &["kondo", "kondou"]),
    japanese("石井", "イシイ", &["ishii"]),
    japanese("坂本", "サカモト", &["sakamoto"]),
    japanese("遠藤", "エンドウ", &["endo", "endou"]),
    japanese("青木", "アオキ", &["aoki"]),
    japanese("藤井", "フジイ", &["fujii"]),
    japanese("西村", "ニシムラ", &["nishimura"]),
    japanese("福田", "フクダ", &["fukuda"]),
    japanese("太田", "オオタ", &["ota", "ohta", "oota"]),
    japanese("三浦", "ミウラ", &["miura"]),
    japanese("岡本", "オカモト", &["okamoto"]),
    japanese("松田", "マツダ", &["matsuda"]),
    japanese("中川", "ナカガワ", &["nakagawa"]),
    japanese("中野", "ナカノ", &["nakano"]),
    japanese("原田", "ハラダ", &["harada"]),
    japanese("小野", "オノ", &["ono"]),
    japanese("田村", "タムラ", &["tamura"]),
    japanese("竹内", "タケウチ", &["takeuchi"]),
    japanese("金子", "カネコ", &["kaneko"]),
    japanese("和田", "ワダ", &["wada"]),
    japanese("中山", "ナカヤマ", &["nakayama"]),
    japanese("石田", "イシダ", &["ishida"]),
    japanese("上田", "ウエダ", &["ueda"]),
    japanese("森田", "モリタ", &["morita"]),
    Surname {
        kanji: "",
        kana: "",
        latin: &[
            "smith",
            "jones",
            "williams",
            "taylor",
            "davies",
            "evans",
            "wilson",
            "thomas",
            "johnson",
            "roberts",
            "wright",
            "robinson",
            "thompson",
            "hughes",
            "edwards",
            "clarke",
            "jackson",
            "miller",
            "davis",
            "garcia",
            "rodriguez",
            "martinez",
            "hernandez",
            "lopez",
            "gonzalez",
            "anderson",
            "moore",
            "martin",
            "lee",
            "perez",
            "harris",
            "clark",
            "lewis",
            "wang",
            "zhang",
            "chen",
            "liu",
            "yang",
            "huang",
            "zhao",
            "kim",
            "nguyen",
            "tran",
            "muller",
            "schmidt",
            "schneider",
            "fischer",
            "weber",
            "meyer",
            "patel",
            "singh",
            "kumar",
            "khan",
        ],
    },
];
