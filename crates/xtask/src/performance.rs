//! A job's table in, its section of docs/performance.md out, with the machine, the versions and the commit.

use std::path::Path;

use crate::Outcome;
use crate::command::{command, output, read, root};

const PAGE: &str = "docs/performance.md";

/// Writes the section of one job between its marks, at the end of the page if it is new.
pub(crate) fn write(name: &str, title: &str, table: &str) -> Outcome {
    let path = root().join(PAGE);
    let page = read(&path)?;
    let (begin, end) = (format!("<!-- bench {name} -->"), format!("<!-- end {name} -->"));
    let section = format!(
        "{begin}\n## {title}\n\n`cargo xtask bench {name}`: {}\n\n{}\n{end}",
        origin()?,
        table.trim()
    );
    let page = match (page.split_once(&begin), page.split_once(&end)) {
        (Some((before, _)), Some((_, after))) => format!("{before}{section}{after}"),
        _ => format!("{}\n\n{section}\n", page.trim_end()),
    };
    std::fs::write(&path, page).map_err(|error| format!("write {}: {error}", path.display()))
}

/// Where and of what a measurement was made.
fn origin() -> Result<String, String> {
    let commit = output(command("git").args(["rev-parse", "--short", "HEAD"]))?;
    let date = output(command("git").args(["show", "--no-patch", "--format=%cs", "HEAD"]))?;
    let rustc = output(command("rustc").arg("--version"))?;
    Ok(format!("commit {} of {}, {}, {}", commit.trim(), date.trim(), machine(), rustc.trim()))
}

/// The processor, its threads and its vectors, as far as the system says.
fn machine() -> String {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cpu = read(Path::new("/proc/cpuinfo")).unwrap_or_default();
    let field = |name: &str| {
        let line = cpu.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map_or("unknown", |(_, value)| value.trim())
    };
    let flags = field("flags");
    let vectors = ["avx512f", "avx2"].into_iter().find(|set| flags.split(' ').any(|flag| flag == *set));
    let model =
        format!("{} (family {}, model {})", field("model name"), field("cpu family"), field("model\t"));
    format!("{model}, {threads} threads, {}", vectors.unwrap_or("no wide vectors"))
}
