//! Whether the job that writes a source says that it has finished.

use jiff::civil::Date;

use super::listing::Listing;
use super::warehouse::Listings;
use crate::config::{Input, Project, Source};
use crate::error::{Error, Kind, Problem};

impl Listings {
    /// That the newest partition up to a day has the file by which its source says that it is
    /// whole; of sources that name none, nothing is asked.
    ///
    /// # Errors
    /// `Retry` for each source that is not ready.
    pub fn ready(&self, project: &Project, as_of: Date) -> Result<(), Error> {
        let listings = self.by_source.iter();
        let sources = listings.map(|(name, listing)| (&project.sources[name], listing));
        Error::check(sources.filter_map(|(source, found)| unready(source, found, as_of)).collect())
    }
}

fn unready(source: &Source, listing: &Listing, as_of: Date) -> Option<Problem> {
    let marker = source.ready.as_ref()?;
    let newest = listing.files.iter().filter(|file| file.day.is_none_or(|day| day <= as_of));
    let newest = newest.max_by_key(|file| file.day)?;
    if listing.ready.contains(&newest.day) {
        return None;
    }
    let location = match &source.input {
        Input::Location { location, .. } => location.trim_end_matches('/'),
        Input::Query(_) => "",
    };
    let folder = newest.shown.rsplit_once('/').map_or(location, |(folder, _)| folder);
    let message = format!("source `{}` is not ready: {folder} has no `{marker}`", source.name);
    let hint = "the job that writes it has not finished; nothing was written, try again";
    Some(Problem::new(Kind::Retry, &source.at, message).hint(hint))
}
