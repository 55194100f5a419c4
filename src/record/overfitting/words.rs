//! The verdict in words.

use std::fmt;

use crate::record::overfitting::{Evidence, Overfitting, Reason, Sign, Verdict};

impl Verdict {
    /// Returns the verdict in a few words: `overfits since step 800`.
    pub fn words(self) -> String {
        match self {
            Self::Fits => "fits".to_owned(),
            Self::Underfits => "underfits".to_owned(),
            Self::Overfits { since_step, sign: _ } => format!("overfits since step {since_step}"),
            Self::Unclear { reason: _ } => "unclear".to_owned(),
        }
    }
}

impl Reason {
    fn words(self) -> &'static str {
        match self {
            Self::FewMeasurements => "there are too few measurements",
            Self::NotFinite => "a loss is no finite number",
            Self::BothRise => "both losses rise, the training is unstable",
            Self::Wanders => "the held-out loss rose and fell again",
            Self::Noise => "the held-out loss lies above its lowest by no more than its noise",
            Self::NothingMoved => "neither loss moved by more than its noise",
        }
    }
}

impl fmt::Display for Overfitting {
    /// Writes the verdict, why, and the numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verdict, measurements, evidence } = self;
        write!(f, "{}: ", verdict.words())?;
        let Some(Evidence { train, held_out, gap, gap_at_lowest, lowest, lowest_step, rise_percent, .. }) = evidence
        else {
            let Verdict::Unclear { reason } = verdict else { return write!(f, "{measurements} measurements") };
            return write!(f, "{} ({measurements})", reason.words());
        };
        match verdict {
            Verdict::Fits => write!(f, "the held-out loss {held_out:.3} is at its lowest, as far as can be told")?,
            Verdict::Underfits => {
                write!(f, "both losses still fall, to {held_out:.3} held out and {train:.3} in training")?
            }
            Verdict::Overfits { sign: Sign::HeldOutRises, .. } => write!(
                f,
                "the held-out loss rose by {rise_percent:.1} % from {lowest:.3} at step {lowest_step} to {held_out:.3}, the training loss did not"
            )?,
            Verdict::Overfits { sign: Sign::GapWidens, .. } => {
                write!(f, "the held-out loss stands still at {held_out:.3}, and the training loss fell to {train:.3}")?;
            }
            Verdict::Unclear { reason } => write!(f, "{}", reason.words())?,
        }
        write!(f, "; gap {gap:.3}, {gap_at_lowest:.3} at the lowest, {measurements} measurements")
    }
}
