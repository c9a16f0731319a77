//! What goes wrong with data, numbers, actions and promises, row by row, and the test that shows what happens then.
//!
//! Classes: E-CFG, a mistake found before anything is read; E-RUN, a night of which nothing
//! becomes visible; X, an experiment or metric in error beside others that are whole; Q, rows
//! left out and counted; H, numbers that nobody may act upon; W, a warning; A, put right in
//! silence and counted. A dash stands where no test shows the row, with the reason.
//!
//! | row | what goes wrong | class | shown by |
//! |-----|-----------------|-------|----------|
//! | D01 | no unit | Q, H | `rows::facts_without_a_unit` |
//! | D02 | no variant, no instant | Q, H | `rows::exposures_without_a_variant_or_an_instant` |
//! | D03 | no value | Q, W | `rows::facts_without_a_value` |
//! | D04 | NaN | Q, H | `rows::values_that_are_no_numbers` |
//! | D05 | infinite values | Q, H | `rows::values_that_are_no_numbers` |
//! | D06 | facts delivered twice | A, W | `rows::facts_delivered_twice` |
//! | D07 | one id, two contents | A, H | `rows::one_id_with_two_amounts`, `rows::many_ids_with_two_contents`, `nights::duplicates_count_once` |
//! | D08 | rows out of order | A | `properties::m1_the_order_of_rows_changes_nothing` |
//! | D09 | a day that arrives late | A | `commands::a_day_arrives_late` |
//! | D10 | instants that cannot be | Q, H | `rows::instants_that_cannot_be` |
//! | D11 | facts before the exposure | H | `units::facts_just_before_the_exposure_of_one_variant` |
//! | D12 | units in two variants | Q, H | `units::units_in_two_variants` |
//! | D13 | units exposed again | A | `units::units_exposed_again` |
//! | D14 | a variant nobody configured | Q, H | `units::a_misspelt_variant` |
//! | D15 | a variant nobody meets | H | `units::a_variant_that_nobody_meets` |
//! | D16 | capitals and spaces | Q, H | `units::a_variant_with_capitals_or_spaces` |
//! | D17 | integer and text keys | E-CFG | `keys::integers_here_and_text_there` |
//! | D18 | floating-point keys | E-CFG | `keys::floating_point_ids` |
//! | D19 | wide integers as keys | A | `scans::units_are_compared_as_what_they_are` |
//! | D20 | accents in other bytes | Q | `units::an_accent_in_one_piece_and_in_two` |
//! | D21 | ids of nobody: `undefined` | Q, H | `rows::ids_of_nobody` |
//! | D22 | one unit outweighs all | H | `numbers::one_unit_that_buys_for_everybody` |
//! | D23 | zones in some files only | E-RUN | `times::a_zone_on_one_day_only` |
//! | D24 | two zones | A | `times::zones_in_the_data` |
//! | D25 | days of 23 and 25 hours | A | `segments::a_phase_begins_at_midnight_of_the_zone_on_days_of_23_and_25_hours`, `nights::a_day_of_25_hours_in_berlin` |
//! | D26 | days for instants | W, E-CFG | `rows::days_instead_of_instants`, `rows::hours_of_days` |
//! | D27 | integers for instants | E-CFG | `times::integers_as_instants` |
//! | D28 | beyond nanoseconds | Q, H | `rows::instants_that_cannot_be` |
//! | D29 | 96-bit instants | A | - nothing here can write them |
//! | D30 | sums beyond 64 bits | A | `numbers::sums_that_need_more_than_64_bits` |
//! | D31 | money in decimals | A | `types::amounts_of_every_type` |
//! | D32 | numbers of every width | A | `types::amounts_of_every_type` |
//! | D33 | text of every encoding | A | `types::keys_and_instants_of_every_type` |
//! | D34 | a missing day | H | `files::a_missing_day`, `files::an_empty_folder` |
//! | D35 | a file without rows | A | `files::a_file_without_rows` |
//! | D36 | a file of zero bytes | E-RUN | `files::a_zero_byte_file` |
//! | D37 | a file cut off | E-RUN | `files::a_truncated_parquet_file` |
//! | D38 | flipped bits | E-RUN, W | `facts::cure_a_flipped_byte_in_a_page_with_a_crc_is_an_error`, `files::a_flipped_bit_anywhere`, `rows::pages_without_checksums` |
//! | D39 | a reader that panics | E-RUN | `files::a_flipped_bit_anywhere` |
//! | D40 | bombs | E-RUN, Q | `limits::claims_that_no_file_should_make`, `rows::ids_that_are_too_long` |
//! | D41 | huge footers | E-RUN | `files::a_footer_that_is_too_large`, `limits::claims_that_no_file_should_make` |
//! | D42 | hidden files | A | `files::hidden_files` |
//! | D43 | foreign files | W | `files::files_of_another_kind` |
//! | D44 | files at another depth | E-RUN | `files::a_file_in_a_subfolder`, `files::a_file_below_and_above_its_partition` |
//! | D45 | a column missing on one day | E-RUN | `columns::a_used_column_renamed_on_one_day` |
//! | D46 | a column in capitals | E-RUN | `columns::a_key_column_renamed_on_one_day` |
//! | D47 | another type on one day | E-RUN | `columns::a_used_column_of_another_type_on_one_day` |
//! | D48 | nested columns | A, E-CFG | `nested::the_same_rows_in_structs_give_the_same_verdict`, `nested::a_field_that_does_not_exist` |
//! | D49 | two columns of one name | E-RUN | `columns::two_columns_of_one_name` |
//! | D50 | a file added meanwhile | | - files are listed once, before anything is read |
//! | D51 | a file replaced meanwhile | E-RUN | `signals::a_source_file_replaced_meanwhile` |
//! | D52 | a file removed meanwhile | E-RUN | `signals::a_source_file_removed_meanwhile` |
//! | D53 | a file with two names | A | `rows::a_file_with_two_names` |
//! | D54 | a day delivered twice | H | `rows::a_day_delivered_twice_under_another_name` |
//! | D55 | a day not there, or not over | H, W, E-RUN | `rows::a_day_that_has_not_arrived`, `rows::a_day_that_is_not_ready`, `arrival_tests::a_day_that_is_not_there_or_not_over_is_told` |
//! | D56 | nothing to divide by | no number | `numbers::a_ratio_of_nothing` |
//! | D57 | no variation | no number | `numbers::a_metric_that_is_the_same_for_everybody` |
//! | D58 | two units | no number | `numbers::two_units_each` |
//! | D59 | zero for everybody | H | `numbers::a_metric_that_is_zero_for_everybody` |
//! | D60 | facts that meet nobody | H | `units::facts_that_meet_nobody`, `units::facts_that_one_variant_lost` |
//! | D61 | long tails | H | `numbers::tails_in_a_small_arm`, `kinds::units_are_held_to_caps` |
//! | D62 | exposed, never assigned | Q, H | `units::units_exposed_without_an_assignment` |
//! | D63 | approximate counts | never | `rows::no_query_is_approximate` |
//! | D64 | text that does not parse | E-RUN | `text_files::a_bad_number_in_a_late_row`, `text_files::an_open_quote`, `text_files::ndjson_that_breaks_off` |
//! | D65 | bytes that are no text | E-RUN | `text_files::bytes_that_are_no_text` |
//! | D66 | folders that are no days | E-RUN | `files::partition_folders_that_are_no_days` |
//! | T01 | looking every night | A | `many_nights_tests::nothing_ships_by_chance_more_often_than_promised` |
//! | T02 | other looks than planned | A | `memory_tests::boundaries_follow_the_information_that_is_there`, `memory_tests::a_day_that_was_passed_over_spends_nothing_and_moves_no_boundary` |
//! | T03 | a split not promised | H | `units::a_split_that_was_not_promised` |
//! | T04 | the same in a segment | W | `units::a_split_that_is_off_in_segments` |
//! | T05 | weights that change | A | `numbers::weights_and_purchases_that_change_together` |
//! | T06 | ratio of sums or mean | stated | `nights::a_ratio_is_a_ratio_of_sums` |
//! | T07 | another unit analysed | A | `members::facts_of_members_are_those_of_their_unit`, `nights::a_ratio_is_a_ratio_of_sums` |
//! | T08 | many comparisons | A | `decide_tests::alpha_is_divided_among_primaries_and_treatments_only` |
//! | T09 | searching in segments | A | `judge_tests::segments_are_corrected_among_those_that_were_asked_for`, `judge_tests::segments_never_change_the_verdict` |
//! | T10 | a metric added late | E-CFG, or stated | `locks::c20_what_is_only_for_people_may_change_and_a_metric_may_be_added_but_not_decide` |
//! | T11 | the winner's curse | W | `numbers::a_lift_that_was_found_by_luck` |
//! | T12 | no effect, or too few units | stated | `sentence_tests::inconclusive` |
//! | T13 | novelty | W | `numbers::a_novelty_that_wears_off` |
//! | T14 | weekdays | W | `numbers::a_success_in_the_middle_of_a_week` |
//! | T15 | carry-over | H | `numbers::a_difference_before_the_experiment` |
//! | T16 | units that meet each other | | - no data can tell |
//! | T17 | an entry that depends | H | `units::an_entry_that_the_treatment_changes` |
//! | T18 | windows not closed | A | `numbers::windows_that_have_not_closed` |
//! | T19 | covariates after the exposure | E-CFG | `covariates::t19_it_ends_where_the_unit_meets_the_experiment`, `kinds::covariates_end_where_a_unit_met_its_experiment` |
//! | T20 | covariates that do harm | A | `laws::m19_m20_caps_and_covariates_that_say_nothing`, `judge_tests::a_constant_covariate_is_none` |
//! | T21 | rare events | no number | `numbers::a_handful_of_conversions` |
//! | T22 | tails in a small arm | H | `numbers::tails_in_a_small_arm` |
//! | T23 | too good to be true | H | `numbers::a_lift_beyond_belief` |
//! | T24 | a metric with false alarms | | - no command re-randomises yet |
//! | T25 | control near zero | no lift | `numbers::a_lift_from_almost_nothing`, `choices::near_zero_the_lift_is_by_fieller` |
//! | T26 | quantiles with ties | A | `judge_tests::a_quantile_is_compared_by_its_points`, `laws::quantiles_are_those_of_the_values` |
//! | T27 | a guardrail not shown safe | A | `decide_tests::a_guardrail_that_is_not_shown_to_be_safe_blocks_shipping` |
//! | T28 | an end that moves | E-CFG | `locks::t28_an_end_that_moves_is_a_changed_promise` |
//! | T29 | bots left out of one variant | H | `units::units_left_out_of_one_variant` |
//! | T30 | assignment by hash | | - the project does not say its salt |
//! | A01 | one verdict, twice | once | `nights_tests::one_decision_has_at_most_one_effect`, `acts::a_ship_goes_out_once_in_steps_after_two_nights_and_only_with_yes` |
//! | A02 | verdicts on old data | no action | `acts::a02_a_verdict_on_old_data_asks_for_nothing` |
//! | A03 | a day judged in hindsight | H | `locks::a03_a_day_that_was_passed_over_is_judged_and_acts_on_nothing` |
//! | A04 | ship and roll back race | conflict | `nights_tests::one_decision_has_at_most_one_effect` |
//! | A05 | another flag, another environment | refused | `opening::a_target_touches_only_its_flags`, `tests::what_is_not_there_is_said` |
//! | A06 | to and fro | settled | `memory_tests::what_shipped_stays_shipped_but_for_harm`, `memory_tests::a_ship_needs_two_nights_in_a_row_and_harm_one` |
//! | A07 | acting on a hold or an error | by type | `nights_tests::one_decision_has_at_most_one_effect` |
//! | A08 | harm everywhere at once | H | `orders::a08_too_many_roll_backs_in_one_night_wait_for_a_person` |
//! | A09 | a flag changed by hand | conflict | `acts::a09_a_flag_that_somebody_changed_is_left_alone_until_a_person_agrees` |
//! | A10 | an experiment that is over | refused | `acts::a10_an_experiment_that_somebody_concluded_is_left_alone` |
//! | A11 | a step left out | one by one | `acts::a_ship_goes_out_once_in_steps_after_two_nights_and_only_with_yes`, `nights_tests::one_decision_has_at_most_one_effect` |
//! | A12 | sent, and no answer | asked first | `nights_tests::one_decision_has_at_most_one_effect`, `tests::after_a_late_answer_the_state_tells` |
//! | A13 | forged webhooks | signed | `webhook::the_official_library_verifies_what_is_sent` |
//! | A14 | half a night read | never | `crash::a_killed_process_at_any_instant_is_recovered_from` |
//! | A15 | unlocking to win | H | `locks::unlocking_opens_a_phase_whose_verdicts_act_on_nothing` |
//! | A16 | late data against a ship | H | `memory_tests::a_revision_acts_on_nothing_and_undoes_nothing` |
//! | A17 | stop everything | waits | `acts::a17_one_word_stops_everything` |
//! | A18 | who did what | chained | `ledger::a_changed_missing_or_moved_line_breaks_the_chain` |
//! | C19 | a promise that changes | E-CFG | `locks::c19_a_promise_that_changed_after_the_first_look_is_refused_field_by_field` |
//! | C20 | words that change | allowed | `locks::c20_what_is_only_for_people_may_change_and_a_metric_may_be_added_but_not_decide` |

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

mod night;
mod numbers;
mod rows;
mod types;
mod units;

/// Names of all functions below a folder, with those of the file they are in.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let names = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
            found.extend(names.map(|name| format!("{file}::{name}")));
        }
    }
}

/// Every row is in the table above, once and in order, and every test that it names is there.
#[test]
fn the_table_is_whole_and_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = BTreeSet::new();
    ["src", "tests"].iter().for_each(|folder| functions(&root.join(folder), &mut known));
    let mut rows = Vec::new();
    for line in include_str!("catalogue.rs").lines().filter_map(|line| line.strip_prefix("//! | "))
    {
        let cells: Vec<&str> = line.trim_end_matches(" |").split(" | ").collect();
        let [row, .., shown_by] = cells[..] else { panic!("{line}") };
        if row == "row" {
            continue;
        }
        rows.push(row.to_owned());
        for test in shown_by.split('`').skip(1).step_by(2).filter(|_| !shown_by.starts_with('-')) {
            assert!(known.contains(test), "{row}: there is no {test}");
        }
    }
    let data = (1..=66).map(|row| format!("D{row:02}"));
    let numbers = (1..=30).map(|row| format!("T{row:02}"));
    let acts = (1..=18).map(|row| format!("A{row:02}"));
    let promises = ["C19", "C20"].map(str::to_owned);
    let expected: Vec<String> = data.chain(numbers).chain(acts).chain(promises).collect();
    assert_eq!(rows, expected);
}
