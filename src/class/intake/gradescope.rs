//! Gradescope's export of submissions: folders by number, and `submission_metadata.yml`, which says whose they are. Of that file only
//! the few plain lines that are needed are read.

use std::collections::BTreeMap;

/// Its name.
pub(super) const FILE: &str = "submission_metadata.yml";

/// Whose a folder is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Submitter {
    /// Their name.
    pub(super) name: Option<String>,
    /// Their student's number.
    pub(super) sid: Option<String>,
    /// Their e-mail.
    pub(super) email: Option<String>,
}

/// What is said of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Whose it is; several of a group.
    pub(super) submitters: Vec<Submitter>,
    /// When it was handed in, as it is written.
    pub(super) created: Option<String>,
}

/// What is said of each folder, by its name.
pub(super) fn read(text: &str) -> BTreeMap<String, Said> {
    let mut all: BTreeMap<String, Said> = BTreeMap::new();
    let mut folder = String::new();
    let mut in_submitters = false;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let trimmed = line.trim();
        if indent == 0 && trimmed.ends_with(':') && trimmed != "---" {
            folder = unquoted(trimmed.trim_end_matches(':'));
            all.entry(folder.clone()).or_default();
            in_submitters = false;
            continue;
        }
        let Some(said) = all.get_mut(&folder) else { continue };
        let item = trimmed.strip_prefix("- ");
        let Some((key, value)) =
            item.unwrap_or(trimmed).split_once(": ").or_else(|| Some((item.unwrap_or(trimmed).strip_suffix(':')?, "")))
        else {
            continue;
        };
        let key = key.trim().trim_matches(':');
        // Keys two spaces in are the folder's own; those of its history and results lie deeper.
        if indent == 2 && item.is_none() {
            in_submitters = key == "submitters";
            if key == "created_at" {
                said.created = Some(unquoted(value));
            }
            continue;
        }
        if !in_submitters {
            continue;
        }
        if item.is_some() {
            said.submitters.push(Submitter::default());
        }
        let (Some(last), value) = (said.submitters.last_mut(), unquoted(value)) else { continue };
        let value = Some(value).filter(|value| !value.is_empty() && value != "null");
        match key {
            "name" => last.name = value,
            "sid" => last.sid = value,
            "email" => last.email = value.map(|email| email.to_lowercase()),
            _ => {}
        }
    }
    all
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let inner = inner.or_else(|| value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')));
    inner.unwrap_or(value).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_a_folder_is_and_when_it_came_is_read() {
        let text = "---\nsubmission_12:\n  :submitters:\n  - :name: Anna Muster\n    :sid: '007'\n    :email: Anna@Example.org\n  - :name: 佐藤 花子\n    :sid:\n  :created_at: 2026-11-26 19:05:12.5 Z\n  :score: 3.0\n  :history:\n  - :id: 9\n    :created_at: 2020-01-01 00:00:00 Z\nsubmission_13:\n  :submitters:\n  - :name: \"O: B\"\n";
        let read = read(text);
        let first = &read["submission_12"];
        assert_eq!(first.created.as_deref(), Some("2026-11-26 19:05:12.5 Z"));
        assert_eq!(
            first.submitters[0],
            Submitter {
                name: Some("Anna Muster".into()),
                sid: Some("007".into()),
                email: Some("anna@example.org".into())
            }
        );
        assert_eq!((first.submitters.len(), first.submitters[1].sid.clone()), (2, None));
        assert_eq!(read["submission_13"].submitters[0].name.as_deref(), Some("O: B"));
    }
}
