//! The numbers of burn's tensors, and tensors of numbers.

use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::ops::{Backward, NodeGuard, OpsKind};
use burn::backend::{Autodiff, AutodiffBackend, BackendTypes, Flex};
use burn::tensor::{Tensor, TensorData};

/// A tensor of the backend that computes.
pub(crate) type Flat = <Flex as BackendTypes>::FloatTensorPrimitive;

/// The backend that keeps what a gradient needs.
pub(crate) type Learning = Autodiff<Flex, NoCheckpointing>;

/// A tensor of numbers.
pub(crate) fn flat<const D: usize>(numbers: Vec<f32>, shape: [usize; D]) -> Flat {
    Flat::from_data(TensorData::new(numbers, shape))
}

/// The numbers of a contiguous tensor.
pub(crate) fn numbers(tensor: &Flat) -> &[f32] {
    let layout = tensor.layout();
    &tensor.storage::<f32>()[layout.start_offset()..][..layout.num_elements()]
}

/// What an operation takes in: numbers, and the node of the graph where gradients are wanted.
pub(crate) struct Taken {
    pub(crate) flat: Flat,
    node: Option<NodeGuard>,
}

impl Taken {
    /// Whether its gradient may be wanted.
    pub(crate) fn is_tracked(&self) -> bool {
        self.node.is_some()
    }
}

/// # Panics
/// A tensor that is not on [`Flex`]: kernels compute nowhere else.
pub(crate) fn take<const D: usize>(tensor: Tensor<D>) -> Taken {
    let told = if tensor.device().is_autodiff() {
        tensor.try_into_primitive::<Learning>().map(|tensor| {
            let (flat, node) = tensor.into_parts();
            Taken { flat: flat.to_contiguous(), node: Some(node) }
        })
    } else {
        tensor.try_into_primitive::<Flex>().map(|flat| Taken { flat: flat.to_contiguous(), node: None })
    };
    match told {
        Ok(taken) => taken,
        Err(why) => panic!("kernels compute on the device `flex` alone: {why:?}"),
    }
}

/// What an operation gives: `out`, with the way back from it where gradients are wanted. Missing inputs have no gradient.
pub(crate) fn give<const D: usize, const N: usize, B: Backward<Flex, N>>(
    back: B,
    state: B::State,
    taken: [Option<Taken>; N],
    out: Flat,
) -> Tensor<D> {
    if taken.iter().flatten().all(|taken| taken.node.is_none()) {
        return Tensor::from_primitive::<Flex>(out);
    }
    let nodes = taken.map(|taken| match taken {
        Some(Taken { node: Some(node), .. }) => node,
        Some(Taken { flat, node: None }) => Learning::from_inner(flat).node(),
        None => Learning::from_inner(flat(vec![0.0], [1])).node(),
    });
    let out = match back.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => prepared.finish(state, out),
        OpsKind::UnTracked(prepared) => prepared.finish(out),
    };
    Tensor::from_primitive::<Learning>(out)
}
