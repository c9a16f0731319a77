-- members: which unit each member belongs to.
-- Rows without a member or a unit say nothing.
--
-- grain  member
-- reads  memberships(member, unit)
-- takes  nothing
SELECT
  member,
  MIN(unit) AS member_of,
  MIN(unit) <> MAX(unit) AS ambiguous                      -- it belongs to several: nobody knows to which a fact counts
FROM memberships
WHERE member IS NOT NULL AND unit IS NOT NULL
GROUP BY member
