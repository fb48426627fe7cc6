//! A size and two scales in, the frame of a figure out: axes with units, a grid, room for the marks.

use crate::plots::scene::{Anchor, Colour, HAIR, INK, SOFT, Scene};
use crate::plots::scene_font::Font;

/// Points of a figure's side: five inches by three and a third, a column and a half of a paper.
pub(crate) const WIDTH: f64 = 480.0;
pub(crate) const HEIGHT: f64 = 320.0;

const LEFT: f64 = 48.0;
const RIGHT: f64 = WIDTH - 16.0;
const TOP: f64 = 80.0;

/// A scale from numbers to places.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) label: String,
    from: f64,
    to: f64,
    logarithmic: bool,
    /// Numbers that are written; chosen where empty.
    ticks: Vec<f64>,
}

impl Axis {
    pub(crate) fn linear(label: impl Into<String>, from: f64, to: f64) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        Self { label: label.into(), from, to, logarithmic: false, ticks: linear_ticks(from, to, 9.0) }
    }

    /// A linear scale with few numbers, for a panel that is low.
    pub(crate) fn few(label: impl Into<String>, from: f64, to: f64) -> Self {
        let whole = Self::linear(label, from, to);
        Self { ticks: linear_ticks(whole.from, whole.to, 4.0), ..whole }
    }

    pub(crate) fn logarithmic(label: impl Into<String>, from: f64, to: f64) -> Self {
        let from = if from > 0.0 { from } else { f64::MIN_POSITIVE };
        let to = if to > from * 1.01 { to } else { from * 2.0 };
        Self { label: label.into(), from, to, logarithmic: true, ticks: log_ticks(from, to) }
    }

    /// Only whole numbers are written.
    pub(crate) fn whole(mut self) -> Self {
        self.ticks.retain(|tick| tick.fract().abs() < 1e-9);
        self
    }

    /// Between 0 and 1 for numbers on the axis.
    fn place(&self, value: f64) -> f64 {
        if self.logarithmic {
            (value / self.from).ln() / (self.to / self.from).ln()
        } else {
            (value - self.from) / (self.to - self.from)
        }
    }

    fn write(&self, value: f64) -> String {
        if self.logarithmic && is_decade(value) {
            return format!("10{}", superscript(value.log10().round()));
        }
        let step = self.ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        let decimals = (0..6).find(|decimals| {
            let scaled = step.min(value.abs().max(step)) * 10_f64.powi(*decimals);
            (scaled - scaled.round()).abs() < 1e-6 * scaled.abs().max(1.0)
        });
        let decimals = usize::try_from(decimals.unwrap_or(0)).unwrap_or(0);
        format!("{value:.decimals$}").replace('-', "−")
    }
}

/// A figure with its axes drawn.
pub(crate) struct Frame {
    pub(crate) scene: Scene,
    x: Axis,
    y: Axis,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

impl Frame {
    /// A figure of the usual size.
    pub(crate) fn new(title: &str, x: Axis, y: Axis, font: &Font) -> Self {
        let scene = titled(title, WIDTH, HEIGHT, font);
        Self::panel(scene, (TOP, HEIGHT - 44.0), x, y)
    }

    /// Axes in a stretch of an existing scene.
    pub(crate) fn panel(mut scene: Scene, (top, bottom): (f64, f64), x: Axis, y: Axis) -> Self {
        scene.text((LEFT - 34.0, top - 12.0), y.label.clone(), Anchor::Start, SOFT);
        let mut frame = Self { scene, x, y, top, bottom };
        for tick in frame.y.ticks.clone() {
            let at = frame.y(tick);
            frame.scene.line(vec![(LEFT, at), (RIGHT, at)], HAIR, 0.75);
            frame.scene.text((LEFT - 6.0, at + 3.5), frame.y.write(tick), Anchor::End, SOFT);
        }
        for tick in frame.x.ticks.clone() {
            let at = frame.x(tick);
            frame.scene.line(vec![(at, bottom), (at, bottom + 4.0)], SOFT, 0.75);
            frame.scene.text((at, bottom + 16.0), frame.x.write(tick), Anchor::Middle, SOFT);
        }
        frame.scene.line(vec![(LEFT, bottom), (RIGHT, bottom)], SOFT, 0.75);
        frame.scene.text(((LEFT + RIGHT) / 2.0, bottom + 33.0), frame.x.label.clone(), Anchor::Middle, SOFT);
        frame
    }

    pub(crate) fn x(&self, value: f64) -> f64 {
        LEFT + self.x.place(value).clamp(-0.02, 1.02) * (RIGHT - LEFT)
    }

    pub(crate) fn y(&self, value: f64) -> f64 {
        self.bottom - self.y.place(value).clamp(-0.02, 1.02) * (self.bottom - self.top)
    }

    pub(crate) fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x(x), self.y(y))
    }

    /// A bar from the axis up.
    pub(crate) fn bar(&mut self, (from, to): (f64, f64), height: f64, fill: Colour, opacity: f64) {
        let (left, right, top) = (self.x(from) + 0.3, self.x(to) - 0.3, self.y(height));
        if right > left && self.bottom > top {
            self.scene.rect((left, top), (right - left, self.bottom - top), fill, opacity);
        }
    }

    /// A shaded stretch of x, over the whole height.
    pub(crate) fn band_x(&mut self, from: f64, to: f64, fill: Colour) {
        let (left, right) = (self.x(from), self.x(to));
        self.scene.rect((left, self.top), (right - left, self.bottom - self.top), fill, 1.0);
    }

    /// A shaded stretch of y, over the whole width.
    pub(crate) fn band_y(&mut self, from: f64, to: f64, fill: Colour) {
        let (bottom, top) = (self.y(from), self.y(to));
        self.scene.rect((LEFT, top), (RIGHT - LEFT, bottom - top), fill, 1.0);
    }

    /// A dashed line across, with a word at its top.
    pub(crate) fn mark(&mut self, value: f64, words: &str, stroke: Colour, level: f64) {
        let at = self.x(value);
        if !(LEFT - 1.0..=RIGHT + 1.0).contains(&at) {
            return;
        }
        let (offset, anchor) =
            if at > f64::midpoint(LEFT, RIGHT) { (-4.0, Anchor::End) } else { (4.0, Anchor::Start) };
        self.scene.dashed(vec![(at, self.top), (at, self.bottom)], stroke);
        self.scene.haloed((at + offset, self.top + 9.0 + 13.0 * level), words, anchor, stroke);
    }
}

/// A scene with its title, shortened to fit.
pub(crate) fn titled(title: &str, width: f64, height: f64, font: &Font) -> Scene {
    let mut scene = Scene::new(width, height, title.to_owned());
    scene.sized((LEFT - 34.0, 22.0), font.fitting(title, 13.0, width - 30.0), Anchor::Start, INK, 13.0);
    scene
}

/// Names with the colours that stand for them, from the left under the title.
pub(crate) fn legend(scene: &mut Scene, entries: &[(&str, Colour)], font: &Font) {
    const SQUARE: f64 = 14.0;
    const GAP: f64 = 14.0;
    let mut at = LEFT - 34.0;
    let room = WIDTH - 30.0;
    let wanted: f64 = entries.iter().map(|(words, _)| SQUARE + font.width(words, 10.5) + GAP).sum();
    // All are shortened alike, and only where they must be.
    let share = (room / wanted.max(1.0)).min(1.0);
    for (words, colour) in entries {
        let longest = (SQUARE + font.width(words, 10.5) + GAP) * share - SQUARE - GAP;
        let words = font.fitting(words, 10.5, if share < 1.0 { longest } else { f64::INFINITY });
        scene.rect((at, 30.5), (9.0, 9.0), *colour, 1.0);
        let width = font.width(&words, 10.5);
        scene.text((at + SQUARE, 39.0), words, Anchor::Start, SOFT);
        at += SQUARE + width + GAP;
    }
}

/// One name and what is to be said of it on a line of its own; the name is shortened to make room for the words.
pub(crate) fn legend_line(
    scene: &mut Scene,
    line: usize,
    (name, words): (&str, &str),
    colour: Colour,
    font: &Font,
) {
    const LINE: f64 = 14.0;
    let (left, room) = (LEFT - 34.0, WIDTH - 44.0);
    let name = font.fitting(name, 10.5, room - font.width(words, 10.5));
    let down = if line == 0 { 0.0 } else { LINE };
    scene.rect((left, 30.5 + down), (9.0, 9.0), colour, 1.0);
    scene.text((left + 14.0, 39.0 + down), format!("{name}{words}"), Anchor::Start, SOFT);
}

/// 1, 2 or 5 times a power of ten apart, about `wanted` of them.
fn linear_ticks(from: f64, to: f64, wanted: f64) -> Vec<f64> {
    let rough = (to - from) / wanted;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough).unwrap_or(rough);
    let first = (from / step - 1e-9).ceil();
    (0..64_u32)
        .map(|index| (first + f64::from(index)) * step)
        .take_while(|tick| *tick <= to + step * 1e-9)
        .map(|tick| if tick.abs() < step * 1e-9 { 0.0 } else { tick })
        .collect()
}

/// Whole powers of ten, at most about seven; 1, 2 and 5 times them where there is only one.
fn log_ticks(from: f64, to: f64) -> Vec<f64> {
    let (first, last) = (from.log10().ceil(), to.log10().floor());
    let step = ((last - first + 1.0) / 7.0).ceil().max(1.0);
    let powers = |step: f64| {
        (0..400_u32)
            .map(move |index| first + f64::from(index) * step)
            .take_while(move |power| *power <= last + 1e-9)
    };
    let decades: Vec<f64> = powers(step).map(|power| 10_f64.powf(power)).collect();
    if decades.len() > 1 {
        return decades;
    }
    (-1..=1)
        .flat_map(|shift| [1.0, 2.0, 5.0].map(|m| m * 10_f64.powf(first + f64::from(shift))))
        .filter(|tick| (from..=to).contains(tick))
        .collect()
}

fn is_decade(value: f64) -> bool {
    (value.log10() - value.log10().round()).abs() < 1e-9
}

fn superscript(exponent: f64) -> String {
    format!("{exponent:.0}")
        .chars()
        .map(|sign| match sign {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            digit => char::from_u32(u32::from(digit) - u32::from('0') + u32::from('⁰')).unwrap_or(digit),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(linear_ticks(1.0, 13.0, 7.0), [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]);
        assert_eq!(Axis::linear("", 0.0, 0.44).write(0.4), "0.40");
        assert_eq!(Axis::linear("", -3.0, 3.0).write(-2.0), "−2");
    }

    #[test]
    fn decades_are_written_as_powers() {
        let axis = Axis::logarithmic("", 2e-4, 30.0);
        let words: Vec<String> = axis.ticks.iter().map(|tick| axis.write(*tick)).collect();
        assert_eq!(words, ["10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹"]);
    }

    #[test]
    fn a_range_inside_one_decade_still_has_ticks() {
        let axis = Axis::logarithmic("", 1.2, 8.0);
        let words: Vec<String> = axis.ticks.iter().map(|tick| axis.write(*tick)).collect();
        assert_eq!(words, ["2", "5"]);
    }
}
