//! Color themes.
//!
//! Worse and better also differ in lightness and in the direction of their marks, for people who cannot
//! distinguish red from green.

use plotters::style::RGBColor;

/// Which colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ThemeName {
    /// For print and light backgrounds
    #[default]
    Light,
    /// For dark backgrounds
    Dark,
}

/// The colours of a picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Theme {
    pub(super) background: RGBColor,
    pub(super) text: RGBColor,
    pub(super) faint: RGBColor,
    pub(super) grid: RGBColor,
    pub(super) line: RGBColor,
    pub(super) old: RGBColor,
    pub(super) worse: RGBColor,
    pub(super) better: RGBColor,
}

const LIGHT: Theme = Theme {
    background: RGBColor(255, 255, 255),
    text: RGBColor(31, 35, 40),
    faint: RGBColor(101, 109, 118),
    grid: RGBColor(229, 232, 236),
    line: RGBColor(9, 105, 218),
    old: RGBColor(125, 133, 144),
    worse: RGBColor(190, 40, 20),
    better: RGBColor(0, 120, 110),
};

const DARK: Theme = Theme {
    background: RGBColor(13, 17, 23),
    text: RGBColor(230, 237, 243),
    faint: RGBColor(139, 148, 158),
    grid: RGBColor(38, 44, 54),
    line: RGBColor(88, 166, 255),
    old: RGBColor(139, 148, 158),
    worse: RGBColor(255, 123, 100),
    better: RGBColor(63, 201, 180),
};

impl ThemeName {
    pub(super) fn theme(self) -> Theme {
        match self {
            Self::Light => LIGHT,
            Self::Dark => DARK,
        }
    }
}
