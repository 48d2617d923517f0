//! Writes the history as a self-contained HTML page.
//!
//! The page contains its data as a JSON document, and a script draws it when the page is opened. The page
//! does not load anything from the network. It draws charts with uPlot (MIT, see `uplot/LICENSE`).

mod commit_url;
mod data;
mod explained;

use anyhow::Result;
use askama::Template;
use benchparse::trend::History;

pub use commit_url::commit_link;
pub use data::Document;
pub use explained::Explanation;

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'p> {
    title: &'p str,
    uplot_css: &'static str,
    css: &'static str,
    uplot: &'static str,
    licence: &'static str,
    script: &'static str,
    data: String,
}

/// The script of the page. Its parts share one scope.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("script/series.js"),
    include_str!("script/list.js"),
    include_str!("script/chart.js"),
    include_str!("script/explained.js"),
    include_str!("script/controls.js"),
    "})();\n"
);

/// Writes the page of a history. `commit_url` is where commits can be seen, with `{id}` for theirs; the
/// flame graphs of `explained` are SVG, no longer files.
///
/// # Errors
/// Never: it is written to memory.
pub fn write(
    history: &History,
    title: &str,
    commit_url: Option<&str>,
    explained: &[Explanation],
) -> Result<String> {
    let document = Document::new(history, title, commit_url, explained);
    // So that no text can end the element that it stands in.
    let data = serde_json::to_string(&document)?.replace('<', "\\u003c");
    let page = Page {
        title,
        uplot_css: include_str!("uplot/uPlot.min.css"),
        css: include_str!("page.css"),
        uplot: include_str!("uplot/uPlot.iife.min.js"),
        licence: include_str!("uplot/LICENSE"),
        script: SCRIPT,
        data,
    };
    Ok(page.render()?)
}
