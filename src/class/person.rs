//! Names of people, compared as people would: whatever the width of letters, the order of family and given name, and the spaces.

use unicode_normalization::UnicodeNormalization as _;

/// A name for comparison: its words in alphabetical order, and all of it without spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name {
    words: Vec<String>,
    joined: String,
}

impl Name {
    /// Of what somebody wrote.
    pub(crate) fn of(written: &str) -> Self {
        let plain: String = written.nfkc().flat_map(char::to_lowercase).collect();
        let mut words: Vec<String> =
            plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let joined = words.concat();
        words.sort();
        Self { words, joined }
    }

    /// Whether nothing is left of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.joined.is_empty()
    }

    /// Whether it is the same name.
    pub(crate) fn is(&self, other: &Self) -> bool {
        !self.is_empty() && (self.joined == other.joined || self.words == other.words)
    }

    /// Whether it is nearly the same: up to two letters in a name of some length, or one name more or less (a middle name).
    pub(crate) fn is_near(&self, other: &Self) -> bool {
        let (a, b) = (self.words.concat(), other.words.concat());
        let longest = a.chars().count().max(b.chars().count());
        let within =
            |one: &Self, of: &Self| one.words.len() >= 2 && one.words.iter().all(|word| of.words.contains(word));
        (5..=200).contains(&longest) && strsim::damerau_levenshtein(&a, &b) <= 2
            || within(self, other)
            || within(other, self)
    }

    /// Whether a longer text has this name in it, as words of its own.
    pub(crate) fn is_in(&self, text: &Self) -> bool {
        let many = self.words.len() >= 2 || self.joined.chars().count() >= 4;
        many && self.words.iter().all(|word| text.words.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn names_are_the_same_whatever_their_order_width_and_form() {
        for (a, b) in [
            ("Sato Hanako", "Hanako SATO"),
            ("佐藤 花子", "佐藤花子"),
            ("佐藤　花子", "花子 佐藤"),
            ("Ｓａｔｏ Hanako", "sato, hanako"),
            ("Zoe\u{308} Mu\u{308}ller", "Zoë Müller"),
            ("O'Brien, Anna", "Anna O Brien"),
            ("محمد علي", "علي محمد"),
        ] {
            assert!(Name::of(a).is(&Name::of(b)), "{a} {b}");
        }
        assert!(!Name::of("Anna Sato").is(&Name::of("Hanna Sato")) && !Name::of("---").is(&Name::of("")));
    }

    #[test]
    fn nearly_the_same_is_known_as_such() {
        let near = |a: &str, b: &str| Name::of(a).is_near(&Name::of(b));
        assert!(near("Hanako Satoh", "Hanako Sato") && near("Anna Maria Muster", "Anna Muster"));
        assert!(!near("Li", "Lu") && !near("Ken Tanaka", "Yui Kobayashi") && !near("Anna", "Anna Muster"));
    }
}
