-- events_facts
SELECT
  unit,
  CASE
    WHEN unit IS NULL THEN
      -1
    WHEN long_id THEN
      -11
    WHEN names_nobody(unit) THEN
      -10
    WHEN "time" IS NULL THEN
      -2
    WHEN (("time" < CAST('2016-09-30T00:00:00+00:00' AS TIMESTAMP)) OR ("time" >= CAST('2036-10-05T00:00:00+00:00' AS TIMESTAMP))) THEN
      -3
    WHEN ("time" >= CAST('2026-10-05T00:00:00+00:00' AS TIMESTAMP)) THEN
      -4
    WHEN m0 IS NOT TRUE THEN
      -6
  END AS fate,
  "time",
  m0
FROM
  (
    SELECT
      CAST(events."user" AS VARCHAR) AS unit,
      CAST(coalesce(TRY_CAST(events."at" AS TIMESTAMP WITH TIME ZONE), (TRY_CAST((TRY_CAST(events."at" AS TIMESTAMP) - INTERVAL '1 HOURS') AS TIMESTAMP WITH TIME ZONE) + INTERVAL '1 HOURS')) AS TIMESTAMP WITH TIME ZONE) AS "time",
      CASE
        WHEN (octet_length(CAST(events."user" AS VARCHAR)) > 1024) THEN
          true
        ELSE
          false
      END AS long_id,
      CASE
        WHEN (events."name" = 'click') THEN
          true
        ELSE
          false
      END AS m0
    FROM
      events
  );

-- events_matched
SELECT
  events_facts.unit,
  events_facts.fate,
  events_facts."time",
  events_facts.m0,
  "key",
  enrolled_unit,
  enrollment,
  enrollments."first",
  enrollments.enrolled_at,
  hour_before,
  hour_after,
  CASE
    WHEN enrollment IS NOT NULL THEN
      enrollment
    WHEN events_facts.fate IS NOT NULL THEN
      events_facts.fate
    ELSE
      -7
  END AS slot
FROM
  (
    SELECT
      events_facts.unit,
      events_facts.fate,
      events_facts."time",
      events_facts.m0,
      CASE
        WHEN events_facts.fate IS NULL THEN
          events_facts.unit
      END AS "key"
    FROM
      events_facts
  )
  LEFT OUTER JOIN (SELECT enrollments.unit AS enrolled_unit, enrollments.slot AS enrollment, enrollments."first", enrollments.enrolled_at, (enrollments.enrolled_at + INTERVAL '-1 HOURS') AS hour_before, (enrollments.enrolled_at + INTERVAL '1 HOURS') AS hour_after FROM enrollments) ON "key" = enrolled_unit;

-- events_units
SELECT
  events_matched.slot AS events_slot,
  count(1) AS events_rows,
  count(1) FILTER (WHERE events_matched."first" IS TRUE) AS events_first,
  count(1) FILTER (WHERE (events_matched."time" < events_matched.enrolled_at)) AS events_early,
  count(1) FILTER (WHERE ((events_matched."time" >= events_matched.hour_before) AND (events_matched."time" < events_matched.enrolled_at))) AS events_before,
  count(1) FILTER (WHERE ((events_matched."time" >= events_matched.enrolled_at) AND (events_matched."time" < events_matched.hour_after))) AS events_after,
  count(1) FILTER (WHERE (events_matched.m0 AND (events_matched."time" >= events_matched.enrolled_at))) AS measure_0
FROM
  events_matched
GROUP BY
  events_matched.slot;

-- unit_metrics
SELECT
  enrollments.experiment,
  enrollments.variant,
  enrollments.phase,
  CASE
    WHEN enrollments.experiment IS NULL THEN
      coalesce(events_units.events_slot)
  END AS fate,
  coalesce(CAST(events_units.events_rows AS DOUBLE), 0.0) AS events_rows,
  coalesce(CAST(events_units.events_first AS DOUBLE), 0.0) AS events_first,
  coalesce(CAST(events_units.events_early AS DOUBLE), 0.0) AS events_early,
  coalesce(CAST(events_units.events_before AS DOUBLE), 0.0) AS events_before,
  coalesce(CAST(events_units.events_after AS DOUBLE), 0.0) AS events_after,
  CASE
    WHEN (coalesce(CAST(events_units.measure_0 AS DOUBLE), 0.0) >= 1.0) THEN
      1.0
    ELSE
      0.0
  END AS y0,
  coalesce(CAST(events_units.measure_0 AS DOUBLE), 0.0) AS y1
FROM
  (
    SELECT
      enrollments.slot,
      enrollments.experiment,
      enrollments.variant,
      enrollments.phase
    FROM
      enrollments
  )
  FULL JOIN events_units ON (enrollments.slot = events_units.events_slot);

-- summaries
SELECT
  count(1) AS units,
  moments(unit_metrics.y0) AS moments0,
  moments(unit_metrics.y1) AS moments1,
  min(unit_metrics.y1) AS smallest1,
  max(unit_metrics.y1) AS largest1,
  count(1) FILTER (WHERE (unit_metrics.events_rows > 0.0)) AS events_with_facts,
  exact_sum(unit_metrics.events_rows) AS events_rows,
  exact_sum(unit_metrics.events_first) AS events_first,
  exact_sum(unit_metrics.events_early) AS events_early,
  exact_sum(unit_metrics.events_before) AS events_before,
  exact_sum(unit_metrics.events_after) AS events_after,
  unit_metrics.experiment,
  unit_metrics.variant,
  unit_metrics.phase,
  unit_metrics.fate
FROM
  unit_metrics
GROUP BY
  unit_metrics.experiment, unit_metrics.variant, unit_metrics.phase, unit_metrics.fate;
