//! The verdict on tables with known alphas: shares as published for GPT and GPT-2, and the ends of the scale.

use heavytail::columns_fit::{ALPHA, STATUS};
use heavytail::columns_layer::LONGNAME;
use heavytail::{Details, ModelWord, Row, Verdict, VerdictOptions, judge};

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
