//! Pages in Markdown.

/// Contents of the fenced blocks of a language, in order.
pub fn fenced(text: &str, language: &str) -> Vec<String> {
    let mut lines = text.lines();
    let mut blocks = Vec::new();
    while let Some(line) = lines.next() {
        let Some(opened) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
        if opened == language {
            blocks.push(block.join("\n"));
        }
    }
    blocks
}
