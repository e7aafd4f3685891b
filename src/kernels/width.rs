//! How many numbers an instruction takes: chosen when the program runs, or forced.
//!
//! Sums are taken in another order for each width, so results differ between widths in their last digits. Whoever compares results
//! of several machines forces one that all of them have.

use std::sync::atomic::{AtomicU8, Ordering};

use pulp::Arch;

/// A set of vector instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// x86-64 with AVX-512 (F, BW, CD, DQ, VL): 16 numbers, 32 registers.
    Avx512,
    /// x86-64 with AVX2 and FMA: 8 numbers, 16 registers.
    Avx2,
    /// Arm NEON: 4 numbers, 32 registers.
    Neon,
    /// One number at a time: every machine.
    Scalar,
}

impl Width {
    /// All of them, the widest first.
    pub const ALL: [Self; 4] = [Self::Avx512, Self::Avx2, Self::Neon, Self::Scalar];

    /// Their names, in the same order.
    pub const NAMES: [&'static str; Self::ALL.len()] = {
        let mut names = [""; Self::ALL.len()];
        let mut at = 0;
        while at < names.len() {
            names[at] = Self::ALL[at].name();
            at += 1;
        }
        names
    };

    /// As it is written in options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Neon => "neon",
            Self::Scalar => "scalar",
        }
    }

    /// Whether this machine has it.
    pub fn is_here(self) -> bool {
        self.arch().is_some()
    }

    /// The widest that this machine has.
    pub fn widest() -> Self {
        Self::ALL.into_iter().find(|width| width.is_here()).unwrap_or(Self::Scalar)
    }

    #[cfg(target_arch = "x86_64")]
    fn arch(self) -> Option<Arch> {
        match self {
            Self::Avx512 => pulp::x86::V4::try_new().map(Arch::V4),
            Self::Avx2 => pulp::x86::V3::try_new().map(Arch::V3),
            Self::Neon => None,
            Self::Scalar => Some(Arch::Scalar),
        }
    }

    #[cfg(target_arch = "aarch64")]
    fn arch(self) -> Option<Arch> {
        match self {
            Self::Avx512 | Self::Avx2 => None,
            Self::Neon => pulp::aarch64::Neon::try_new().map(Arch::Neon),
            Self::Scalar => Some(Arch::Scalar),
        }
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    fn arch(self) -> Option<Arch> {
        (self == Self::Scalar).then(Arch::new)
    }
}

/// The place of the forced width in [`Width::ALL`], from 1; 0: none is forced.
static FORCED: AtomicU8 = AtomicU8::new(0);

/// From now on every kernel of this process uses this width; `None`: the widest that the machine has.
///
/// # Errors
/// This machine does not have it; then nothing changes.
pub fn force(width: Option<Width>) -> Result<(), Unavailable> {
    if let Some(width) = width.filter(|width| !width.is_here()) {
        return Err(Unavailable(width));
    }
    let place = Width::ALL.iter().position(|&one| Some(one) == width);
    FORCED.store(place.map_or(0, |place| place as u8 + 1), Ordering::Relaxed);
    Ok(())
}

/// A width that this machine does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable(pub Width);

/// The width that kernels use now.
pub fn current() -> Width {
    let forced = usize::from(FORCED.load(Ordering::Relaxed));
    forced.checked_sub(1).and_then(|place| Width::ALL.get(place).copied()).unwrap_or_else(Width::widest)
}

/// What pulp calls the current width.
pub(crate) fn arch() -> Arch {
    current().arch().unwrap_or_default()
}
