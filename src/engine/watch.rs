//! Who watches a run: is told what happens on the way, and may end it.

/// One pass over the training rows.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Epoch {
    /// From 1.
    pub number: usize,
    /// How many there will be at most.
    pub of: usize,
    /// Mean loss of the training rows during the pass (class weights and augmentation included, penalty left out).
    #[serde(with = "crate::exact")]
    pub train_loss: f64,
    /// Mean loss of the validation rows after the pass, where there are any.
    #[serde(with = "crate::exact::option")]
    pub valid_loss: Option<f64>,
}

/// What happens on the way.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// Data are being drawn.
    Drawing,
    /// A pass over the training rows has ended.
    Trained(Epoch),
    /// The hidden rows are being judged.
    Judging,
}

/// Who watches a run.
pub trait Watch {
    /// Something happened on the way.
    fn tell(&mut self, event: Event);

    /// Whether to end the run: asked between stages, and before each step of a training.
    fn ends(&self) -> bool {
        false
    }
}

impl<F: FnMut(Event)> Watch for F {
    fn tell(&mut self, event: Event) {
        self(event);
    }
}
