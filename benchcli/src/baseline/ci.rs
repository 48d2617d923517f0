//! Detects the target branch of a CI job.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// Where a job's changes go, from the job's own variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CiTarget {
    /// The branch.
    pub branch: Option<String>,
    /// A commit of that branch that the changes are based on, which a shallow clone may not have.
    pub commit: Option<String>,
}

impl CiTarget {
    /// Asks the variables of GitHub Actions, the event file that they name, and those of GitLab CI.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let is_set = |name: &str| variable(name).is_some_and(|value| value != "false");
        if is_set("GITHUB_ACTIONS") {
            let event = variable("GITHUB_EVENT_PATH").and_then(|path| read(Path::new(&path)));
            let target = github(variable("GITHUB_BASE_REF"), &event.unwrap_or_default());
            return Some(target);
        }
        if is_set("GITLAB_CI") {
            let branch = variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
            let commit = variable("CI_MERGE_REQUEST_DIFF_BASE_SHA");
            return Some(Self {
                branch: branch.or_else(|| variable("CI_DEFAULT_BRANCH")),
                commit: commit
                    .or_else(|| variable("CI_COMMIT_BEFORE_SHA"))
                    .filter(|id| is_commit(id)),
            });
        }
        None
    }
}

fn read(path: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn github(base_ref: Option<String>, event: &Value) -> CiTarget {
    let text = |pointer: &str| event.pointer(pointer)?.as_str().map(str::to_owned);
    let queue = text("/merge_group/base_ref");
    let queue = queue.map(|name| name.trim_start_matches("refs/heads/").to_owned());
    let before = || {
        // What a push replaced tells of the same branch only.
        let default = text("/repository/default_branch")?;
        (text("/ref")? == format!("refs/heads/{default}")).then(|| text("/before"))?
    };
    let commit = text("/pull_request/base/sha").or_else(|| text("/merge_group/base_sha"));
    CiTarget {
        branch: base_ref
            .or_else(|| text("/pull_request/base/ref"))
            .or(queue)
            .or_else(|| text("/repository/default_branch")),
        commit: commit.or_else(before).filter(|id| is_commit(id)),
    }
}

/// Not the zeros that stand for no commit.
fn is_commit(id: &str) -> bool {
    id.bytes().any(|digit| digit != b'0')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn target(variables: &[(&str, &str)]) -> Option<CiTarget> {
        CiTarget::from_variables(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn some(branch: &str, commit: Option<&str>) -> CiTarget {
        CiTarget {
            branch: Some(branch.into()),
            commit: commit.map(Into::into),
        }
    }

    #[test]
    fn a_pull_request_goes_to_its_base() {
        let event = json!({
            "pull_request": {"base": {"ref": "main", "sha": "abc1"}},
            "repository": {"default_branch": "trunk"},
        });
        assert_eq!(github(None, &event), some("main", Some("abc1")));
        assert_eq!(
            github(Some("release".into()), &Value::Null),
            some("release", None)
        );
    }

    #[test]
    fn a_merge_queue_goes_to_its_base() {
        let event = json!({"merge_group": {"base_ref": "refs/heads/main", "base_sha": "abc1"}});
        assert_eq!(github(None, &event), some("main", Some("abc1")));
    }

    #[test]
    fn a_push_is_compared_with_what_it_replaced_on_the_main_branch_only() {
        let event = |name: &str, before: &str| json!({"ref": name, "before": before, "repository": {"default_branch": "main"}});
        let main = github(None, &event("refs/heads/main", "abc1"));
        assert_eq!(main, some("main", Some("abc1")));
        let zeros = "0".repeat(40);
        assert_eq!(
            github(None, &event("refs/heads/main", &zeros)),
            some("main", None)
        );
        assert_eq!(
            github(None, &event("refs/heads/topic", "abc1")),
            some("main", None)
        );
    }

    #[test]
    fn gitlab_has_variables_for_it() {
        let merge_request = [
            ("GITLAB_CI", "true"),
            ("CI_DEFAULT_BRANCH", "main"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "release"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "abc1"),
        ];
        assert_eq!(target(&merge_request), Some(some("release", Some("abc1"))));
        assert_eq!(target(&merge_request[..2]), Some(some("main", None)));
        assert_eq!(target(&merge_request[1..]), None);
        assert_eq!(
            target(&[("GITHUB_ACTIONS", "true")]),
            Some(CiTarget::default())
        );
    }
}
