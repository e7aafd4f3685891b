//! Pictures drawn from named parameters: teaching phantoms, one file per modality. They look like the real thing only as far as a
//! lesson needs; nothing that is measured on them holds for patients.
//!
//! Every layer of a picture (anatomy, disease, artefacts, noise) draws from a stream of its own, so that a changed parameter
//! changes what it names and nothing else.

pub mod brain_mr;
mod canvas;
pub mod chest_xray;
mod colour;
pub mod dermoscopy;
pub mod film;
pub mod fundus;
mod modality;
mod noise;
mod raster;
mod stream;

pub mod retina;
pub mod skin;
pub mod slice;

pub use modality::{Asked, LARGEST, Parameter, Picture, Renderer, SMALLEST};

/// Every modality. A name without a number is the first version; `@2` is the second, which draws other pictures from the same
/// parameters: an exercise keeps the version that it was proved with.
pub const RENDERERS: &[Renderer] = &[
    chest_xray::RENDERER,
    film::RENDERER,
    brain_mr::RENDERER,
    slice::RENDERER,
    dermoscopy::RENDERER,
    skin::RENDERER,
    fundus::RENDERER,
    retina::RENDERER,
];

/// Their names.
pub const NAMES: &[&str] = &{
    let mut names = [""; RENDERERS.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = RENDERERS[i].name;
        i += 1;
    }
    names
};

/// The modality of this name.
pub fn renderer(name: &str) -> Option<&'static Renderer> {
    RENDERERS.iter().find(|renderer| renderer.name == name)
}
