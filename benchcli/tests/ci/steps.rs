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

/// The commands in a list of a job on GitLab, which runs them in one shell.
pub(super) fn list(workflow: &str, job: &str, key: &str) -> String {
    let mut lines = workflow.lines();
    assert!(lines.any(|line| line == format!("{job}:")), "no job {job}");
    let begin = format!("  {key}:");
    let found = lines.any(|line| line.starts_with(&begin));
    assert!(found, "no {key} of {job}");
    let items = block(&mut lines, 2);
    let mut commands = String::new();
    for item in items.lines() {
        match item.strip_prefix("- ") {
            Some("|") => commands.push('\n'),
            Some(command) => commands.extend([command, "\n"]),
            None => commands.extend([item.get(2..).unwrap_or_default(), "\n"]),
        }
    }
    commands
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
