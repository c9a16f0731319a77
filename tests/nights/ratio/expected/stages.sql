-- events_facts
SELECT
  unit,
  CASE
    WHEN unit IS NULL THEN
      -1
    WHEN "time" IS NULL THEN
      -2
    WHEN (("time" < CAST('2016-09-30T00:00:00+00:00' AS TIMESTAMP)) OR ("time" >= CAST('2036-10-05T00:00:00+00:00' AS TIMESTAMP))) THEN
      -3
    WHEN ("time" >= CAST('2026-10-05T00:00:00+00:00' AS TIMESTAMP)) THEN
      -4
    WHEN (m0 OR m1) IS NOT TRUE THEN
      -6
    WHEN (m0 AND ((CAST(v0 AS DOUBLE) > 179769313486231570814527423731704356798070567525844996598917476803157260780028538760589558632766878171540458953514382464234321326889464182768467546703537516986049910576551282076245490090389328944075868508455133942304583236903222948165808559332123348274797826204144723168738177180919299881250404026184124858368.0) OR (CAST(v0 AS DOUBLE) < -179769313486231570814527423731704356798070567525844996598917476803157260780028538760589558632766878171540458953514382464234321326889464182768467546703537516986049910576551282076245490090389328944075868508455133942304583236903222948165808559332123348274797826204144723168738177180919299881250404026184124858368.0))) THEN
      -7
  END AS fate,
  "time",
  m0,
  m1,
  v0
FROM
  (
    SELECT
      CAST(events."user" AS VARCHAR) AS unit,
      CAST(events."at" AS TIMESTAMP WITH TIME ZONE) AS "time",
      CASE
        WHEN ((events."name" = 'purchase') AND (events.currency = 'EUR')) THEN
          true
        ELSE
          false
      END AS m0,
      CASE
        WHEN (events."name" = 'purchase') THEN
          true
        ELSE
          false
      END AS m1,
      (events.cents / 100.0) AS v0
    FROM
      events
  );

-- events_matched
SELECT
  events_facts.unit,
  events_facts.fate,
  events_facts."time",
  events_facts.m0,
  events_facts.m1,
  events_facts.v0,
  "key",
  enrolled_unit,
  enrollment,
  enrollments."first",
  enrollments.enrolled_at,
  CASE
    WHEN enrollment IS NOT NULL THEN
      enrollment
    WHEN events_facts.fate IS NOT NULL THEN
      events_facts.fate
    ELSE
      -8
  END AS slot
FROM
  (
    SELECT
      events_facts.unit,
      events_facts.fate,
      events_facts."time",
      events_facts.m0,
      events_facts.m1,
      events_facts.v0,
      CASE
        WHEN events_facts.fate IS NULL THEN
          events_facts.unit
      END AS "key"
    FROM
      events_facts
  )
  LEFT OUTER JOIN (SELECT enrollments.unit AS enrolled_unit, enrollments.slot AS enrollment, enrollments."first", enrollments.enrolled_at FROM enrollments) ON "key" = enrolled_unit;

-- events_units
SELECT
  events_matched.slot AS events_slot,
  count(1) AS events_rows,
  count(1) FILTER (WHERE events_matched."first" IS TRUE) AS events_first,
  count(1) FILTER (WHERE (events_matched."time" < events_matched.enrolled_at)) AS events_early,
  exact_sum(events_matched.v0) FILTER (WHERE (events_matched.m0 AND (events_matched."time" >= events_matched.enrolled_at))) AS measure_0,
  count(1) FILTER (WHERE ((events_matched.m0 AND (events_matched."time" >= events_matched.enrolled_at)) AND events_matched.v0 IS NULL)) AS measure_0_without,
  count(1) FILTER (WHERE (events_matched.m1 AND (events_matched."time" >= events_matched.enrolled_at))) AS measure_1
FROM
  events_matched
GROUP BY
  events_matched.slot;

-- unit_metrics
SELECT
  enrollments.experiment,
  enrollments.variant,
  CASE
    WHEN enrollments.experiment IS NULL THEN
      coalesce(events_units.events_slot)
  END AS fate,
  coalesce(CAST(events_units.events_rows AS DOUBLE), 0.0) AS events_rows,
  coalesce(CAST(events_units.events_first AS DOUBLE), 0.0) AS events_first,
  coalesce(CAST(events_units.events_early AS DOUBLE), 0.0) AS events_early,
  coalesce(CAST(events_units.measure_0_without AS DOUBLE), 0.0) AS measure_0_without,
  coalesce(CAST(events_units.measure_0 AS DOUBLE), 0.0) AS y0,
  coalesce(CAST(events_units.measure_0 AS DOUBLE), 0.0) AS y1,
  coalesce(CAST(events_units.measure_1 AS DOUBLE), 0.0) AS d1,
  coalesce(CAST(events_units.measure_1 AS DOUBLE), 0.0) AS y2
FROM
  (
    SELECT
      enrollments.slot,
      enrollments.experiment,
      enrollments.variant
    FROM
      enrollments
  )
  FULL JOIN events_units ON enrollments.slot = events_units.events_slot;

-- summaries
SELECT
  moments(unit_metrics.y0) AS s0,
  moments(unit_metrics.y1, unit_metrics.d1) AS s1,
  moments(unit_metrics.y2) AS s2,
  exact_sum(unit_metrics.events_rows) AS events_rows,
  exact_sum(unit_metrics.events_first) AS events_first,
  exact_sum(unit_metrics.events_early) AS events_early,
  exact_sum(unit_metrics.measure_0_without) AS measure_0_without,
  unit_metrics.experiment,
  unit_metrics.variant,
  unit_metrics.fate
FROM
  unit_metrics
GROUP BY
  unit_metrics.experiment, unit_metrics.variant, unit_metrics.fate;
