-- exposed: who met which variant first when, and the exposures that cannot enroll anybody, by reason.
-- Rows with a reason are counted and left out. Their unit is dropped, so they stay few, unless the reason leaves out the unit as a whole.
--
-- grain  experiment, unit, variant, reason
-- reads  exposures(experiment, unit, variant, time, forced, flaw), experiments(experiment, starts_at, ends_at), variants(experiment, variant, is_holdout)
-- takes  $until: exposures at or after it have not happened yet; $earliest, $latest: instants outside are no instants; $variants_known: whether exposures say which variant
SELECT
  experiment,                                             -- NULL where no analysed experiment is meant
  CASE WHEN reason IS NULL OR reason IN ('forced', 'holdout') THEN unit END AS unit,
  variant,                                                -- kept for unknown variants, to be listed
  reason,                                                 -- NULL where the exposure counts
  MIN(time) AS first_at,                                  -- UTC
  COUNT(*)  AS rows                                       -- exposures
FROM (
  SELECT
    x.experiment,
    e.unit,
    e.time,
    CASE WHEN x.experiment IS NOT NULL THEN e.variant END AS variant,
    CASE
      WHEN e.unit IS NULL                                  THEN 'null_unit'
      WHEN e.flaw IS NOT NULL                              THEN e.flaw         -- it names nobody
      WHEN e.experiment IS NULL                            THEN 'null_experiment'
      WHEN x.experiment IS NULL                            THEN 'other_experiment'
      WHEN e.time IS NULL                                  THEN 'null_time'
      WHEN e.time < $earliest OR e.time >= $latest         THEN 'implausible_time'
      WHEN e.time >= $until                                THEN 'after_as_of'
      WHEN e.time < x.starts_at                            THEN 'before_start'
      WHEN e.time >= x.ends_at                             THEN 'after_end'
      WHEN e.forced                                        THEN 'forced'
      WHEN $variants_known AND e.variant IS NULL           THEN 'null_variant'
      WHEN $variants_known AND v.is_holdout                THEN 'holdout'
      WHEN $variants_known AND v.variant IS NULL           THEN 'unknown_variant'
    END AS reason
  FROM exposures e
  LEFT JOIN experiments x ON x.experiment = e.experiment
  LEFT JOIN variants v    ON v.experiment = e.experiment AND v.variant = e.variant
) judged
GROUP BY experiment, CASE WHEN reason IS NULL OR reason IN ('forced', 'holdout') THEN unit END, variant, reason
