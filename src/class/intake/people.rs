//! Who is meant. What cannot be told for sure is doubtful, and a person decides (`[match]` in class.toml).

use std::collections::BTreeMap;

use diagnostics::text;
use diagnostics::text::Text;

use crate::person::Name;
use crate::roster::{Learner, Roster};
use crate::worksheet::{Column, Worksheet};

/// What is known of whoever handed in.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// The name of the folder or file.
    pub label: String,
    /// Their name, as a platform writes it.
    pub name: Option<String>,
    /// Their number in a Moodle assignment.
    pub participant: Option<u64>,
    /// Their student's number, as a platform writes it.
    pub sid: Option<String>,
    /// Their e-mail, as a platform writes it.
    pub email: Option<String>,
}

/// Whose a hand-in is.
#[derive(Clone, Debug, PartialEq)]
pub enum Person {
    /// Of one learner, or of each of a team; by which rule.
    Matched {
        /// Their ids.
        learners: Vec<String>,
        /// The team's name, where it is a team's.
        team: Option<String>,
        /// The rule.
        by: By,
    },
    /// Perhaps of one of these.
    Doubtful(Vec<String>, Text),
    /// Nobody of the roster.
    Unmatched(Text),
}

/// By which rule somebody was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// `[match]` in class.toml.
    Settings,
    /// Student's number.
    Id,
    /// E-mail.
    Email,
    /// Number in the Moodle assignment.
    Participant,
    /// Name.
    Name,
    /// Name of a team.
    Team,
    /// Something in the name of a folder or a file.
    Label,
    /// The key of their variant in the name of a file.
    Key,
}

impl By {
    /// In words.
    pub fn text(self) -> Text {
        match self {
            Self::Settings => Text::new("class.toml", "class.toml"),
            Self::Id => Text::new("number", "学籍番号"),
            Self::Email => Text::new("e-mail", "メール"),
            Self::Participant => Text::new("participant", "参加者番号"),
            Self::Name => Text::new("name", "氏名"),
            Self::Team => Text::new("team", "グループ"),
            Self::Label => Text::new("file name", "ファイル名"),
            Self::Key => Text::new("variant key", "バリアントのキー"),
        }
    }
}

/// What people are looked up in.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The roster.
    pub roster: &'a Roster,
    /// The learner of each variant's key.
    pub keys: &'a BTreeMap<String, String>,
    /// What class.toml says.
    pub matches: &'a BTreeMap<String, String>,
    /// Moodle's worksheet, where there is one.
    pub worksheet: Option<&'a Worksheet>,
}

/// Finds out who is meant; `claimed` is the variant that the files say they were made with.
pub fn person(who: &Who, claimed: Option<&str>, known: Known) -> Person {
    let roster = known.roster;
    let one = |learner: &Learner, by| Person::Matched { learners: vec![learner.id.clone()], team: None, by };
    let numbered = || who.participant.and_then(|number| known.matches.get(&number.to_string()));
    let settled = known.matches.get(&who.label).or_else(numbered);
    if let Some(learner) = settled.and_then(|id| roster.learner(id)) {
        return one(learner, By::Settings);
    }
    let by_id = |id: &str| roster.learners.iter().find(|learner| learner.id.eq_ignore_ascii_case(id.trim()));
    let by_email = |email: &str| {
        let email = email.trim().to_lowercase();
        roster.learners.iter().find(|learner| learner.email.as_deref() == Some(&email))
    };
    // An e-mail within a name: whole, not the end of a longer one.
    let emailed = |label: &str| {
        let label = label.to_lowercase();
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || ".-+".contains(c));
        let has = |email: &str| {
            label.match_indices(email).any(|(at, _)| {
                let rest = &label[at + email.len()..];
                // What follows may end a file's name, and not an address.
                let ends =
                    [".toml", ".txt", ".zip", ".json", ".submission.json"].iter().any(|end| rest.starts_with(end));
                let joined = rest.starts_with(|c: char| c.is_alphanumeric() || ".-".contains(c)) && !ends;
                !is_part(label[..at].chars().next_back()) && !joined
            })
        };
        let mut found = roster.learners.iter().filter(|learner| learner.email.as_deref().is_some_and(has));
        found.next().filter(|_| found.next().is_none())
    };
    if let Some(learner) = who.sid.as_deref().and_then(by_id) {
        return one(learner, By::Id);
    }
    if let Some(learner) = who.email.as_deref().and_then(by_email) {
        return one(learner, By::Email);
    }
    let in_roster = |number: u64| roster.learners.iter().find(|learner| learner.participant == Some(number));
    if let Some(learner) = who.participant.and_then(in_roster) {
        return one(learner, By::Participant);
    }
    let row = who.participant.zip(known.worksheet).and_then(|(number, sheet)| Some((sheet, sheet.row_of(number)?)));
    if let Some((sheet, row)) = row {
        let found = by_id(sheet.cell(row, Column::IdNumber)).or_else(|| by_email(sheet.cell(row, Column::Email)));
        if let Some(learner) = found {
            return one(learner, By::Participant);
        }
    }
    let of_sheet = row.map(|(sheet, row)| sheet.cell(row, Column::Name).to_owned()).filter(|name| !name.is_empty());
    // A name that class.toml settles is still a name: a number or an e-mail says who it is more surely, where several bear it.
    let named = who.name.as_deref().and_then(|name| known.matches.get(name));
    if let Some(learner) = named.and_then(|id| roster.learner(id)) {
        return one(learner, By::Settings);
    }
    let by_people = who.name.is_none() && who.participant.is_none();
    if let Some(learner) = emailed(&who.label).filter(|_| by_people) {
        return one(learner, By::Email);
    }
    let full = who.name.clone().or(of_sheet);
    let name = Name::of(full.as_deref().unwrap_or(&who.label));
    let same: Vec<&Learner> = roster.learners.iter().filter(|learner| Name::of(&learner.name).is(&name)).collect();
    match same.as_slice() {
        [learner] => return one(learner, By::Name),
        [_, _, ..] => {
            let ids = same.iter().map(|learner| learner.id.clone()).collect();
            return Person::Doubtful(ids, Text::new("several learners have this name", "同じ氏名の学習者が複数います"));
        }
        [] => {}
    }
    let team = roster.group(full.as_deref().unwrap_or(&who.label));
    if let Some(first) = team.first() {
        let learners = team.iter().map(|learner| learner.id.clone()).collect();
        return Person::Matched { learners, team: first.group.clone(), by: By::Team };
    }
    // A platform that names people names them rightly or not at all: the rest is for folders and files that people named.
    if by_people {
        let words: Vec<String> = who
            .label
            .split(|c: char| !c.is_alphanumeric() && c != '-')
            .flat_map(|word| word.split('-').map(str::to_owned).chain([word.to_owned()]))
            .collect();
        let has = |id: &str| words.iter().any(|word| word.eq_ignore_ascii_case(id));
        let inside: Vec<&Learner> =
            roster.learners.iter().filter(|learner| has(&learner.id) || Name::of(&learner.name).is_in(&name)).collect();
        match inside.as_slice() {
            [learner] => return one(learner, By::Label),
            [_, _, ..] => {
                let ids = inside.iter().map(|learner| learner.id.clone()).collect();
                return Person::Doubtful(
                    ids,
                    Text::new("the name fits several learners", "複数の学習者に当てはまる名前です"),
                );
            }
            [] => {}
        }
        let by_key = known.keys.iter().find(|(key, _)| has(key)).and_then(|(_, id)| roster.learner(id));
        if let Some(learner) = by_key {
            return one(learner, By::Key);
        }
    }
    let near: Vec<String> = roster
        .learners
        .iter()
        .filter(|learner| Name::of(&learner.name).is_near(&name))
        .map(|learner| learner.id.clone())
        .collect();
    if !near.is_empty() {
        return Person::Doubtful(near, Text::new("nearly this name", "よく似た氏名です"));
    }
    if let Some(id) = claimed.and_then(|key| known.keys.get(key)) {
        let why = Text::new(
            "only the variant that the files name is theirs, and anybody could have written that",
            "ファイルに書かれたバリアントだけが一致しています（だれでも書けるため、確認が必要です）",
        );
        return Person::Doubtful(vec![id.clone()], why);
    }
    let shown = full.unwrap_or_else(|| who.label.clone());
    Person::Unmatched(text!("nobody of the roster is called {shown}", "名簿に {shown} に当たる学習者がいません"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster() -> Roster {
        let text = "id,name,email,group\nM001,佐藤 花子,hana@x.jp,A\nM002,Anna Muster,anna@x.org,A\nM003,Ken Tanaka,,B\nM004,Ken Tanaka,,B\n";
        Roster::read("r.csv", text.as_bytes()).unwrap()
    }

    fn meets(who: &Who, claimed: Option<&str>) -> String {
        let (roster, keys) = (roster(), BTreeMap::from([("k7k7".to_owned(), "M001".to_owned())]));
        let matches = BTreeMap::from([("old folder", "M003"), ("Anna of both", "M001")]);
        let matches = matches.into_iter().map(|(name, id)| (name.to_owned(), id.to_owned())).collect();
        match person(who, claimed, Known { roster: &roster, keys: &keys, matches: &matches, worksheet: None }) {
            Person::Matched { learners, by, .. } => format!("{} {by:?}", learners.join("+")),
            Person::Doubtful(ids, _) => format!("? {}", ids.join("+")),
            Person::Unmatched(_) => "none".to_owned(),
        }
    }

    #[test]
    fn people_are_matched_by_rule_and_never_by_chance() {
        let label = |label: &str| Who { label: label.to_owned(), ..Who::default() };
        let name = |name: &str| Who { name: Some(name.to_owned()), participant: Some(5), ..label("x") };
        for (who, claimed, expected) in [
            (label("M001"), None, "M001 Label"),
            (label("sepsis-alarm_M002_final"), None, "M002 Label"),
            (label("old folder"), None, "M003 Settings"),
            (name("花子 佐藤"), None, "M001 Name"),
            // Two of one name, one of them settled: the e-mail of the other stays hers.
            (name("Anna of both"), None, "M001 Settings"),
            (Who { email: Some("anna@x.org".to_owned()), ..name("Anna of both") }, None, "M002 Email"),
            (name("Ken Tanaka"), None, "? M003+M004"),
            (name("Ana Muster"), None, "? M002"),
            (name("A"), None, "M001+M002 Team"),
            (name("Participant"), None, "none"),
            (name("Participant"), Some("k7k7"), "? M001"),
            (label("sepsis-alarm-k7k7.submission.json"), None, "M001 Key"),
            (label("Muster, Anna"), None, "M002 Name"),
            (label("somebody"), None, "none"),
            (label("Hana@x.jp"), None, "M001 Email"),
            (label("anna@x.org_plan.toml"), None, "M002 Email"),
            (label("anna@x.org.toml"), None, "M002 Email"),
            (label("susanna@x.org"), None, "none"),
            (label("anna@x.org.jp"), None, "none"),
        ] {
            assert_eq!(meets(&who, claimed), expected, "{who:?}");
        }
    }
}
