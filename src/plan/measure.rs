//! What has to be known per unit so that every metric can be computed.
//!
//! Metrics share measures: a conversion and a count of the same facts in the same window are
//! one. Nothing outside `plan` knows how measures are computed.

use crate::config::{FactFilter, Metric, MetricKind, Place, Project, Window};

/// Text of a project file, with where it stands; the same text elsewhere is the same.
#[derive(Debug, Clone, Eq)]
pub struct Said(pub (String, Place));

impl PartialEq for Said {
    fn eq(&self, other: &Said) -> bool {
        self.0.0 == other.0.0
    }
}

/// A condition on facts, as the user wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    pub event: Option<Said>,
    pub predicate: Option<Said>,
}

/// One number per unit from one fact source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    pub source: String,
    pub mask: Mask,
    /// Summed where stated, else facts are counted.
    pub value: Option<Said>,
    pub window: Window,
}

/// How a unit's number follows from its measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// 1 where there is any, else 0.
    Any,
    /// As it is.
    Total,
}

/// A unit's number: which measure, in which shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Index into [`Measures::all`].
    pub measure: usize,
    pub shape: Shape,
}

/// A metric as the columns of its summary.
#[derive(Debug, Clone)]
pub struct MetricTerms {
    pub metric: String,
    pub numerator: Term,
    /// `None` is the constant 1.
    pub denominator: Option<Term>,
}

/// The measures of all metrics of a night, each once.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    pub all: Vec<Measure>,
    /// In the order of their keys.
    pub metrics: Vec<MetricTerms>,
}

impl Measures {
    /// The measures that the metrics `keys` of a project need.
    pub fn of<'a>(project: &Project, keys: impl IntoIterator<Item = &'a str>) -> Measures {
        let mut measures = Measures::default();
        for metric in keys.into_iter().filter_map(|key| project.metrics.get(key)) {
            let (numerator, denominator) = match &metric.kind {
                MetricKind::Ratio { numerator, denominator } => (
                    measures.term_of(project, numerator),
                    measures.term_of(project, denominator).map(Some),
                ),
                _ => (measures.term(metric), Some(None)),
            };
            if let (Some(numerator), Some(denominator)) = (numerator, denominator) {
                let metric = metric.key.clone();
                measures.metrics.push(MetricTerms { metric, numerator, denominator });
            }
        }
        measures
    }

    fn term_of(&mut self, project: &Project, key: &str) -> Option<Term> {
        project.metrics.get(key).and_then(|metric| self.term(metric))
    }

    fn term(&mut self, metric: &Metric) -> Option<Term> {
        let (filter, value, shape) = match &metric.kind {
            MetricKind::Conversion { filter, .. } => (filter, None, Shape::Any),
            MetricKind::Count(filter) => (filter, None, Shape::Total),
            MetricKind::Sum { filter, value } => (filter, Some(value), Shape::Total),
            _ => return None,
        };
        let measure = Measure {
            source: filter.source.clone(),
            mask: mask(filter),
            value: value.cloned().map(Said),
            window: filter.window,
        };
        let index = self.all.iter().position(|known| *known == measure).unwrap_or_else(|| {
            self.all.push(measure);
            self.all.len() - 1
        });
        Some(Term { measure: index, shape })
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

    /// The distinct windows, in order.
    pub fn windows(&self) -> Vec<Window> {
        let mut windows: Vec<Window> = self.all.iter().map(|measure| measure.window).collect();
        windows.sort_unstable();
        windows.dedup();
        windows
    }
}

/// The condition of a filter, whatever its window.
pub fn mask(filter: &FactFilter) -> Mask {
    Mask { event: filter.event.clone().map(Said), predicate: filter.predicate.clone().map(Said) }
}

/// Names of the fact sources that some metrics of a project read.
pub fn sources_of(project: &Project, metrics: &[&str]) -> Vec<String> {
    let measures = Measures::of(project, metrics.iter().copied());
    measures.sources().into_iter().map(str::to_string).collect()
}
