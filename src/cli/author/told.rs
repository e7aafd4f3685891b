//! How findings are told.

use crate::session::Session;
use author::finding::Finding;
use diagnostics::text::Text;
use report::terminal::dim;

/// As a compiler would: which rule, where, what, and how to mend it.
pub(super) fn shown(session: &Session, finding: &Finding) -> String {
    if finding.note {
        let Text { en, ja } = &finding.fault.found;
        let (place, lang) = (finding.fault.place.display(session.terminal.lang), session.terminal.lang);
        let (found, expected) = (session.pick(en, ja), finding.fault.expected.get(lang));
        return dim(&session
            .terminal
            .paragraph("  ", &format!("{}: {found} – {expected} ({place})", finding.rule.name())));
    }
    let told = session.terminal.fault(&finding.fault);
    told.replacen("✘", &format!("✘ {}", finding.rule.name()), 1)
}
