//! What each reason means for which rows and units are counted or left out.

/// What became of a row or a unit, for a person.
pub fn meaning(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "counted" => "says who is in the experiment",
        "null_unit" => "has no unit",
        "sentinel_unit" => "its unit stands for nobody",
        "long_id" => "its id is longer than ids are",
        "null_experiment" => "has no experiment",
        "null_variant" => "has no variant",
        "null_time" => "has no instant",
        "implausible_time" => "its instant is more than ten years away",
        "after_as_of" => "is later than the night",
        "other_experiment" => "names another experiment",
        "before_start" => "is earlier than the first day of enrollment",
        "after_end" => "is later than the last day of enrollment",
        "unknown_variant" => "names a variant that the experiment does not have",
        "analysed" => "is in the numbers",
        "crossover" => "was seen in more than one variant",
        "unassigned" => "met the experiment without an assignment",
        "forced" => "was put into its variant by hand",
        "holdout" => "is held out of the comparison",
        "not_in_audience" => "is not in the audience",
        "no_entry" => "has no entry event in time",
        "met" => "is of a unit that is analysed",
        "duplicate" => "is a copy of another by its id",
        "differing_duplicate" => "has the id of another, and says something else",
        "no_metric" => "matches no metric of the night",
        "not_enrolled" => "is of a unit that is not analysed",
        "no_member" => "is of nobody's member",
        "ambiguous_member" => "is of a member of several units",
        "after_enrollment" => "may count, if it is in a metric's window",
        "before_enrollment" => "is earlier than its unit's enrollment",
        _ => return None,
    })
}
