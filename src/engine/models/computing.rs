//! Who computes what models of pictures need: one switch for the whole process.

use std::sync::atomic::{AtomicBool, Ordering};

use kernels::Width;

/// Who computes convolutions, what follows them, and losses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernels {
    /// burn's backend.
    Burn,
    /// The crate `kernels`.
    Own,
}

/// Who does, unless [`Kernels::choose`] says otherwise.
const DEFAULT: Kernels = Kernels::Own;

static OWN: AtomicBool = AtomicBool::new(matches!(DEFAULT, Kernels::Own));

impl Kernels {
    /// Who computes now.
    pub fn current() -> Self {
        if OWN.load(Ordering::Relaxed) { Self::Own } else { Self::Burn }
    }

    /// Who computes from now on, in the whole process. Results differ in their last digits.
    pub fn choose(self) {
        OWN.store(self == Self::Own, Ordering::Relaxed);
    }
}

/// The names of all sets of vector instructions, whether this machine has them or not.
pub const INSTRUCTIONS: &[&str] = &Width::NAMES;

/// Forces one set of vector instructions on our own kernels, by its name, so that machines of several kinds give the same bits where
/// these kernels compute.
///
/// # Errors
/// A name that is none of them, or instructions that this machine does not have: the names of those that it has.
pub fn force(width: &str) -> Result<(), Vec<&'static str>> {
    let here: Vec<Width> = Width::ALL.into_iter().filter(|width| width.is_here()).collect();
    let asked = here.iter().copied().find(|one| one.name() == width);
    let forced = asked.is_some_and(|asked| kernels::force(Some(asked)).is_ok());
    if forced { Ok(()) } else { Err(here.into_iter().map(Width::name).collect()) }
}

/// The name of the vector instructions that our own kernels use now.
pub fn instructions() -> &'static str {
    kernels::current().name()
}
