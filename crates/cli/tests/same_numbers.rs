//! Two GPT-2-shaped models whose alphas are planted: `compare` tells the right one and its layers, with the same numbers
//! in the terminal, in JSON, on the page and in the pixels of the figure.

use serde_json::Value;

use crate::harness::Place;

/// The layers of GPT-2 small in their order: two embeddings, then four matrices in each of 12 blocks.
fn names() -> Vec<String> {
    let parts = ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"];
    let blocks = (0..12).flat_map(|block| parts.map(|part| format!("h.{block}.{part}")));
    ["wte".to_owned(), "wpe".to_owned()].into_iter().chain(blocks).collect()
}

/// A saved table whose alphas lie between 2.5 and 4.9 but for the layers in `above`.
fn table(above: &[(&str, f64)]) -> String {
    let mut text = "layer_id,name,longname,N,M,alpha,log_spectral_norm,status\n".to_owned();
    for (index, name) in names().iter().enumerate() {
        let usual = 2.5 + 0.3 * (index % 9) as f64;
        let alpha = above.iter().find(|(layer, _)| layer == name).map_or(usual, |(_, alpha)| *alpha);
        let norm = 0.5 + 0.04 * index as f64 - if above.len() > 6 { 1.5 } else { 0.0 };
        text += &format!("{index},{name},{name},3072,768,{alpha},{norm},success\n");
    }
    text
}

fn place(first: &[(&str, f64)], second: &[(&str, f64)]) -> Place {
    let place = Place::new();
    place.write("starved.csv", table(first).as_bytes());
    place.write("fed.csv", table(second).as_bytes());
    place
}

fn projections() -> Vec<(String, f64)> {
    (0..12).map(|block| (format!("h.{block}.attn.c_proj"), 6.25 + 0.5 * f64::from(block))).collect()
}

#[test]
fn of_12_and_0_layers_above_6_the_right_model_and_its_layers_are_told() {
    let above = projections();
    let above: Vec<(&str, f64)> = above.iter().map(|(name, alpha)| (name.as_str(), *alpha)).collect();
    let place = place(&above, &[]);
    let text =
        place.run(&["compare", "starved.csv", "fed.csv", "--html", "r.html", "--plots", "figures"]).ok();
    let shown = text.replace('\n', " ");
    assert!(shown.contains("starved was trained with less data for its size than fed"), "{text}");
    assert!(shown.contains("Not enough data: 12 of 50 layers above 6 (24 %)"), "{text}");
    assert!(
        shown.contains("All 12 of its layers above 6 are h.*.attn.c_proj, blocks 0–11 (the other model: 0)."),
        "{text}"
    );
    let json = place.run(&["compare", "starved.csv", "fed.csv", "--format", "json"]).ok();
    let json: Value = serde_json::from_str(&json).unwrap();
    let named = json["models"][0]["verdict"]["above"].as_array().unwrap();
    assert_eq!(named.len(), 12);
    assert_eq!(
        (named[0]["name"].as_str(), named[0]["alpha"].as_f64()),
        (Some("h.11.attn.c_proj"), Some(11.75))
    );
    let page = std::fs::read_to_string(place.path("r.html")).unwrap().replace("\\u003c", "<");
    let figure = std::fs::read_to_string(place.path("figures/alpha-overlay.svg")).unwrap();
    for model in json["models"].as_array().unwrap() {
        let (mean, label) = (model["verdict"]["mean"].as_f64().unwrap(), model["label"].as_str().unwrap());
        assert!(text.contains(&format!("{mean:.2}")), "{mean} in the terminal");
        assert!(page.contains(&format!("\"mean\":{mean},")), "{mean} on the page");
        let above = model["verdict"]["above"].as_array().unwrap().len();
        let legend = format!("{label}: mean {mean:.2}, {above} of 50 above 6");
        assert!(figure.contains(&legend), "{legend} in the figure");
        assert!(
            page.contains(&format!("\"sentence\":{}", model["verdict"]["sentence"])),
            "the sentence on the page"
        );
    }
    assert!(page.contains(&json["pairs"][0]["sentence"].to_string()), "the same sentence on the page");
}

/// A filled rectangle of an SVG figure: x, y, width, height and its colour.
fn bars(svg: &str, fill: &str) -> Vec<[f64; 4]> {
    let value = |line: &str, name: &str| -> f64 {
        let after = line.split(&format!(" {name}=\"")).nth(1).unwrap();
        after.split('"').next().unwrap().parse().unwrap()
    };
    svg.lines()
        .filter(|line| line.starts_with("<rect") && line.contains(fill) && line.contains("fill-opacity"))
        .map(|line| ["x", "y", "width", "height"].map(|name| value(line, name)))
        .collect()
}

#[test]
fn the_pixels_show_the_counts_of_the_terminal() {
    let above = projections();
    let above: Vec<(&str, f64)> = above.iter().map(|(name, alpha)| (name.as_str(), *alpha)).collect();
    let place = place(&above, &[]);
    place.run(&["compare", "starved.csv", "fed.csv", "--plots", "figures"]).ok();
    let json = place.run(&["compare", "starved.csv", "fed.csv", "--format", "json"]).ok();
    let json: Value = serde_json::from_str(&json).unwrap();
    let svg = std::fs::read_to_string(place.path("figures/alpha-overlay.svg")).unwrap();
    let pixels = tiny_skia::Pixmap::load_png(place.path("figures/alpha-overlay.png")).unwrap();
    for (model, fill) in [(0, "#d55e00"), (1, "#009e73")] {
        let alphas: Vec<f64> =
            json["models"][model]["alphas"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
        let mut counts = std::collections::BTreeMap::new();
        alphas.iter().for_each(|alpha| *counts.entry((alpha * 2.0).floor() as u32).or_insert(0_u32) += 1);
        let bars = bars(&svg, fill);
        assert_eq!(bars.len(), counts.len(), "a bar for each bin that holds a layer");
        let unit = bars[0][3] / f64::from(*counts.values().next().unwrap());
        for ([x, y, width, height], count) in bars.iter().zip(counts.values()) {
            assert!((height / unit - f64::from(*count)).abs() < 0.02, "{height} for {count}");
            let at = |y: f64| pixels.pixel(((x + width / 2.0) * 3.0) as u32, (y * 3.0) as u32).unwrap();
            assert_ne!(at(y + 2.0), at(y - 2.0), "the bar ends where its number says");
        }
    }
}

#[test]
fn six_layers_in_the_places_of_the_articles_gpt_are_named_as_the_role_at_fault() {
    let gpt = [(3, 7.0), (6, 7.5), (7, 8.5), (8, 13.25), (9, 12.0), (10, 9.0)]
        .map(|(block, alpha)| (format!("h.{block}.attn.c_proj"), alpha));
    let gpt: Vec<(&str, f64)> = gpt.iter().map(|(name, alpha)| (name.as_str(), *alpha)).collect();
    let place = place(&gpt, &[("h.10.attn.c_attn", 6.25)]);
    let text = place.run(&["compare", "starved.csv", "fed.csv"]).ok().replace('\n', " ");
    let role = "All 6 of its layers above 6 are h.*.attn.c_proj, blocks 3, 6–10 (the other model: 0).";
    assert!(text.contains(role), "{text}");
    assert!(text.contains("Not enough data: 6 of 50 layers above 6 (12 %)"), "{text}");
    assert!(text.contains("1 of 50 layers above 6") && text.contains("h.10.attn.c_attn (6.25)"), "{text}");
}
