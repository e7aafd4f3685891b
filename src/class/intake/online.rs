//! What a learner wrote into a text field of a learning platform: HTML, read as the plain text that they saw.

/// The text of a page.
pub(super) fn text(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        out += &rest[..at];
        rest = &rest[at..];
        if rest.starts_with('<') {
            let Some(end) = rest.find('>') else { break };
            let tag = rest[1..end].trim().to_lowercase();
            let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
            // What is not shown is not read either.
            if let Some(hidden) = ["script", "style", "head"].into_iter().find(|hidden| *hidden == name) {
                let close = format!("</{hidden}");
                let lower = rest.to_ascii_lowercase();
                rest = lower.find(&close).map_or("", |at| &rest[at..]);
                if rest.is_empty() {
                    break;
                }
                continue;
            }
            let ends_line =
                ["br", "br/", "/p", "/div", "/li", "/pre", "/tr", "/h1", "/h2", "/h3"].contains(&name.as_str());
            if ends_line && !out.ends_with('\n') || name.starts_with("br") {
                out.push('\n');
            }
            rest = &rest[end + 1..];
        } else {
            let end = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(at, _)| at);
            if let Some((sign, end)) = end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
                out.push(sign);
                rest = &rest[end + 1..];
            } else {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    if !rest.starts_with('<') {
        out += rest;
    }
    out
}

fn entity(name: &str) -> Option<char> {
    let number = name.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    });
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => number.and_then(char::from_u32).map(|sign| if sign == '\u{a0}' { ' ' } else { sign }),
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_plan_in_a_text_field_reads_as_it_was_typed() {
        let html = "<head><style>p { x }</style></head><p>exercise = &quot;sepsis-alarm@4&quot;<br>[train]</p><p>epochs&nbsp;=&#32;20 # a &lt; b &amp; c</p>";
        assert_eq!(text(html), "exercise = \"sepsis-alarm@4\"\n[train]\nepochs = 20 # a < b & c\n");
        assert_eq!(text("a & b &bogus; <broken"), "a & b &bogus; ");
        assert_eq!(text("x<script>alert(1)</script>y"), "xy");
    }
}
