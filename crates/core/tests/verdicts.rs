//! The verdict on tables with known alphas: shares as published for GPT and GPT-2, and the ends of the scale.

use heavytail::columns_fit::{ALPHA, ALPHA_CI_HIGH, ALPHA_CI_LOW, STATUS};
use heavytail::columns_layer::LONGNAME;
use heavytail::{CompareOptions, Details, ModelWord, PairWord, Row, Verdict, VerdictOptions, compare, judge};

/// The 50 layers of a GPT-2-small-shaped network, all well trained but for those that `alpha` says otherwise of.
fn gpt(alpha: impl Fn(usize, &str) -> Option<f64>) -> Details {
    let mut rows = Vec::new();
    let mut push = |name: String, alpha: Option<f64>| {
        let healthy = 3.0 + (rows.len() % 7) as f64 * 0.2;
        let mut row = Row::new();
        row.set(&LONGNAME, name);
        row.set(&ALPHA, alpha.unwrap_or(healthy));
        row.set(&STATUS, "success");
        rows.push(row);
    };
    push("wte".to_owned(), None);
    push("wpe".to_owned(), None);
    for block in 0..12 {
        for role in ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"] {
            push(format!("h.{block}.{role}"), alpha(block, role));
        }
    }
    Details { rows, ..Details::default() }
}

/// Gives every layer an interval of this half width, and those of `narrow` names one of a tenth.
fn with_intervals(mut details: Details, half_width: f64, narrow: &[&str]) -> Details {
    for row in &mut details.rows {
        let alpha = row.number(&ALPHA).unwrap();
        let half_width = if narrow.contains(&row.text(&LONGNAME)) { half_width / 10.0 } else { half_width };
        row.set(&ALPHA_CI_LOW, alpha - half_width);
        row.set(&ALPHA_CI_HIGH, alpha + half_width);
    }
    details
}

fn verdict(details: &Details) -> Verdict {
    judge(details, &VerdictOptions::default())
}

#[test]
fn six_of_fifty_above_six_in_one_role_is_not_enough_data_and_the_role_is_named() {
    let at_fault = [3, 6, 7, 8, 9, 10];
    let found = verdict(&gpt(|block, role| {
        (role == "attn.c_proj" && at_fault.contains(&block)).then_some(7.0 + block as f64 / 4.0)
    }));
    assert_eq!(found.word, ModelWord::NotEnoughData);
    assert_eq!((found.fitted, found.above.len()), (50, 6));
    assert!(
        found.sentence.contains("Under-trained: all of role h.*.attn.c_proj, blocks 3, 6–10."),
        "{}",
        found.sentence
    );
}

#[test]
fn none_or_one_of_fifty_above_six_speaks_of_no_lack_of_data() {
    assert_eq!(verdict(&gpt(|_, _| None)).word, ModelWord::EnoughData);
    let one = verdict(&gpt(|block, role| (block == 5 && role == "mlp.c_fc").then_some(6.25)));
    assert_eq!(one.word, ModelWord::EnoughData);
    assert!(one.sentence.contains("Above 6: h.5.mlp.c_fc (6.25)."), "{}", one.sentence);
}

#[test]
fn a_share_that_chance_explains_is_uncertain() {
    let found = verdict(&gpt(|block, role| (role == "mlp.c_fc" && block < 4).then_some(6.5)));
    assert_eq!((found.word, found.above.len()), (ModelWord::Uncertain, 4));
}

#[test]
fn alphas_that_peak_above_six_are_not_enough_data_however_few_the_layers() {
    let found = verdict(&gpt(|_, _| Some(8.0)));
    assert_eq!(found.word, ModelWord::NotEnoughData);
    let mut three = gpt(|_, _| None);
    three.rows.truncate(3);
    assert_eq!(verdict(&three).word, ModelWord::Uncertain);
}

#[test]
fn a_table_without_a_fit_has_no_verdict_and_says_why() {
    let mut failed = gpt(|_, _| Some(-1.0));
    failed.rows.iter_mut().for_each(|row| row.set(&STATUS, "failed"));
    let found = verdict(&failed);
    assert_eq!(found.word, ModelWord::NoFit);
    assert!(found.sentence.contains("none of 50 layers has a power-law fit"), "{}", found.sentence);
    assert_eq!(verdict(&Details::default()).sentence, "No verdict: the table has no layer.");
}

#[test]
fn over_trained_layers_are_named_beside_the_answer() {
    let found = verdict(&gpt(|block, role| (role == "mlp.c_proj" && block == 2).then_some(1.5)));
    assert_eq!((found.word, found.below.len()), (ModelWord::EnoughData, 1));
    assert!(found.sentence.contains("1 layer is below 2"), "{}", found.sentence);
}

/// Six of fifty above 6 at 7 and more, as in the published GPT.
fn six_of_fifty() -> Details {
    gpt(|block, role| {
        (role == "attn.c_proj" && [3, 6, 7, 8, 9, 10].contains(&block)).then_some(6.5 + block as f64 / 4.0)
    })
}

#[test]
fn layers_whose_interval_reaches_below_six_are_not_called_under_trained() {
    let narrow: Vec<String> = [8, 9, 10].iter().map(|block| format!("h.{block}.attn.c_proj")).collect();
    let narrow: Vec<&str> = narrow.iter().map(String::as_str).collect();
    let found = verdict(&with_intervals(six_of_fifty(), 4.0, &narrow));
    // Three for certain are more than the 2.5 tolerated, six are more than chance explains.
    assert_eq!(found.word, ModelWord::NotEnoughData);
    assert!(
        found.sentence.contains(
            "Under-trained: all of role h.*.attn.c_proj, blocks 8–10. Above 6, with an interval that reaches below it: \
             all of role h.*.attn.c_proj, blocks 3, 6, 7."
        ),
        "{}",
        found.sentence
    );
}

#[test]
fn a_model_is_not_told_of_too_little_data_by_layers_none_of_which_is_certain() {
    let found = verdict(&with_intervals(six_of_fifty(), 4.0, &[]));
    assert_eq!((found.word, found.above.len()), (ModelWord::Uncertain, 6));
    assert!(
        found.sentence.starts_with(
            "Uncertain: 6 of 50 layers above 6 (12 %, tolerated 5 %), but the interval of each reaches below 6."
        ),
        "{}",
        found.sentence
    );
    assert!(!found.sentence.contains("nder-trained"), "{}", found.sentence);
    // Nor by most of them.
    let all = verdict(&with_intervals(gpt(|_, _| Some(8.0)), 4.0, &[]));
    assert_eq!(all.word, ModelWord::Uncertain);
}

#[test]
fn a_layer_whose_interval_reaches_above_two_is_not_called_over_trained() {
    let low = gpt(|block, role| (role == "mlp.c_proj" && block == 2).then_some(1.5));
    let found = verdict(&with_intervals(low, 1.0, &[]));
    assert!(!found.sentence.contains("over-trained"), "{}", found.sentence);
    assert!(
        found.sentence.contains("Below 2, with an interval that reaches over it: h.2.mlp.c_proj (1.50).")
    );
}

#[test]
fn fewer_layers_than_a_verdict_takes_are_uncertain_and_no_pair_of_them_is_decided() {
    let table = |alphas: [f64; 3]| {
        let row = |(i, alpha): (usize, f64)| {
            let mut row = Row::new();
            row.set(&LONGNAME, format!("layer.{i}"));
            row.set(&ALPHA, alpha);
            row.set(&STATUS, "success");
            row
        };
        Details { rows: alphas.into_iter().enumerate().map(row).collect(), ..Details::default() }
    };
    let (a, b) = (table([8.01, 8.50, 9.20]), table([3.0, 3.2, 4.19]));
    assert_eq!(verdict(&a).word, ModelWord::Uncertain);
    let compared = compare(&[("a".to_owned(), &a), ("b".to_owned(), &b)], &CompareOptions::default());
    assert_eq!(compared.pairs[0].word, PairWord::Undecided);
    assert!(compared.pairs[0].sentence.contains("Fewer than 5 layers say too little"));
}

/// How many of 40 comparisons of six equally good models call any of them worse.
fn found_worse(of: impl Fn(&[(String, &Details)]) -> bool) -> usize {
    let mut state = 1_u64;
    let mut uniform = move || {
        // Knuth's MMIX.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / 2.0_f64.powi(53)
    };
    let mut model = || {
        let alphas: Vec<f64> = (0..18).map(|_| 3.0 + (0..4).map(|_| uniform()).sum::<f64>()).collect();
        let mut details = gpt(|_, _| None);
        details.rows.truncate(alphas.len());
        details.rows.iter_mut().zip(alphas).for_each(|(row, alpha)| row.set(&ALPHA, alpha));
        details
    };
    let mut trial = || {
        let models: Vec<Details> = (0..6).map(|_| model()).collect();
        let tables: Vec<(String, &Details)> =
            models.iter().enumerate().map(|(place, details)| (format!("m{place}"), details)).collect();
        of(&tables)
    };
    (0..40).filter(|_| trial()).count()
}

#[test]
fn many_equal_models_are_not_told_apart_by_comparing_often_enough() {
    let decided = |tables: &[(String, &Details)]| {
        let options = CompareOptions { resamples: 1000, ..CompareOptions::default() };
        let found = compare(tables, &options);
        assert_eq!(found.pairs.len(), tables.len() * (tables.len() - 1) / 2);
        let words =
            if found.pairs.len() > 1 { "for all 15 pairs at once" } else { "over 18 matched layers)" };
        assert!(found.pairs.iter().all(|pair| pair.sentence.contains(words)), "{}", found.pairs[0].sentence);
        found.pairs.iter().any(|pair| pair.word != PairWord::Undecided)
    };
    let pairwise = |tables: &[(String, &Details)]| {
        let mut pairs = (0..tables.len()).flat_map(|second| (0..second).map(move |first| (first, second)));
        pairs.any(|(first, second)| decided(&[tables[first].clone(), tables[second].clone()]))
    };
    let (together, apart) = (found_worse(decided), found_worse(pairwise));
    assert!(together <= 5 && apart >= 12, "{together} of 40 at once, {apart} of 40 pair by pair");
}
