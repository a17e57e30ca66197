//! Intervals: two limits that always carry their level and their method.

use crate::error::{Error, Result};

/// How an interval was made. One closed list, so that a method has one name in every door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Method {
    /// Net score: Tango's (1998) score interval, the default.
    Score,
    /// Net score: adjusted Wald, AW(3,T) with ¾, 1½, ¾ added (Rocks 2016).
    AdjustedWald,
    /// Estimate ± z·se: a baseline only; of zero width when one class holds everything.
    Wald,
    /// Net score: MOVER from two Wilson intervals (Newcombe 1998, method 10).
    MoverWilson,
    /// Net score: profile likelihood ratio.
    ProfileLikelihood,
    /// Seeded multinomial bootstrap, percentile.
    Bootstrap,
    /// Share: Wilson (1927), the default.
    Wilson,
    /// Share: Agresti–Coull (1998).
    AgrestiCoull,
    /// Share: Clopper–Pearson (1934), exact and conservative.
    ClopperPearson,
    /// Share: Jeffreys, equal-tailed posterior under Beta(½, ½).
    Jeffreys,
    /// Difference of shares: one success and one failure added on both sides (Agresti–Caffo 2000).
    AgrestiCaffo,
    /// Mean: Student's t; Welch's for a difference.
    StudentT,
    /// Weighted answers: Taylor-linearised variance.
    Linearized,
    /// Anytime-valid: likelihood with Cover/Krichevsky–Trofimov regret, CS-A, the default.
    BettingRegret,
    /// Anytime-valid: exact Beta(½, ½) mixture of bets, CS-B, about 4 % tighter.
    BettingMixture,
    /// Anytime-valid: closed form for one share (Krichevsky–Trofimov).
    BetaBinomial,
    /// Anytime-valid: one share, the beta prior tuned to a sample size (Howard et al. 2021).
    BetaBinomialTuned,
    /// Anytime-valid, asymptotic: normal mixture, CS-C; from about 100 answers.
    AsymptoticMixture,
    /// Survival curve: normal on the scale of ln(−ln S), the default.
    LogLog,
    /// Survival curve or cumulative hazard: normal on the scale of its logarithm.
    Log,
    /// Survival curve or cumulative hazard: estimate ± z·se, cut to its range.
    Plain,
    /// Survival curve: normal on the scale of ln(S/(1 − S)).
    Logit,
    /// Survival curve: normal on the scale of arcsin √S.
    Arcsine,
    /// Rate of events: exact limits of a Poisson mean (Garwood 1936).
    ExactPoisson,
    /// Correlation: normal on the scale of artanh r (Fisher 1921).
    FisherZ,
    /// Area under a ROC curve: estimate ± z·se with the variance of DeLong et al. (1988), the
    /// default.
    Delong,
    /// Area under a ROC curve: estimate ± z·se with the variance of Hanley & McNeil (1982).
    HanleyMcneil,
}

impl Method {
    /// The stable name in `snake_case`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::AdjustedWald => "adjusted_wald",
            Self::Wald => "wald",
            Self::MoverWilson => "mover_wilson",
            Self::ProfileLikelihood => "profile_likelihood",
            Self::Bootstrap => "bootstrap",
            Self::Wilson => "wilson",
            Self::AgrestiCoull => "agresti_coull",
            Self::ClopperPearson => "clopper_pearson",
            Self::Jeffreys => "jeffreys",
            Self::AgrestiCaffo => "agresti_caffo",
            Self::StudentT => "student_t",
            Self::Linearized => "linearized",
            Self::BettingRegret => "betting_regret",
            Self::BettingMixture => "betting_mixture",
            Self::BetaBinomial => "beta_binomial",
            Self::BetaBinomialTuned => "beta_binomial_tuned",
            Self::AsymptoticMixture => "asymptotic_mixture",
            Self::LogLog => "log_log",
            Self::Log => "log",
            Self::Plain => "plain",
            Self::Logit => "logit",
            Self::Arcsine => "arcsine",
            Self::ExactPoisson => "exact_poisson",
            Self::FisherZ => "fisher_z",
            Self::Delong => "delong",
            Self::HanleyMcneil => "hanley_mcneil",
        }
    }

    /// The refusal of a method that does not fit a measure.
    pub(crate) fn refused(self, measure: &str, offered: &[Self]) -> Error {
        let names: Vec<_> = offered.iter().map(|m| m.name()).collect();
        Error::argument(format!(
            "{} is not a method for {measure}; offered are {}",
            self.name(),
            names.join(", ")
        ))
        .in_field("method")
    }
}

/// Two limits, their level and their method.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Interval {
    /// The lower limit.
    pub lower: f64,
    /// The upper limit.
    pub upper: f64,
    /// The level, 0.95 for 95 %.
    pub level: f64,
    /// How the limits were made.
    pub method: Method,
}

impl Interval {
    /// The same interval in another unit: 100 for points instead of shares.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { lower: self.lower * factor, upper: self.upper * factor, ..self }
    }

    /// The same interval cut to a range.
    #[must_use]
    pub fn clamped(self, lowest: f64, highest: f64) -> Self {
        Self { lower: self.lower.max(lowest), upper: self.upper.min(highest), ..self }
    }

    /// Upper minus lower.
    pub fn width(&self) -> f64 {
        self.upper - self.lower
    }

    /// Whether the value lies within the limits, which belong to it.
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}

/// What an interval is asked for with: level, method, and what a few methods need besides.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct IntervalOptions {
    /// The level, 0.95 for 95 %; strictly between 0 and 1.
    pub level: f64,
    /// The method; without one, the default of the measure.
    pub method: Option<Method>,
    /// Size of the finite population that the answers were drawn from, for the finite population
    /// correction.
    pub population: Option<u64>,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// Replicates of the bootstrap.
    pub replicates: u32,
    /// Sample size that a tuned or asymptotic confidence sequence is tightest at.
    pub tuned_for: u64,
}

impl Default for IntervalOptions {
    fn default() -> Self {
        Self {
            level: 0.95,
            method: None,
            population: None,
            seed: 0,
            replicates: 2000,
            tuned_for: 1000,
        }
    }
}

impl IntervalOptions {
    /// The defaults at this level.
    pub fn at(level: f64) -> Self {
        Self { level, ..Self::default() }
    }

    /// The defaults at this level, by this method.
    pub fn by(method: Method, level: f64) -> Self {
        Self { level, method: Some(method), ..Self::default() }
    }

    /// α = 1 − level, once the level is known to lie strictly between 0 and 1.
    pub fn alpha(&self) -> Result<f64> {
        if self.level > 0.0 && self.level < 1.0 {
            Ok(1.0 - self.level)
        } else {
            Err(Error::argument(format!(
                "level must lie strictly between 0 and 1 (0.95 for 95 %), got {}",
                self.level
            ))
            .in_field("level"))
        }
    }
}
