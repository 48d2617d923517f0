//! What the README and the pages of `benchcli/docs` show and say to type.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use snapbox::assert_data_eq;
use testsupport::isolated::isolated;
use testsupport::paths::{project, search_path};
use testsupport::tools::has_go;

fn readme() -> String {
    fs::read_to_string(project("README.md")).expect("readable")
}

/// The README and the pages that it leads to, each with its folder.
fn pages() -> Vec<(PathBuf, String)> {
    let docs = fs::read_dir(project("benchcli/docs")).expect("a folder");
    let docs = docs.map(|entry| entry.expect("an entry").path());
    let paths: Vec<PathBuf> = docs.chain([project("README.md")]).collect();
    assert!(paths.len() > 8);
    let page = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("readable");
        (path.parent().expect("a folder").to_owned(), text)
    };
    paths.into_iter().map(page).collect()
}

/// The blocks of a language below a heading.
fn blocks<'r>(readme: &'r str, heading: &str, language: &str) -> Vec<&'r str> {
    let (_, section) = readme.split_once(heading).expect("the heading is there");
    let section = section.split("\n## ").next().unwrap_or_default();
    let begin = format!("```{language}\n");
    let blocks = section.split(&*begin).skip(1);
    blocks
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect()
}

/// A shell with our programs in its path.
fn shell(folder: &Path, script: &str) -> Output {
    isolated("bash", folder)
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .env("PATH", search_path())
        // The text says as long as people measure.
        .env("GOFLAGS", "-benchtime=2ms")
        .output()
        .expect("bash runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn screens_are_what_the_programs_print() {
    let pages = pages();
    let screens: Vec<&str> = pages
        .iter()
        .flat_map(|(_, page)| page.split("```console\n$ ").skip(1))
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect();
    assert!(screens.len() >= 3);
    for screen in screens {
        let (command, shown) = screen.split_once('\n').expect("a command and its output");
        let printed = shell(&project("."), command);
        assert!(
            printed.status.code() < Some(2),
            "{command}: {}",
            text(&printed.stderr)
        );
        // Lines end without blanks on a page.
        let printed = text(&printed.stdout);
        let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
        assert_data_eq!(lines.join("\n"), shown.trim_end().to_owned());
    }
}

#[test]
fn the_picture_is_what_plot_draws() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let drawn = folder.path().join("compare.svg");
    let command = format!(
        "benchcli plot old=testdata/turns-old.txt new=testdata/turns-new.txt \
         --filter '.name:(Index OR Label OR Key OR Strconv)' --unit ns/op,B/op -o '{}'",
        drawn.display()
    );
    let output = shell(&project("."), &command);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let drawn = fs::read_to_string(drawn).expect("written");
    let shown = fs::read_to_string(project("examples/pictures/compare.svg")).expect("readable");
    assert!(drawn == shown, "draw it again: {command}");
}

#[test]
fn steps_for_ci_are_those_of_the_examples() {
    let readme = readme();
    let yaml = blocks(&readme, "\n## Recipes\n", "yaml");
    let read = |path: &str| fs::read_to_string(project(path)).expect("readable");
    let workflows = [
        read("examples/ci/github/workflows/benchmarks.yml"),
        read("examples/ci/gitlab/benchmarks.yml"),
    ];
    assert_eq!(yaml.len(), workflows.len());
    for (block, workflow) in yaml.iter().zip(&workflows) {
        for line in block.lines() {
            assert!(workflow.contains(line), "{line}");
        }
    }
}

/// Twelve commits on main, pushed; since the seventh, Join allocates twice.
const HISTORY: &str = r#"
git init -q -b main . && git init -q --bare ../origin.git && git remote add origin ../origin.git
printf 'module example.com/m\n\ngo 1.22\n' > go.mod
printf 'package m\n\nimport "testing"\n\nvar parts = []string{"a", "b", "c"}\nvar Sink string\n\nfunc BenchmarkJoin(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tSink = Join(parts)\n\t}\n}\n' > m_test.go
printf 'package m\n\nimport "strings"\n\nfunc Join(parts []string) string { return strings.Join(parts, ",") }\n' > m.go
for number in $(seq 1 12); do
  if [ "$number" = 7 ]; then
    printf 'package m\n\nfunc Join(parts []string) string {\n\tall := ""\n\tfor _, part := range parts {\n\t\tall += part + ","\n\t}\n\treturn all\n}\n' > m.go
  fi
  git add -A && git commit -q --allow-empty -m "Change $number"
done
git push -q origin main
"#;

#[test]
fn recipes_do_what_they_say() {
    if !has_go("recipes_do_what_they_say") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path().join("repo");
    fs::create_dir(&repo).expect("made");
    let run = |script: &str, statuses: &[i32]| {
        // The text says how long people measure.
        let script = &script
            .replace("--benchtime 100ms", "--benchtime 2ms")
            .replace("--record-only", "--record-only --layouts 2");
        let output = shell(&repo, script);
        let code = output.status.code().unwrap_or(-1);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(statuses.contains(&code), "{code}: {script}\n{out}\n{err}");
        out
    };
    run(HISTORY, &[0]);
    let readme = readme();
    let recipes = blocks(&readme, "\n## Recipes\n", "sh");
    let [compare, gate, keep, judge, find, share] = recipes[..] else {
        panic!("{} recipes", recipes.len());
    };

    // In a file that git does not know yet, which declares what another declared.
    let moved = "sed 's/all := \"\"/&; Buffer = make([]byte, 256)/' m.go > join.go \
                 && printf 'var Buffer []byte\n' >> join.go && printf 'package m\n' > m.go";
    let slower = "printf '\nvar Buffer []byte\n' >> m.go \
                  && sed -i.bak 's/all := \"\"/&; Buffer = make([]byte, 256)/' m.go && rm m.go.bak";
    run(moved, &[0]);
    let table = run(compare, &[0]);
    assert!(
        table.contains("Join") && table.contains("vs base"),
        "{table}"
    );
    let places = run("git worktree list", &[0]);
    assert_eq!(places.lines().count(), 1, "{places}");
    let verdict = run(gate, &[1]);
    assert!(verdict.contains("regressed: Join"), "{verdict}");
    let summary = fs::read_to_string(repo.join("benchmarks.md")).expect("written");
    assert!(
        summary.starts_with("### ❌ Benchmarks: regressed"),
        "{summary}"
    );

    run("rm join.go && git checkout -q m.go", &[0]);
    run(keep, &[0]);
    run(
        "git ls-remote origin refs/notes/benchmarks | grep -q .",
        &[0],
    );
    let topic = format!("git switch -q -c topic; {slower}; git commit -q -a -m Slower");
    run(&topic, &[0]);
    let verdict = run(judge, &[1]);
    assert!(verdict.contains("the working tree at "), "{verdict}");
    assert!(verdict.contains("measured again in 12 rounds"), "{verdict}");
    assert!(verdict.contains("allocs/op"), "{verdict}");
    let yaml = blocks(&readme, "\n## Recipes\n", "yaml");
    let job = "mkdir -p ../job; export RUNNER_TEMP=$PWD/../job CI_PROJECT_DIR=$PWD/../job";
    let (_, step) = yaml[0].split_once("        run: |\n").expect("a step");
    let summary = "GITHUB_STEP_SUMMARY=$RUNNER_TEMP/summary.md";
    let verdict = run(&format!("{job}; export {summary}\n{step}"), &[1]);
    assert!(verdict.contains("::error file=m_test.go"), "{verdict}");
    let written = |name: &str| fs::read_to_string(folder.path().join("job").join(name));
    let comment = written("benchmarks/comment.md").expect("written");
    assert_eq!(written("summary.md").expect("written"), comment);
    let step = yaml[1].trim_start().trim_start_matches("- ");
    run(&format!("{job}; {step}"), &[1]);
    assert!(written("benchmarks.xml").is_ok() && written("benchmarks.json").is_ok());
    run("git switch -q main", &[0]);

    let trend = run(find, &[0]);
    let recorded = run("git notes --ref=benchmarks list", &[0]);
    assert_eq!(recorded.lines().count(), 12, "{recorded}");
    let newest = run("benchcli show --json main", &[0]);
    assert_eq!(newest.matches("\"run\":").count(), 1, "{newest}");
    let changed = run("git rev-parse --short=10 HEAD~5", &[0]);
    let allocations: Vec<&str> = trend
        .lines()
        .skip_while(|line| !line.contains("Join") || !line.contains("allocs/op"))
        .take(2)
        .collect();
    assert!(allocations.concat().contains(changed.trim()), "{trend}");

    run(share, &[0]);
    let page = fs::read_to_string(repo.join("benchmarks.html")).expect("written");
    assert!(page.contains("Join"));
    let picture = fs::read_to_string(repo.join("trend.svg")).expect("written");
    assert!(picture.contains(&changed[..7]));

    let mut blocks = 0;
    for (_, page) in pages()
        .iter()
        .filter(|(folder, _)| folder.ends_with("docs"))
    {
        for block in page.split("```sh\n").skip(1) {
            run(block.split("```").next().unwrap_or_default(), &[0, 1]);
            blocks += 1;
        }
    }
    assert!(blocks >= 2);
}

/// How GitHub names a heading in an address.
fn anchor(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    let name: String = heading.chars().filter(kept).collect();
    name.to_lowercase().replace(' ', "-")
}

#[test]
fn links_lead_somewhere() {
    let pages = pages();
    let targets: Vec<(&PathBuf, &str)> = pages
        .iter()
        .flat_map(|(folder, page)| page.split("](").skip(1).map(move |rest| (folder, rest)))
        .filter_map(|(folder, rest)| Some((folder, rest.split_once(')')?.0)))
        .filter(|(_, target)| !target.starts_with("http"))
        .collect();
    for (folder, target) in &targets {
        let (path, heading) = target.split_once('#').unwrap_or((target, ""));
        let found = folder.join(path);
        assert!(found.exists(), "{target}");
        if !heading.is_empty() {
            let text = fs::read_to_string(found).expect("readable");
            let mut anchors = text
                .lines()
                .filter_map(|line| line.strip_prefix("## "))
                .map(anchor);
            assert!(anchors.any(|anchor| anchor == heading), "{target}");
        }
    }
    let contributing = "ARCHITECTURE.md#contributing";
    assert!(targets.iter().any(|(_, target)| *target == contributing));
}

/// What `--help` prints for each program and for each command of benchcli.
fn helps() -> Vec<String> {
    let help = |command: &str| {
        let output = shell(&project("."), &format!("{command} --help"));
        assert!(output.status.success(), "{command}");
        text(&output.stdout)
    };
    let top = help("benchcli");
    let (_, commands) = top.split_once("\nCommands:\n").expect("a list");
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let names = commands.filter_map(|line| line.split_whitespace().next());
    let mut helps: Vec<String> = names
        .filter(|name| *name != "help")
        .map(|name| help(&format!("benchcli {name}")))
        .collect();
    assert!(helps.len() > 15);
    helps.extend([help("benchdiff"), top]);
    helps
}

#[test]
fn every_page_is_linked_from_the_readme_and_from_a_help_text() {
    const FOLDER: &str = "benchcli/docs/";
    let readme = readme();
    let helps = helps();
    let linked: Vec<&str> = helps
        .iter()
        .flat_map(|help| help.split_whitespace())
        .filter_map(|word| word.strip_prefix("https://github.com/benchparse/benchparse/blob/main/"))
        .collect();
    for path in &linked {
        assert!(project(path).is_file(), "{path}");
    }
    for entry in fs::read_dir(project(FOLDER)).expect("a folder") {
        let name = entry.expect("an entry").file_name();
        let path = format!("{FOLDER}{}", name.to_str().expect("UTF-8"));
        assert!(readme.contains(&format!("]({path})")), "README: {path}");
        assert!(linked.contains(&&*path), "--help: {path}");
    }
}
