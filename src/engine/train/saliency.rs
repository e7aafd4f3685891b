//! Where in a picture a risk comes from: two views, each of which can mislead (Adebayo et al. 2018); together they are a start.

use burn::tensor::{Tensor, TensorData};
use ndarray::{Array2, Axis};

use super::{Fitted, logits};

impl Fitted {
    /// How much the row's log-odds (of pixels: the highest of them) change with each pixel: the absolute gradient, the strongest
    /// of a pixel's channels (Simonyan et al. 2014). `x`: one row. Gives `[height, width]`.
    pub fn gradient(&self, x: &[f32]) -> Array2<f32> {
        use burn::module::Module as _;
        let [channels, height, width] = self.input.picture();
        let device = self.device.clone().autodiff();
        // Trained on this device, but as it judges: what was averaged over batches stays as it is.
        let network = self.network.clone().train().freeze();
        let row = Tensor::<2>::from_data(TensorData::new(x.to_vec(), [1, x.len()]), &device).require_grad();
        let told = network.forward(row.clone(), None).max();
        let gradients = told.backward();
        let mut out = Array2::zeros((height, width));
        let Some(gradient) = row.grad(&gradients) else { return out };
        let values: Vec<f32> = gradient.into_data().iter::<f32>().collect();
        for channel in values.chunks_exact(height * width).take(channels) {
            for (to, &from) in out.iter_mut().zip(channel) {
                *to = f32::max(*to, from.abs());
            }
        }
        out
    }

    /// How far the row's log-odds fall when a patch of `side` × `side` pixels around each place is greyed to 0, the training
    /// pictures' mean (Zeiler and Fergus 2014); negative where they rise. `x`: one row. Gives `[height, width]`.
    pub fn occlusion(&self, x: &[f32], side: usize) -> Array2<f32> {
        let [_, height, width] = self.input.picture();
        let side = side.clamp(1, height.min(width));
        let step = side.div_ceil(2);
        let starts = |length: usize| -> Vec<usize> {
            let mut starts: Vec<usize> = (0..=length - side).step_by(step).collect();
            if starts.last() != Some(&(length - side)) {
                starts.push(length - side);
            }
            starts
        };
        let places: Vec<(usize, usize)> =
            starts(height).into_iter().flat_map(|top| starts(width).into_iter().map(move |left| (top, left))).collect();
        let mut hidden = Array2::zeros((places.len() + 1, x.len()));
        for (mut row, place) in hidden.axis_iter_mut(Axis(0)).zip(std::iter::once(None).chain(places.iter().map(Some)))
        {
            row.iter_mut().zip(x).for_each(|(to, from)| *to = *from);
            let Some(&(top, left)) = place else { continue };
            for (i, value) in row.iter_mut().enumerate() {
                let (line, column) = (i / width % height, i % width);
                if (top..top + side).contains(&line) && (left..left + side).contains(&column) {
                    *value = 0.0;
                }
            }
        }
        let told = logits(&self.network, &hidden.view(), &self.device);
        let told: Vec<f32> = told.axis_iter(Axis(0)).map(|row| row.iter().copied().fold(f32::MIN, f32::max)).collect();
        let (mut sum, mut n) = (Array2::zeros((height, width)), Array2::<f32>::zeros((height, width)));
        for (&(top, left), score) in places.iter().zip(&told[1..]) {
            let area = ndarray::s![top..top + side, left..left + side];
            sum.slice_mut(area).iter_mut().for_each(|to| *to += told[0] - score);
            n.slice_mut(area).iter_mut().for_each(|to| *to += 1.0);
        }
        sum / n.mapv(|n| n.max(1.0))
    }
}
