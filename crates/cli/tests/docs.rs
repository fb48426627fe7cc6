//! What the guides show is what the command does: the policy, the gate's commands, the figures.

use crate::harness::{Place, repository};

fn text(name: &str) -> String {
    std::fs::read_to_string(repository(name)).unwrap()
}

#[test]
fn the_example_policy_is_the_guides_and_judges_the_bundled_pair() {
    let policy = text("examples/heavytail.toml");
    assert!(
        text("docs/ci.md").contains(&format!("```toml\n{policy}```")),
        "docs/ci.md shows the file as it is"
    );
    let place = Place::new();
    // There is no baseline yet.
    let without: String =
        policy.lines().filter(|line| !line.starts_with("baseline")).map(|line| format!("{line}\n")).collect();
    place.write("heavytail.toml", without.as_bytes());
    let little = repository("examples/tiny-gpt-little-data");
    let shut = place.run(&["check", &little]);
    assert_eq!(shut.code, 1, "{}", shut.stderr);
    assert!(shut.stdout.contains("transformer.h.0.attn.c_proj: alpha 15.164 is above 8"), "{}", shut.stdout);
    assert!(shut.stdout.contains("max-undertrained-share"), "{}", shut.stdout);
    assert_eq!(
        shut.stdout.matches("[max-alpha]").count(),
        2,
        "6.48 and 6.15 may be in attn.c_proj: {}",
        shut.stdout
    );
    place.run(&["check", &little, "--write-baseline", "heavytail-baseline.toml"]);
    place.write("heavytail.toml", policy.as_bytes());
    let open = place.run(&["check", &little]);
    assert_eq!(open.code, 0, "{}{}", open.stdout, open.stderr);
}

#[test]
fn the_pipeline_of_the_guide_runs() {
    let place = Place::new();
    std::fs::copy(
        repository("examples/tiny-gpt-little-data/model.safetensors"),
        place.path("model.safetensors"),
    )
    .unwrap();
    let guide = text("docs/ci.md");
    let commands = guide.lines().filter_map(|line| line.trim().strip_prefix("- run: heavytail "));
    let codes: Vec<i32> =
        commands.map(|words| place.run(&words.split_whitespace().collect::<Vec<_>>()).code).collect();
    assert_eq!(codes, [0, 1], "the analysis goes well, and the gate is shut");
    let sarif: serde_json::Value =
        serde_json::from_slice(&std::fs::read(place.path("heavytail.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 4);
    assert!(place.path("report.html").is_file());
}

/// `UPDATE_FIGURES=1` draws the guides' figures anew.
#[test]
fn the_figures_of_the_guides_are_those_that_the_command_draws() {
    let place = Place::new();
    let little = repository("examples/tiny-gpt-little-data");
    let much = repository("examples/tiny-gpt-much-data");
    place.run(&["compare", &little, &much, "--plots", "figures"]).ok();
    let first = "model-1-tiny-gpt-little-data-layer-0002-transformer.h.0.attn.c_proj";
    for (drawn, kept) in [
        ("alpha-overlay.svg".to_owned(), "alpha-overlay.svg"),
        ("correlation-flow.svg".to_owned(), "correlation-flow.svg"),
        ("log-spectral-norm.svg".to_owned(), "log-spectral-norm.svg"),
        (format!("{first}-esd.svg"), "layer-0002-esd.svg"),
        (format!("{first}-xmin-distance.svg"), "layer-0002-xmin-distance.svg"),
        (format!("{first}-xmin-alpha.svg"), "layer-0002-xmin-alpha.svg"),
    ] {
        let drawn = std::fs::read_to_string(place.path("figures").join(drawn)).unwrap();
        let kept = std::path::Path::new(&repository("docs")).join("images").join(kept);
        if std::env::var_os("UPDATE_FIGURES").is_some() {
            std::fs::write(&kept, &drawn).unwrap();
        }
        assert!(std::fs::read_to_string(&kept).unwrap() == drawn, "{} is out of date", kept.display());
    }
}
