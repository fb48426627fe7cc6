//! A layer's name in, its role and place in the network out: `h.3.attn.c_proj` is role `h.*.attn.c_proj`, block 3.

/// The name with every part that is a number replaced by `*`.
#[must_use]
pub fn role(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').map(|part| if is_index(part) { "*" } else { part }).collect();
    parts.join(".")
}

/// The first number among the parts of the name: the block's index in a stack of blocks.
#[must_use]
pub fn block(name: &str) -> Option<u64> {
    name.split('.').find(|part| is_index(part)).and_then(|part| part.parse().ok())
}

fn is_index(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Numbers in ascending order as people write them: `3, 6–10`.
#[must_use]
pub fn ranges(mut numbers: Vec<u64>) -> String {
    numbers.sort_unstable();
    numbers.dedup();
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let words: Vec<String> = runs
        .into_iter()
        .map(|(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first}, {last}"),
            _ => format!("{first}–{last}"),
        })
        .collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_taken_out_of_a_name() {
        assert_eq!(role("h.11.attn.c_proj"), "h.*.attn.c_proj");
        assert_eq!(role("wte"), "wte");
        assert_eq!(role("layer1.0.conv2"), "layer1.*.conv2");
        assert_eq!(block("transformer.h.11.mlp.c_fc"), Some(11));
        assert_eq!(block("wte"), None);
    }

    #[test]
    fn neighbours_become_ranges() {
        assert_eq!(ranges(vec![10, 3, 6, 7, 8, 9]), "3, 6–10");
        assert_eq!(ranges(vec![1, 2]), "1, 2");
        assert_eq!(ranges(vec![]), "");
    }
}
