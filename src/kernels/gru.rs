//! A gated recurrent unit (Cho et al. 2014, arXiv 1406.1078v1) over all steps of a series, as one operation.
//!
//! `[B, T, I]` → `[B, T, H]`. Of burn's two conventions the default one, with the reset gate behind the product, which is also
//! PyTorch's and cuDNN's:
//!
//! ```text
//! z = σ(x·Wz + bz + h·Uz + cz)        how much stays (update gate)
//! r = σ(x·Wr + br + h·Ur + cr)        how much of the past is seen (reset gate)
//! a = h·Un + cn
//! n = tanh(x·Wn + bn + r ∘ a)         what is new
//! h ← (1 − z) ∘ n + z ∘ h
//! ```
//!
//! What `x` adds to the gates does not wait for the past and is computed for all steps at once. Each share of the batch then walks
//! through time by itself, forward and backward; the weights' gradients are products over all of its steps together (Appleyard et
//! al. 2016).

use std::ops::Range;
use std::sync::Arc;

use burn::backend::Flex;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::nn::activation::Activation;
use burn::nn::gru::Gru;
use burn::tensor::Tensor;
use pulp::Arch;

use crate::block::part;
use crate::buffer::{self, Buffer};
use crate::grid::LANES;
use crate::product::Product;
use crate::scalar::{sigmoid, tanh};
use crate::shares;
use crate::tensor::{Flat, Taken, flat, give, numbers, take};
use crate::width;

/// The states after each step, and the last of them. `x` is `[B, T, I]` with at least one step; `state`, before the first step,
/// `[B, H]`, zeros where there is none. Gives `[B, T, H]` and `[B, H]`.
///
/// # Panics
/// A layer that resets before the product, clips its states, or has other activations than σ and tanh; a series without steps.
pub fn gru(x: Tensor<3>, state: Option<Tensor<2>>, layer: &Gru) -> (Tensor<3>, Tensor<2>) {
    let usual = matches!(layer.gate_activation, Activation::Sigmoid(_))
        && matches!(layer.hidden_activation, Activation::Tanh(_))
        && layer.clip.is_none();
    assert!(usual && layer.reset_after, "a layer of σ and tanh that resets behind the product");
    let [rows, steps, inputs] = x.dims();
    assert!(steps > 0, "a series of at least one step");
    let shape = Shape { arch: width::arch(), rows, steps, inputs, units: layer.d_hidden };
    let gates = [&layer.new_gate, &layer.update_gate, &layer.reset_gate];
    let mut taken: [Option<_>; 14] = std::array::from_fn(|_| None);
    taken[X] = Some(take(x));
    taken[STATE] = state.map(take);
    for (gate, controller) in gates.into_iter().enumerate() {
        let (seen, past) = (&controller.input_transform, &controller.hidden_transform);
        taken[W + gate] = Some(take(seen.weight.val()));
        taken[U + gate] = Some(take(past.weight.val()));
        taken[B + gate] = seen.bias.as_ref().map(|bias| take(bias.val()));
        taken[C + gate] = past.bias.as_ref().map(|bias| take(bias.val()));
    }
    let flats = taken.each_ref().map(|taken| taken.as_ref().map(|taken| taken.flat.clone()));
    let learns = taken.iter().flatten().any(Taken::is_tracked);
    let (out, saved) = forward(shape, flats, learns);
    let states: Tensor<3> = give(GruBack, Arc::new(saved), taken, out);
    let last = states.clone().slice([0..rows, steps - 1..steps, 0..shape.units]).squeeze_dim(1);
    (states, last)
}

/// Where each input of the operation stands; of weights and biases three, in the order n, z, r.
const X: usize = 0;
const STATE: usize = 1;
/// Weights of what is seen, `[I, H]`.
const W: usize = 2;
/// Weights of the past, `[H, H]`.
const U: usize = 5;
/// Biases beside `W`.
const B: usize = 8;
/// Biases beside `U`.
const C: usize = 11;

/// Of a row's four parts (n, z, r, a), what is seen reaches the first three, the past the last three.
const SEEN: [usize; 3] = [0, 1, 2];
const PAST: [usize; 3] = [1, 2, 0];

#[derive(Clone, Copy, Debug)]
struct Shape {
    arch: Arch,
    rows: usize,
    steps: usize,
    inputs: usize,
    units: usize,
}

impl Shape {
    /// Units with those that fill up the last vector.
    fn padded(&self) -> usize {
        self.units.next_multiple_of(LANES)
    }

    /// Numbers of all four parts of a row at one step.
    fn parts(&self) -> usize {
        4 * self.padded()
    }

    /// Three weights `[n, H]`, in this order of gates, as one `[n, 3 · padded]`.
    fn beside(&self, weights: [&[f32]; 3], order: [usize; 3], n: usize) -> Buffer {
        let padded = self.padded();
        let mut packed = zeros(n * 3 * padded);
        for (row, packed) in packed.chunks_exact_mut(3 * padded).enumerate() {
            for (place, gate) in packed.chunks_exact_mut(padded).zip(order) {
                place[..self.units].copy_from_slice(part(weights[gate], &(row..row + 1), self.units));
            }
        }
        packed
    }

    /// Weights `[n, H]` as `[H, n]`, filled up to whole vectors.
    fn turned(&self, weights: &[f32], n: usize) -> Buffer {
        let wide = n.next_multiple_of(LANES);
        let mut turned = zeros(self.units * wide);
        for (unit, turned) in turned.chunks_exact_mut(wide).enumerate() {
            for (row, place) in turned[..n].iter_mut().enumerate() {
                *place = weights[row * self.units + unit];
            }
        }
        turned
    }
}

fn zeros(n: usize) -> Buffer {
    let mut zeros = buffer::take(n);
    zeros.fill(0.0);
    zeros
}

/// What the way back needs.
#[derive(Debug)]
struct Saved {
    shape: Shape,
    flats: [Option<Flat>; 14],
    /// n, z, r and a of each row and step: `[B, T, 4 · padded]`.
    parts: Buffer,
    /// The states that came out: `[B, T, H]`.
    out: Flat,
}

fn of(flats: &[Option<Flat>; 14], at: usize) -> &[f32] {
    flats[at].as_ref().map_or(&[][..], numbers)
}

/// `tracked`: the way back may be asked for.
fn forward(shape: Shape, flats: [Option<Flat>; 14], tracked: bool) -> (Flat, Saved) {
    let Shape { arch, rows, steps, inputs, units } = shape;
    let (padded, row_parts, each) = (shape.padded(), shape.parts(), steps * shape.parts());
    let three = |first: usize| [0, 1, 2].map(|gate| of(&flats, first + gate));
    let seen = shape.beside(three(W), SEEN, inputs);
    let past = shape.beside(three(U), PAST, units);
    let (x, state) = (of(&flats, X), of(&flats, STATE));
    // What each row's parts begin with.
    let mut first = zeros(row_parts);
    for gate in 0..3 {
        let beside_past = PAST.iter().position(|&one| one == gate).map_or(0, |place| place + 1);
        for (biases, place) in [(of(&flats, B + gate), gate), (of(&flats, C + gate), beside_past)] {
            first[place * padded..][..units].iter_mut().zip(biases).for_each(|(sum, bias)| *sum += bias);
        }
    }
    let mut out = vec![0.0; rows * steps * units];
    let mut parts = buffer::take(if tracked { rows * each } else { 0 });
    let kept = shares::split(&mut parts, rows, if tracked { each } else { 0 });
    let tasks = shares::bounds(rows).into_iter().zip(kept).zip(shares::split(&mut out, rows, steps * units));
    shares::map(tasks, |((share, kept), out)| {
        let n = share.len();
        let mut room = buffer::take(if tracked { 0 } else { n * each });
        let parts = if tracked { kept } else { &mut room[..] };
        parts.chunks_exact_mut(row_parts).for_each(|row| row.copy_from_slice(&first));
        arch.dispatch(Product {
            a: part(x, &share, steps * inputs),
            a_row: inputs,
            a_step: 1,
            rows: n * steps,
            steps: inputs,
            b: &seen,
            b_row: 3 * padded,
            columns: 3 * padded,
            out: parts,
            out_row: row_parts,
        });
        let mut h = before(&shape, state, &share);
        for step in 0..steps {
            if n > 0 && (step > 0 || !state.is_empty()) {
                arch.dispatch(Product {
                    a: &h,
                    a_row: padded,
                    a_step: 1,
                    rows: n,
                    steps: units,
                    b: &past,
                    b_row: 3 * padded,
                    columns: 3 * padded,
                    out: &mut parts[step * row_parts + padded..],
                    out_row: each,
                });
            }
            let rows = parts.chunks_exact_mut(each).zip(h.chunks_exact_mut(padded));
            for ((parts, h), out) in rows.zip(out.chunks_exact_mut(steps * units)) {
                let parts = &mut parts[step * row_parts..][..row_parts];
                arch.dispatch(
                    #[inline(always)]
                    || walk(parts, h),
                );
                out[step * units..][..units].copy_from_slice(&h[..units]);
            }
        }
    });
    let out = flat(out, [rows, steps, units]);
    (out.clone(), Saved { shape, flats, parts, out })
}

/// The states of a share before the first step: `[n, padded]`.
fn before(shape: &Shape, state: &[f32], share: &Range<usize>) -> Buffer {
    let mut h = zeros(share.len() * shape.padded());
    if !state.is_empty() {
        let states = part(state, share, shape.units).chunks_exact(shape.units);
        h.chunks_exact_mut(shape.padded()).zip(states).for_each(|(h, state)| h[..shape.units].copy_from_slice(state));
    }
    h
}

/// The four parts of one row, vector by vector.
#[inline(always)]
fn quarters(parts: &[f32]) -> [&[[f32; LANES]]; 4] {
    let (left, right) = parts.split_at(parts.len() / 2);
    let ((n, z), (r, a)) = (left.split_at(left.len() / 2), right.split_at(right.len() / 2));
    [n, z, r, a].map(|part| part.as_chunks().0)
}

/// The same, to be changed.
#[inline(always)]
fn quarters_mut(parts: &mut [f32]) -> [&mut [[f32; LANES]]; 4] {
    let half = parts.len() / 2;
    let (left, right) = parts.split_at_mut(half);
    let ((n, z), (r, a)) = (left.split_at_mut(half / 2), right.split_at_mut(half / 2));
    [n, z, r, a].map(|part| part.as_chunks_mut().0)
}

/// One step of one row: sums become gates, and `state` the next one.
#[inline(always)]
fn walk(parts: &mut [f32], state: &mut [f32]) {
    let [n, z, r, a] = quarters_mut(parts);
    for ((((n, z), r), a), state) in n.iter_mut().zip(z).zip(r).zip(a).zip(state.as_chunks_mut::<LANES>().0) {
        for i in 0..LANES {
            (z[i], r[i]) = (sigmoid(z[i]), sigmoid(r[i]));
            n[i] = tanh(n[i] + r[i] * a[i]);
            state[i] = n[i] * (1.0 - z[i]) + z[i] * state[i];
        }
    }
}

/// One step of one row backward. `change`: of the state after it, becomes what `z` hands on to the state before; `to`: of the sums
/// n, z, r and a.
#[inline(always)]
fn walk_back(parts: &[f32], before: &[f32], change: &mut [f32], to: &mut [f32]) {
    let ([n, z, r, a], [to_n, to_z, to_r, to_a]) = (quarters(parts), quarters_mut(to));
    let (before, change) = (before.as_chunks::<LANES>().0, change.as_chunks_mut::<LANES>().0);
    for v in 0..before.len() {
        let (n, z, r, a, before, change) = (&n[v], &z[v], &r[v], &a[v], &before[v], &mut change[v]);
        for i in 0..LANES {
            let new = change[i] * (1.0 - z[i]) * (1.0 - n[i] * n[i]);
            to_n[v][i] = new;
            to_z[v][i] = change[i] * (before[i] - n[i]) * z[i] * (1.0 - z[i]);
            to_r[v][i] = new * a[i] * r[i] * (1.0 - r[i]);
            to_a[v][i] = new * r[i];
            change[i] *= z[i];
        }
    }
}

#[derive(Debug)]
struct GruBack;

impl Backward<Flex, 14> for GruBack {
    type State = Arc<Saved>;

    fn backward(self, ops: Ops<Self::State, 14>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let given = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let told = backward(&ops.state, numbers(&given), wanted);
        for (node, gradient) in ops.parents.iter().zip(told) {
            if let (Some(node), Some(gradient)) = (node, gradient) {
                gradients.register::<Flex>(node.id, gradient);
            }
        }
    }
}

/// What a share adds to the gradients of weights and biases.
struct Sums {
    /// `[I, 3 · padded]`
    seen: Buffer,
    /// `[H, 3 · padded]`
    past: Buffer,
    /// `[4 · padded]`
    biases: Buffer,
}

fn backward(saved: &Saved, given: &[f32], wanted: [bool; 14]) -> [Option<Flat>; 14] {
    let Saved { shape, flats, parts, out } = saved;
    let &Shape { arch, rows, steps, inputs, units } = shape;
    let (padded, row_parts, each) = (shape.padded(), shape.parts(), steps * shape.parts());
    let wide = inputs.next_multiple_of(LANES);
    let (x, state, out) = (of(flats, X), of(flats, STATE), numbers(out));
    let past = PAST.map(|gate| shape.turned(of(flats, U + gate), units));
    let seen = wanted[X].then(|| SEEN.map(|gate| shape.turned(of(flats, W + gate), inputs)));
    let any = |first: usize| wanted[first..first + 3].contains(&true);
    let (wants_seen, wants_past) = (any(W), any(U));
    let of_x = if wanted[X] { steps * inputs } else { 0 };
    let of_state = if wanted[STATE] { units } else { 0 };
    let (mut to_x, mut to_state) = (vec![0.0; rows * of_x], vec![0.0; rows * of_state]);
    let tasks = shares::bounds(rows).into_iter().zip(shares::split(&mut to_x, rows, of_x)).zip(shares::split(
        &mut to_state,
        rows,
        of_state,
    ));
    let sums = shares::map(tasks, |((share, to_x), to_state)| {
        let n = share.len();
        let mut sums = Sums {
            seen: zeros(if wants_seen { inputs * 3 * padded } else { 0 }),
            past: zeros(if wants_past { units * 3 * padded } else { 0 }),
            biases: zeros(row_parts),
        };
        if n == 0 {
            return sums;
        }
        let first = before(shape, state, &share);
        // The state before each step, and the change of the loss with each sum.
        let (mut states, mut changes) = (zeros(n * steps * padded), buffer::take(n * each));
        for (row, states) in states.chunks_exact_mut(steps * padded).enumerate() {
            let (start, later) = states.split_at_mut(padded);
            start.copy_from_slice(&first[row * padded..][..padded]);
            let out = part(out, &(share.start + row..share.start + row + 1), steps * units);
            for (state, out) in later.chunks_exact_mut(padded).zip(out.chunks_exact(units)) {
                state[..units].copy_from_slice(out);
            }
        }
        let (given, parts) = (part(given, &share, steps * units), part(parts, &share, each));
        let mut change = zeros(n * padded);
        for step in (0..steps).rev() {
            for (row, change) in change.chunks_exact_mut(padded).enumerate() {
                let at = row * steps + step;
                change[..units].iter_mut().zip(&given[at * units..]).for_each(|(sum, given)| *sum += given);
                arch.dispatch(
                    #[inline(always)]
                    || {
                        let to = &mut changes[at * row_parts..][..row_parts];
                        walk_back(&parts[at * row_parts..][..row_parts], &states[at * padded..][..padded], change, to);
                    },
                );
            }
            if step > 0 || wanted[STATE] {
                for (place, past) in past.iter().enumerate() {
                    arch.dispatch(Product {
                        a: &changes[step * row_parts + (place + 1) * padded..],
                        a_row: each,
                        a_step: 1,
                        rows: n,
                        steps: units,
                        b: past,
                        b_row: padded,
                        columns: padded,
                        out: &mut change,
                        out_row: padded,
                    });
                }
            }
        }
        for (to, change) in to_state.chunks_exact_mut(units).zip(change.chunks_exact(padded)) {
            to.copy_from_slice(&change[..units]);
        }
        if let Some(seen) = &seen {
            let mut room = zeros(n * steps * wide);
            for (place, seen) in seen.iter().enumerate() {
                arch.dispatch(Product {
                    a: &changes[place * padded..],
                    a_row: row_parts,
                    a_step: 1,
                    rows: n * steps,
                    steps: units,
                    b: seen,
                    b_row: wide,
                    columns: wide,
                    out: &mut room,
                    out_row: wide,
                });
            }
            for (to, room) in to_x.chunks_exact_mut(inputs).zip(room.chunks_exact(wide)) {
                to.copy_from_slice(&room[..inputs]);
            }
        }
        let over = |a: &[f32], a_step: usize, rows: usize, b: &[f32], out: &mut [f32]| {
            let (steps, columns) = (n * steps, 3 * padded);
            let (b_row, out_row) = (row_parts, columns);
            arch.dispatch(Product { a, a_row: 1, a_step, rows, steps, b, b_row, columns, out, out_row });
        };
        if wants_seen {
            over(part(x, &share, steps * inputs), inputs, inputs, &changes, &mut sums.seen);
        }
        if wants_past {
            over(&states, padded, units, &changes[padded..], &mut sums.past);
        }
        arch.dispatch(
            #[inline(always)]
            || {
                for changes in changes.chunks_exact(row_parts) {
                    sums.biases.iter_mut().zip(changes).for_each(|(sum, change)| *sum += change);
                }
            },
        );
        sums
    });
    // In the order of the shares.
    let total = |of: &dyn Fn(&Sums) -> &Buffer, n: usize| {
        let mut total = vec![0.0; n];
        for share in &sums {
            total.iter_mut().zip(&**of(share)).for_each(|(sum, part)| *sum += part);
        }
        total
    };
    let seen = total(&|sums| &sums.seen, if wants_seen { inputs * 3 * padded } else { 0 });
    let past = total(&|sums| &sums.past, if wants_past { units * 3 * padded } else { 0 });
    let biases = total(&|sums| &sums.biases, row_parts);
    let cut = |of: &[f32], place: usize, n: usize| {
        let rows = of.chunks_exact(3 * padded).flat_map(|row| row[place * padded..][..units].iter().copied());
        flat(rows.collect(), [n, units])
    };
    let bias = |place: usize| flat(biases[place * padded..][..units].to_vec(), [units]);
    let mut told: [Option<Flat>; 14] = std::array::from_fn(|_| None);
    told[X] = wanted[X].then(|| flat(to_x, [rows, steps, inputs]));
    told[STATE] = wanted[STATE].then(|| flat(to_state, [rows, units]));
    for (place, (of_seen, of_past)) in SEEN.into_iter().zip(PAST).enumerate() {
        told[W + of_seen] = wanted[W + of_seen].then(|| cut(&seen, place, inputs));
        told[U + of_past] = wanted[U + of_past].then(|| cut(&past, place, units));
        told[B + of_seen] = wanted[B + of_seen].then(|| bias(place));
        told[C + of_past] = wanted[C + of_past].then(|| bias(place + 1));
    }
    told
}
