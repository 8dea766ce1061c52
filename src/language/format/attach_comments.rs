//! Attaching comments to entries: above the entry that follows, after the value on the same line, or at the end of the
//! block with the same indentation.

use super::tree::{Collection, Comment, Entry, EntryValue, Tree};

impl<'t> Tree<'t> {
    /// Attaches all comments that are not attached yet.
    pub(super) fn attach_comments(&mut self) {
        let unattached = core::mem::take(&mut self.unattached);
        let Some(root) = &mut self.root else {
            self.head = unattached;
            return;
        };
        let mut previous: Option<Comment<'t>> = None;
        for mut comment in unattached {
            // Consecutive comments keep their order, whatever their indentation is.
            if let Some(previous) = previous.filter(|previous| previous.own_line && comment.own_line) {
                let between = previous.start + previous.text.len()..comment.start;
                if self.text.get(between).is_some_and(|text| text.trim().is_empty()) {
                    comment.column = comment.column.min(previous.column);
                }
            }
            previous = Some(comment);
            if comment.own_line {
                root.attach_on_own_line(comment);
            } else {
                root.attach_trailing(comment);
            }
        }
        self.split_head();
    }

    /// Comments at the top of the file with an empty line below them belong to the file, not to its first key.
    fn split_head(&mut self) {
        let Some(first) = self.root.as_mut().and_then(|root| root.entries.first_mut()) else { return };
        let head = if core::mem::take(&mut first.blank) {
            first.above.len()
        } else {
            first.above.iter().rposition(|comment| comment.blank).unwrap_or_default()
        };
        self.head = first.above.drain(..head).collect();
        if let Some(comment) = first.above.first_mut() {
            comment.blank = false;
        }
    }
}

impl<'t> Collection<'t> {
    /// Places a comment that has a line of its own.
    fn attach_on_own_line(&mut self, comment: Comment<'t>) {
        let next = self.entries.partition_point(|entry| entry.start < comment.start);
        if let Some(previous) = next.checked_sub(1).and_then(|at| self.entries.get_mut(at)) {
            let deeper = !self.flow && comment.column > self.indent;
            match &mut previous.value {
                EntryValue::Collection(inner) if inner.has_begun(&comment) || !inner.flow => {
                    let within = comment.start < previous.span.end;
                    let like_inner = deeper && !inner.flow && comment.column >= inner.indent;
                    if within || like_inner {
                        return inner.attach_on_own_line(comment);
                    }
                    if deeper && inner.flow {
                        return previous.below.push(comment);
                    }
                }
                // Between the key and its value, or between empty brackets.
                _ if comment.start < previous.span.end => return previous.move_above(comment),
                // Indented like the text of a block scalar, the comment would become a part of it.
                EntryValue::Block { .. } => {}
                _ if deeper => return previous.below.push(comment),
                _ => {}
            }
        }
        match self.entries.get_mut(next) {
            Some(entry) => entry.above.push(comment),
            None => self.tail.push(comment),
        }
    }

    fn has_begun(&self, comment: &Comment<'_>) -> bool {
        self.entries.first().is_some_and(|first| first.start < comment.start)
    }

    /// Places a comment that has something before it on its line.
    fn attach_trailing(&mut self, comment: Comment<'t>) {
        let next = self.entries.partition_point(|entry| entry.start < comment.start);
        let Some(entry) = next.checked_sub(1).and_then(|at| self.entries.get_mut(at)) else {
            // After the marker of the document's start.
            match self.entries.first_mut() {
                Some(first) => first.above.push(comment),
                None => self.tail.push(comment),
            }
            return;
        };
        entry.attach_trailing(comment);
    }
}

impl<'t> Entry<'t> {
    /// Puts a comment from between the entry's key and the end of its value above the entry.
    pub(super) fn move_above(&mut self, mut comment: Comment<'t>) {
        comment.blank = core::mem::take(&mut self.blank);
        self.above.push(comment);
    }

    fn attach_trailing(&mut self, comment: Comment<'t>) {
        match &mut self.value {
            EntryValue::Collection(inner)
                if inner.has_begun(&comment) && !(inner.flow && comment.start >= self.span.end) =>
            {
                inner.attach_trailing(comment);
            }
            EntryValue::Collection(_) if comment.start < self.span.end => self.opening.push(comment),
            _ if comment.start < self.span.start => self.opening.push(comment),
            _ => self.trailing.push(comment),
        }
    }
}
