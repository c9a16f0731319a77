-- players_facts
SELECT
  unit,
  CASE
    WHEN unit IS NULL THEN
      -1
    WHEN (m0 OR m1) IS NOT TRUE THEN
      -6
  END AS fate,
  m0,
  m1,
  v0
FROM
  (
    SELECT
      CAST(players.userid AS BIGINT) AS unit,
      CASE
        WHEN players.retained THEN
          true
        ELSE
          false
      END AS m0,
      CASE
        WHEN true THEN
          true
        ELSE
          false
      END AS m1,
      CASE
        WHEN true THEN
          players.rounds
      END AS v0
    FROM
      players
  );

-- players_matched
SELECT
  players_facts.unit,
  players_facts.fate,
  players_facts.m0,
  players_facts.m1,
  players_facts.v0,
  "key",
  enrolled_unit,
  enrollment,
  enrollments."first",
  enrollments.enrolled_at,
  CASE
    WHEN enrollment IS NOT NULL THEN
      enrollment
    WHEN players_facts.fate IS NOT NULL THEN
      players_facts.fate
    ELSE
      -7
  END AS slot
FROM
  (
    SELECT
      players_facts.unit,
      players_facts.fate,
      players_facts.m0,
      players_facts.m1,
      players_facts.v0,
      CASE
        WHEN players_facts.fate IS NULL THEN
          players_facts.unit
      END AS "key"
    FROM
      players_facts
  )
  LEFT OUTER JOIN (SELECT enrollments.unit AS enrolled_unit, enrollments.slot AS enrollment, enrollments."first", enrollments.enrolled_at FROM enrollments) ON "key" = enrolled_unit;

-- players_units
SELECT
  players_matched.slot AS players_slot,
  count(1) AS players_rows,
  count(1) FILTER (WHERE players_matched."first" IS TRUE) AS players_first,
  count(1) FILTER (WHERE players_matched.m0) AS measure_0,
  exact_sum(players_matched.v0) FILTER (WHERE players_matched.m1) AS measure_1,
  count(1) FILTER (WHERE (players_matched.m1 AND players_matched.v0 IS NULL)) AS measure_1_missing
FROM
  players_matched
GROUP BY
  players_matched.slot;

-- unit_metrics
SELECT
  enrollments.experiment,
  enrollments.variant,
  enrollments.phase,
  CASE
    WHEN enrollments.experiment IS NULL THEN
      coalesce(players_units.players_slot)
  END AS fate,
  coalesce(CAST(players_units.players_rows AS DOUBLE), 0.0) AS players_rows,
  coalesce(CAST(players_units.players_first AS DOUBLE), 0.0) AS players_first,
  coalesce(CAST(players_units.measure_1_missing AS DOUBLE), 0.0) AS measure_1_missing,
  CASE
    WHEN (coalesce(CAST(players_units.measure_0 AS DOUBLE), 0.0) >= 1.0) THEN
      1.0
    ELSE
      0.0
  END AS y0,
  coalesce(CAST(players_units.measure_1 AS DOUBLE), 0.0) AS y1
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
  FULL JOIN players_units ON (enrollments.slot = players_units.players_slot);

-- summaries
SELECT
  count(1) AS units,
  moments(unit_metrics.y0) AS moments0,
  moments(unit_metrics.y1) AS moments1,
  min(unit_metrics.y1) AS smallest1,
  max(unit_metrics.y1) AS largest1,
  count(1) FILTER (WHERE (unit_metrics.players_rows > 0.0)) AS players_with_facts,
  exact_sum(unit_metrics.players_rows) AS players_rows,
  exact_sum(unit_metrics.players_first) AS players_first,
  exact_sum(unit_metrics.measure_1_missing) AS measure_1_missing,
  unit_metrics.experiment,
  unit_metrics.variant,
  unit_metrics.phase,
  unit_metrics.fate
FROM
  unit_metrics
GROUP BY
  unit_metrics.experiment, unit_metrics.variant, unit_metrics.phase, unit_metrics.fate;
