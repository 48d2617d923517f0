//! The shell in a workflow.

/// The script of the step with a name.
pub(super) fn step(workflow: &str, wanted: &str) -> String {
    let mut name = "";
    let mut lines = workflow.lines();
    while let Some(line) = lines.next() {
        let bare = line.trim_start().trim_start_matches("- ");
        if let Some(said) = bare.strip_prefix("name: ") {
            name = said;
        }
        if name == wanted && bare == "run: |" {
            return block(&mut lines, indentation(line));
        }
    }
    panic!("no step {wanted}")
}

/// The lines that stand deeper, as a text.
fn block<'w>(lines: &mut impl Iterator<Item = &'w str>, depth: usize) -> String {
    lines
        .take_while(|line| line.is_empty() || indentation(line) > depth)
        .map(|line| line.get(depth + 2..).unwrap_or_default().to_owned() + "\n")
        .collect()
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
