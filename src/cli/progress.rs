//! How far something is, on a terminal's error stream. There is a bar only while something is counted: before the first count and
//! between two of them there are words, so that no bar begins full.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use report::terminal::door;

const WORDS: &str = "{msg} …";

/// Words, and a bar while something is counted.
pub(super) struct Progress {
    bar: ProgressBar,
    counted: &'static str,
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Progress {
    /// `counted` is indicatif's template of the bar.
    pub(super) fn new(counted: &'static str) -> Self {
        Self::on(ProgressDrawTarget::stderr(), counted)
    }

    fn on(target: ProgressDrawTarget, counted: &'static str) -> Self {
        Self { bar: ProgressBar::with_draw_target(None, target).with_style(style(WORDS)), counted }
    }

    /// Something is done that is not counted.
    pub(super) fn say(&self, what: &str) {
        self.bar.set_style(style(WORDS));
        self.bar.set_message(door(what).into_owned());
    }

    /// `done` of `of` are done.
    pub(super) fn count(&self, done: u64, of: u64, what: &str) {
        self.bar.set_length(of);
        self.bar.set_position(done);
        self.bar.set_style(style(self.counted));
        self.bar.set_message(door(what).into_owned());
    }

    /// It is over: nothing is left on the terminal.
    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use indicatif::TermLike;

    use super::*;

    /// A terminal that keeps every line that was ever on it.
    #[derive(Clone, Debug, Default)]
    struct Seen(Arc<Mutex<Vec<String>>>);

    impl TermLike for Seen {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, line: &str) -> io::Result<()> {
            self.write_str(line)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push(text.to_owned());
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_bar_does_not_begin_full() {
        let seen = Seen::default();
        // So many frames a second that each is drawn.
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(seen.clone()), 255);
        let progress = Progress::on(target, "{msg} {bar:10} {pos}/{len}");
        let wait = || std::thread::sleep(std::time::Duration::from_millis(20));
        progress.say("drawing");
        wait();
        for done in 0..=3 {
            progress.count(done, 3, "training");
            wait();
        }
        progress.say("judging");
        wait();
        let frames: Vec<String> =
            seen.0.lock().unwrap().iter().filter(|line| !line.trim().is_empty()).cloned().collect();
        let is_bar = |frame: &&String| frame.contains(['█', '░']);
        assert!(frames[0].contains("drawing") && !is_bar(&&frames[0]), "{frames:?}");
        let bars: Vec<&String> = frames.iter().filter(is_bar).collect();
        assert!(bars[0].contains("0/3") && !bars[0].contains('█'), "{frames:?}");
        assert!(bars.iter().all(|bar| bar.contains("3/3") || bar.contains('░')), "full before the end: {frames:?}");
        assert!(!is_bar(&frames.last().unwrap()), "{frames:?}");
    }
}
