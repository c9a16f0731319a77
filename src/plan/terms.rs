//! How the numbers of each metric follow from measures.

use super::measure::{Accumulator, Mask, Measure, Said, Span, clock_skew};
use crate::config::{Cap, Covariate, Maturity, Metric, MetricKind, Project, QuantileOf};

/// How a unit's number follows from its measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// 1 where it is so many or more, else 0.
    AtLeast(u64),
    /// As it is.
    Total,
    /// No number at all: a list of values.
    List,
}

/// A unit's number: which measure, in which shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// Index into [`Measures::all`].
    pub measure: usize,
    pub shape: Shape,
    pub cap: Option<Cap>,
}

/// What is known of a unit from before.
#[derive(Debug, Clone, PartialEq)]
pub enum Before {
    Nothing,
    /// The twins of numerator and denominator.
    Terms(Term, Option<Term>),
    /// An attribute of the assignments that is a number.
    Attribute(String),
}

/// A metric as the columns of its summary.
#[derive(Debug, Clone)]
pub struct MetricTerms {
    pub metric: String,
    pub numerator: Term,
    /// `None` is the constant 1.
    pub denominator: Option<Term>,
    pub before: Before,
    /// Only units count that enrolled so many microseconds before the end of `as_of`.
    pub matures_in: Option<i64>,
    /// Level of a quantile.
    pub level: Option<f64>,
    /// Steps of a funnel, else 0.
    pub steps: usize,
}

impl MetricTerms {
    /// Its terms with the letter of the unit's number that each is: `y`, `d`, `x` or `e`.
    pub fn terms(&self) -> impl Iterator<Item = (char, Term)> {
        let (x, e) = match self.before {
            Before::Terms(x, e) => (Some(x), e),
            Before::Nothing | Before::Attribute(_) => (None, None),
        };
        let all =
            [Some(('y', self.numerator)), self.denominator.map(|d| ('d', d)), x.map(|x| ('x', x))];
        all.into_iter().chain([e.map(|e| ('e', e))]).flatten()
    }

    /// The numbers that differ between units.
    pub fn letters(&self) -> Vec<char> {
        let of_terms = self.terms().map(|(letter, _)| letter);
        match self.before {
            Before::Attribute(_) => of_terms.chain(['x', 'e']).collect(),
            _ => of_terms.collect(),
        }
    }

    /// Whether a unit has one number, of any size: neither a ratio, nor a share, nor a quantile.
    pub fn has_tails(&self) -> bool {
        self.denominator.is_none() && self.numerator.shape == Shape::Total && self.level.is_none()
    }

    /// Whether nothing can be summed up before all units are known.
    pub fn needs_all_units(&self) -> bool {
        let pooled = |term: Term| matches!(term.cap, Some(Cap::Quantile(_)));
        self.level.is_some() || self.terms().any(|(_, term)| pooled(term))
    }
}

/// The measures of all metrics of a night, each once.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    pub all: Vec<Measure>,
    /// In the order of their keys.
    pub metrics: Vec<MetricTerms>,
}

/// When the facts of a term were.
#[derive(Debug, Clone, Copy)]
enum Time {
    /// In the metric's window.
    Window,
    /// In so many microseconds before the unit met the experiment.
    Before(i64),
}

impl Measures {
    /// The measures that the metrics `keys` of a project need.
    pub fn of<'a>(project: &Project, keys: impl IntoIterator<Item = &'a str>) -> Measures {
        let mut measures = Measures::default();
        for metric in keys.into_iter().filter_map(|key| project.metrics.get(key)) {
            let terms = measures.metric(project, metric);
            measures.metrics.extend(terms);
        }
        measures
    }

    fn metric(&mut self, project: &Project, metric: &Metric) -> Option<MetricTerms> {
        let (numerator, denominator) = self.pair(project, metric, Time::Window)?;
        let before = match &metric.covariate {
            None => Before::Nothing,
            Some(Covariate::Before(length)) => {
                let (x, e) = self.pair(project, metric, Time::Before(*length))?;
                Before::Terms(x, e)
            }
            Some(Covariate::Metric { metric, before }) => {
                let other = project.metrics.get(metric)?;
                Before::Terms(self.term(project, other, Time::Before(*before))?, None)
            }
            Some(Covariate::Attribute(attribute)) => Before::Attribute(attribute.clone()),
        };
        let (level, steps) = match &metric.kind {
            MetricKind::Quantile { level, .. } => (Some(*level), 0),
            MetricKind::Funnel { steps, .. } => (None, steps.len()),
            _ => (None, 0),
        };
        let (metric, matures_in) = (metric.key.clone(), matures_in(project, metric));
        Some(MetricTerms { metric, numerator, denominator, before, matures_in, level, steps })
    }

    /// Numerator and denominator.
    fn pair(
        &mut self,
        project: &Project,
        metric: &Metric,
        time: Time,
    ) -> Option<(Term, Option<Term>)> {
        let MetricKind::Ratio { numerator, denominator } = &metric.kind else {
            return Some((self.term(project, metric, time)?, None));
        };
        let mut part = |key: &String| self.term(project, project.metrics.get(key)?, time);
        Some((part(numerator)?, Some(part(denominator)?)))
    }

    fn term(&mut self, project: &Project, metric: &Metric, time: Time) -> Option<Term> {
        let (accumulator, shape) = match &metric.kind {
            MetricKind::Conversion { at_least, .. } => {
                (Accumulator::Count, Shape::AtLeast(*at_least))
            }
            MetricKind::Retention(_) => (Accumulator::Count, Shape::AtLeast(1)),
            MetricKind::Count(_) => (Accumulator::Count, Shape::Total),
            MetricKind::Sum { .. } => (Accumulator::Sum, Shape::Total),
            MetricKind::Max { .. } => (Accumulator::Max, Shape::Total),
            MetricKind::Distinct { .. } => (Accumulator::Distinct, Shape::Total),
            MetricKind::Quantile { of: QuantileOf::Units, .. } => (Accumulator::Sum, Shape::Total),
            MetricKind::Quantile { of: QuantileOf::Facts, .. } => {
                (Accumulator::Values, Shape::List)
            }
            MetricKind::Funnel { steps, .. } => {
                (Accumulator::Steps, Shape::AtLeast(steps.len() as u64))
            }
            MetricKind::Ratio { .. } => return None,
        };
        let filter = metric.kind.filter()?;
        let masks = match &metric.kind {
            MetricKind::Funnel { steps, .. } => {
                steps.iter().map(|step| Mask::of_step(filter, step)).collect()
            }
            _ => vec![Mask::of(filter)],
        };
        let span = match time {
            Time::Window => Span::within(filter.window, clock_skew(project, &filter.source)),
            Time::Before(length) => Span::before(length),
        };
        let (source, value) = (filter.source.clone(), metric.kind.value().cloned().map(Said));
        let measure = self.index_of(Measure { source, masks, value, accumulator, span });
        Some(Term { measure, shape, cap: metric.cap })
    }

    fn index_of(&mut self, measure: Measure) -> usize {
        self.all.iter().position(|known| *known == measure).unwrap_or_else(|| {
            self.all.push(measure);
            self.all.len() - 1
        })
    }

    /// The measures of one source, with their indices.
    pub fn of_source<'a>(&'a self, source: &'a str) -> impl Iterator<Item = (usize, &'a Measure)> {
        self.all.iter().enumerate().filter(move |(_, measure)| measure.source == source)
    }

    /// Names of the sources that are read, each once.
    pub fn sources(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.all.iter().map(|measure| measure.source.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The distinct spans, in order.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = self.all.iter().map(|measure| measure.span).collect();
        spans.sort_unstable();
        spans.dedup();
        spans
    }

    /// How long before the enrollments facts are read, in microseconds.
    pub fn reach_back(&self) -> i64 {
        self.all.iter().map(|measure| -measure.span.from).max().unwrap_or(0).max(0)
    }
}

/// How long a unit must have been enrolled before its number is final, if that matters.
fn matures_in(project: &Project, metric: &Metric) -> Option<i64> {
    let is_retention = matches!(metric.kind, MetricKind::Retention(_));
    if metric.maturity == Maturity::All && !is_retention {
        return None;
    }
    let end = |metric: &Metric| metric.kind.filter().and_then(|filter| filter.window.to);
    match &metric.kind {
        MetricKind::Ratio { numerator, denominator } => {
            let parts = [numerator, denominator].map(|key| project.metrics.get(key));
            parts.into_iter().flatten().filter_map(end).max()
        }
        _ => end(metric),
    }
}

/// Names of the fact sources that some metrics of a project read.
pub fn sources_of(project: &Project, metrics: &[&str]) -> Vec<String> {
    let measures = Measures::of(project, metrics.iter().copied());
    measures.sources().into_iter().map(str::to_string).collect()
}

/// How long before a unit's enrollment some metrics of a project read facts, in microseconds.
pub fn reach_back(project: &Project, metrics: &[&str]) -> i64 {
    Measures::of(project, metrics.iter().copied()).reach_back()
}
