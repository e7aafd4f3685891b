//! A plan that is trained again in a probe's world.

use super::develop::{Model, develop};
use super::job::{Job, Stopped};
use crate::synth::World;
use crate::watch::{Event, Watch};
use course::exercise::Probe;
use diagnostics::fault::Fault;
use diagnostics::text;
use diagnostics::text::Text;

/// The plan trained again where the probe changes the world. The learner's own rows would do; those of the changed world, which the
/// plan must also serve, may not.
pub(super) fn retrained<'a>(
    job: &'a Job<'a>,
    world: &World,
    probe: &Probe,
    watch: &dyn Watch,
) -> Result<Model<'a>, Stopped> {
    let mut draw = job.task.exercise.develop.clone();
    draw.interventions.extend(probe.draw.interventions.clone());
    develop(job, world, &draw, None, &mut Unsaid(watch)).map_err(|stopped| match stopped {
        Stopped::Invalid(faults) => Stopped::Invalid(faults.into_iter().map(|fault| in_probe(probe, fault)).collect()),
        stopped @ Stopped::Run(_) => stopped,
    })
}

/// A mistake of a plan that shows only where it is trained again in a probe's world.
fn in_probe(probe: &Probe, fault: Fault) -> Fault {
    let (name, about) = (&probe.name, &probe.about);
    let (Text { en, ja }, about_en, about_ja) =
        (fault.found, about.en.trim_end_matches('.'), about.ja.trim_end_matches('。'));
    let found = text!(
        "{en} – not in your own data, but where the check trains your plan again (`{name}`: {about_en})",
        "{ja}。手元のデータではなく、判定のために同じ計画を学習し直したとき（`{name}`：{about_ja}）です"
    );
    Fault { found, ..fault }
}

/// A watch who is told nothing of a training beside the learner's own.
struct Unsaid<'a>(&'a dyn Watch);

impl Watch for Unsaid<'_> {
    fn tell(&mut self, _: Event) {}

    fn ends(&self) -> bool {
        self.0.ends()
    }
}
