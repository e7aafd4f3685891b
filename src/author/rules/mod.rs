//! The rules on what is written and given out.
//!
//! What happens when solutions run is judged in `proof`.

mod asked;
mod card;
mod data;
mod hour;
pub mod language;
pub mod leaks;
mod material;
mod personal;
mod solutions;
mod surnames;
mod telltale;
mod told;

use crate::finding::Finding;
use engine::run::RunError;

pub use asked::unhidden;
pub use material::Material;

/// The rules on what is written and given out, in the order in which they are tried.
const ON_MATERIAL: &[fn(&Material) -> Vec<Finding>] = &[
    data::twice,
    data::shared_ids,
    data::order,
    personal::columns,
    card::card,
    hour::hour,
    asked::asked,
    telltale::telltale,
    told::given_away,
    solutions::twins,
];

/// All findings against the rules on what is written and given out.
///
/// # Errors
/// Our own failures.
pub fn on_material(material: &Material) -> Result<Vec<Finding>, RunError> {
    let mut findings = data::recoded(material)?;
    findings.extend(ON_MATERIAL.iter().flat_map(|rule| rule(material)));
    Ok(findings)
}
