//! Lines and columns in a text, found without reading it again for each of them.

/// Where the lines and characters of a text begin, in bytes.
pub(crate) struct Places {
    lines: Vec<usize>,
    characters: Vec<usize>,
}

impl Places {
    /// Reads the text once.
    pub(crate) fn new(text: &str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            lines: std::iter::once(0).chain(after_breaks).collect(),
            characters: text.char_indices().map(|(at, _)| at).collect(),
        }
    }

    /// Gives the line and the column of a byte, each from 1, the column in characters.
    pub(crate) fn line_and_column(&self, offset: usize) -> (u32, u32) {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.characters_before(offset) - self.characters_before(start);
        (number(line), number(column + 1))
    }

    fn characters_before(&self, offset: usize) -> usize {
        self.characters.partition_point(|at| *at < offset)
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_characters() {
        let text = "a = 1\n食 = \"é\" x\n";
        let places = Places::new(text);
        assert_eq!(places.line_and_column(0), (1, 1));
        assert_eq!(places.line_and_column(5), (1, 6));
        assert_eq!(places.line_and_column(text.find('x').expect("stands there")), (2, 9));
        assert_eq!(places.line_and_column(text.len()), (3, 1));
    }

    #[test]
    fn an_empty_text_has_a_first_line() {
        assert_eq!(Places::new("").line_and_column(0), (1, 1));
        assert_eq!(Places::new("").line_and_column(9), (1, 1));
    }
}
