//! One pass over the training rows, as it is told and kept.

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
