//! A round of grading: who handed in what is read, sorted and taken, and what is pending goes to workers.

use std::path::{Path, PathBuf};

use app::ending::Ending;
use app::learner::desk::Desk;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;

use crate::desk;
use crate::executor::Task;
use crate::folder::{Class, Held};
use crate::grading;
use crate::intake::files::Of;
use crate::intake::people::Known;
use crate::intake::{self, HandIn, Reading};
use crate::moment::Moment;
use crate::sorted::Sorted;
use crate::store::{self, Edition, Store};

/// What is to be graded.
#[derive(Clone, Debug, Default)]
pub struct Inputs<'a> {
    /// Folders, archives and files; none where what was taken before is graded on.
    pub files: &'a [PathBuf],
    /// Moodle's grading worksheet.
    pub worksheet: Option<&'a Path>,
    /// The exercise that is meant where a file does not say it.
    pub exercise: Option<&'a str>,
    /// When all of it was handed in, as it is written, where no platform says so.
    pub received: Option<&'a str>,
}

/// A round that was begun: hand-ins are taken, and what is pending is known.
#[derive(Debug)]
pub struct Round {
    /// The class.
    pub class: Class,
    /// Its store.
    pub store: Store,
    /// What was handed in.
    pub sorted: Sorted,
    /// How many hand-ins were not known before.
    pub new: usize,
    /// What is to be graded.
    pub tasks: Vec<Task>,
    /// Nobody else grades meanwhile.
    pub held: Held,
}

/// Who handed in what. Nothing is written.
///
/// # Errors
/// What is wrong with the class, its course or what was named.
pub fn look(desk: &Desk, folder: &Path, inputs: &Inputs, now: Moment) -> Result<(Class, Sorted), Ending> {
    let class = Class::open(folder)?;
    let pack = desk::pack(&class, desk)?;
    grading::editions(&class, &pack)?;
    let hand_ins = read(&class, inputs)?;
    // What was taken before is looked at; nothing is made where nothing is.
    let is_there = class.folder.join(store::FILE).is_file();
    let store = if is_there { Some(class.store()?) } else { None };
    let sorted = Sorted::of(&class, hand_ins, store.as_ref(), now)?;
    Ok((class, sorted))
}

/// Takes what was handed in, and finds what is pending. The class is held until the round is dropped.
///
/// # Errors
/// As [`look`]; another grader at work, an exercise that became another one, the store's.
pub fn begin(desk: &Desk, folder: &Path, inputs: &Inputs, now: Moment) -> Result<Round, Ending> {
    let class = Class::open(folder)?;
    let pack = desk::pack(&class, desk)?;
    let current = grading::editions(&class, &pack)?;
    let hand_ins = read(&class, inputs)?;
    let held = class.hold()?;
    let mut store = class.store()?;
    let taken = grading::intake(&class, &hand_ins, now);
    let sorted = Sorted::of(&class, hand_ins, Some(&store), now)?;
    let new = store.take(&taken)?;
    let mut pinned = store.editions()?;
    let mut changed: Vec<Fault> = Vec::new();
    for (id, edition) in &current {
        match pinned.get(id) {
            None => {
                store.pin(edition, now)?;
                pinned.insert(id.clone(), edition.clone());
            }
            Some(old) if !old.grades_as(edition) => changed.push(regrade_first(old, edition)),
            Some(_) => {}
        }
    }
    let tasks = grading::pending(&class, &store, &pinned)?;
    let in_changed = |id: &str| current.get(id).zip(pinned.get(id)).is_some_and(|(now, then)| !then.grades_as(now));
    let task_in_changed = |task: &Task| in_changed(task.job.exercise.split('@').next().unwrap_or_default());
    if tasks.iter().any(task_in_changed) {
        return Err(Ending::Faults(changed));
    }
    Ok(Round { class, store, sorted, new, tasks, held })
}

fn read(class: &Class, inputs: &Inputs) -> Result<Vec<HandIn>, Ending> {
    let exercises: Vec<String> = class.settings.exercises.iter().map(|asked| asked.id.value.clone()).collect();
    if let Some(id) = inputs.exercise.filter(|id| !exercises.iter().any(|one| one == id)) {
        let list = exercises.join(", ");
        let fault = Fault::new(
            Id::UnknownExercise,
            Place::file("--exercise"),
            text!("the exercise \"{id}\"", "演習 \"{id}\""),
            text!("one of this class: {list}", "このクラスの演習：{list}"),
        );
        return Err(Ending::Faults(vec![fault.near(id, exercises.iter().map(String::as_str))]));
    }
    let received = inputs.received.map(|written| {
        Moment::parse(written, class.settings.offset).ok_or_else(|| {
            let found = text!("the text \"{written}\"", "文字列 \"{written}\"");
            let expected = Text::new("a time such as \"2026-12-01 18:00\"", "日時（例：\"2026-12-01 18:00\"）");
            vec![Fault::new(Id::BadValue, Place::file("--received"), found, expected)]
        })
    });
    let received = received.transpose()?;
    let sheet = inputs.worksheet.map(|path| desk::worksheet(class, path)).transpose()?;
    let keys = class.keys();
    let known =
        Known { roster: &class.roster, keys: &keys, matches: &class.settings.matches, worksheet: sheet.as_ref() };
    let of = Of { exercises: &exercises, meant: inputs.exercise };
    let reading = Reading { known, of, offset: class.settings.offset, received };
    let mut hand_ins = Vec::new();
    for input in inputs.files {
        hand_ins.extend(intake::read(input, reading).map_err(|fault| vec![fault])?);
    }
    Ok(hand_ins)
}

fn regrade_first(old: &Edition, new: &Edition) -> Fault {
    let (was, is) = (&old.reference, &new.reference);
    let found = if old.digest != new.digest {
        text!(
            "{is}, while the class is graded with {was}, and its checks or data differ",
            "このプログラムの教材は {is} ですが、クラスは {was} で採点しており、判定またはデータが異なります"
        )
    } else if old.engine != new.engine {
        text!("another engine than the one with which {was} is graded", "{was} の採点に使ったものと異なるエンジンです")
    } else {
        text!(
            "other vector instructions than those with which {was} is graded",
            "{was} の採点に使ったものと異なる命令セットです"
        )
    };
    let expected = Text::new(
        "the same as before, or `practicum regrade`, which shows first whose grade would change",
        "これまでと同じもの。変更する場合は `practicum regrade`（成績が変わる人を先に示します）",
    );
    Fault::new(Id::Mismatch, Place::file(&*old.exercise), found, expected)
}
