//! THREAD (RFC 5256): the algorithms over messages that are already looked up.

use std::collections::HashMap;

use imap_proto::Threads;

use super::sort::Keys;

/// Messages and what joins them, as a forest.
#[derive(Default)]
pub(super) struct Forest {
    nodes: Vec<Node>,
    roots: Vec<usize>,
}

/// A message, or the place of one that is not there.
#[derive(Default)]
struct Node {
    message: Option<usize>,
    parent: Option<usize>,
    children: Vec<usize>,
}

impl Forest {
    /// Messages with the same subject are below the first of them.
    pub(super) fn by_subject(keys: &[Keys]) -> Self {
        let mut forest = Self::default();
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_by_key(|at| (keys[*at].sent, *at));
        let mut first: HashMap<&str, usize> = HashMap::new();
        for at in order {
            let node = forest.add(Some(at));
            let root = *first.entry(&keys[at].subject).or_insert(node);
            if root == node {
                forest.roots.push(node);
            } else {
                forest.adopt(root, node);
            }
        }
        forest
    }

    /// Messages are below those that they refer to; then threads with the same subject are joined.
    pub(super) fn by_references(keys: &[Keys]) -> Self {
        let mut forest = Self::default();
        forest.link(keys);
        forest.roots =
            (0..forest.nodes.len()).filter(|at| forest.nodes[*at].parent.is_none()).collect();
        forest.prune();
        forest.sort(keys);
        forest.join_subjects(keys);
        forest.sort(keys);
        forest
    }

    fn add(&mut self, message: Option<usize>) -> usize {
        self.nodes.push(Node { message, ..Node::default() });
        self.nodes.len() - 1
    }

    fn adopt(&mut self, parent: usize, child: usize) {
        self.detach(child);
        self.nodes[child].parent = Some(parent);
        self.nodes[parent].children.push(child);
    }

    fn detach(&mut self, child: usize) {
        if let Some(before) = self.nodes[child].parent.take() {
            self.nodes[before].children.retain(|other| *other != child);
        }
    }

    /// Whether `at` is `below` or above it.
    fn is_above(&self, at: usize, below: usize) -> bool {
        let mut here = Some(below);
        while let Some(node) = here {
            if node == at {
                return true;
            }
            here = self.nodes[node].parent;
        }
        false
    }

    /// Step 1: the links that References fields tell of. The first message with an identifier has
    /// it; what refers to messages that are not there is kept together by a node without message.
    fn link(&mut self, keys: &[Keys]) {
        let mut by_id: HashMap<&str, usize> = HashMap::new();
        let mut nodes = Vec::with_capacity(keys.len());
        for (at, key) in keys.iter().enumerate() {
            let node = self.add(Some(at));
            if let Some(id) = &key.id {
                by_id.entry(id).or_insert(node);
            }
            nodes.push(node);
        }
        for (key, node) in keys.iter().zip(nodes) {
            let mut last = None;
            for id in &key.references {
                let next = *by_id.entry(id).or_insert_with(|| self.add(None));
                if let Some(last) = last
                    && self.nodes[next].parent.is_none()
                    && !self.is_above(next, last)
                {
                    self.adopt(last, next);
                }
                last = Some(next);
            }
            // What others said of this message counts less than what it says itself.
            self.detach(node);
            if let Some(parent) = last
                && !self.is_above(node, parent)
            {
                self.adopt(parent, node);
            }
        }
    }

    /// Step 3: takes out nodes without message, but where they join several threads at the top.
    fn prune(&mut self) {
        // From the leaves up, so that what moves up is pruned already.
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut todo = self.roots.clone();
        while let Some(at) = todo.pop() {
            order.push(at);
            todo.extend(&self.nodes[at].children);
        }
        for at in order.into_iter().rev() {
            let children = std::mem::take(&mut self.nodes[at].children);
            let mut kept = Vec::with_capacity(children.len());
            for child in children {
                if self.nodes[child].message.is_some() {
                    kept.push(child);
                } else {
                    kept.append(&mut self.nodes[child].children);
                }
            }
            for child in &kept {
                self.nodes[*child].parent = Some(at);
            }
            self.nodes[at].children = kept;
        }
        for root in std::mem::take(&mut self.roots) {
            let node = &self.nodes[root];
            match (node.message, &node.children[..]) {
                (None, []) => {}
                (None, [only]) => {
                    let only = *only;
                    self.nodes[only].parent = None;
                    self.roots.push(only);
                }
                _ => self.roots.push(root),
            }
        }
    }

    /// The message that stands for a node: its own, or the first one below.
    fn message(&self, at: usize) -> Option<usize> {
        let node = &self.nodes[at];
        node.message.or_else(|| self.nodes[*node.children.first()?].message)
    }

    /// Steps 4 and 6: the nodes below each node, and those at the top, by the dates of messages.
    fn sort(&mut self, keys: &[Keys]) {
        let sent = |message: Option<usize>| message.map(|at| (keys[at].sent, at));
        for at in 0..self.nodes.len() {
            let mut children = std::mem::take(&mut self.nodes[at].children);
            // Below the top every node has a message, but where threads were joined.
            children.sort_by_key(|child| sent(self.message(*child)));
            self.nodes[at].children = children;
        }
        let mut roots = std::mem::take(&mut self.roots);
        roots.sort_by_key(|root| sent(self.message(*root)));
        self.roots = roots;
    }

    /// Step 5: joins threads with the same subject.
    fn join_subjects(&mut self, keys: &[Keys]) {
        let mut by_subject: HashMap<&str, usize> = HashMap::new();
        let is_reply = |forest: &Self, at| forest.message(at).is_some_and(|m| keys[m].is_reply);
        let subject = |forest: &Self, at| {
            forest.message(at).map(|m| keys[m].subject.as_str()).filter(|text| !text.is_empty())
        };
        for at in self.roots.clone() {
            let Some(subject) = subject(self, at) else { continue };
            let held = *by_subject.entry(subject).or_insert(at);
            let better =
                self.nodes[at].message.is_none() || (is_reply(self, held) && !is_reply(self, at));
            if held != at && self.nodes[held].message.is_some() && better {
                by_subject.insert(subject, at);
            }
        }
        for at in std::mem::take(&mut self.roots) {
            let held = subject(self, at).and_then(|subject| by_subject.get(subject).copied());
            let Some(held) = held.filter(|held| *held != at) else {
                // A thread that was joined to another meanwhile is below it.
                if self.nodes[at].parent.is_none() {
                    self.roots.push(at);
                }
                continue;
            };
            match (self.nodes[held].message, self.nodes[at].message) {
                (None, None) => {
                    for child in self.nodes[at].children.clone() {
                        self.adopt(held, child);
                    }
                }
                (None, Some(_)) => self.adopt(held, at),
                _ if is_reply(self, at) && !is_reply(self, held) => self.adopt(held, at),
                _ => {
                    let above = self.add(None);
                    self.roots.retain(|root| *root != held);
                    self.adopt(above, held);
                    self.adopt(above, at);
                    self.roots.push(above);
                    if let Some(subject) = subject(self, above) {
                        by_subject.insert(subject, above);
                    }
                }
            }
        }
    }

    /// The threads, with the number of each message.
    pub(super) fn threads(&self, numbers: &[u32]) -> Threads {
        let mut threads = Threads::new();
        let mut todo: Vec<(usize, Option<usize>)> =
            self.roots.iter().rev().map(|root| (*root, None)).collect();
        while let Some((at, above)) = todo.pop() {
            let node = &self.nodes[at];
            let number = node.message.and_then(|message| numbers.get(message).copied());
            let index = threads.push(number, above);
            todo.extend(node.children.iter().rev().map(|child| (*child, Some(index))));
        }
        threads
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, references: &[&str], sent: i64, subject: &str) -> Keys {
        Keys {
            id: Some(id.to_owned()),
            references: references.iter().map(|id| (*id).to_owned()).collect(),
            sent,
            subject: subject.to_owned(),
            ..Keys::default()
        }
    }

    fn shape(keys: &[Keys]) -> Vec<(Option<u32>, Option<usize>)> {
        let numbers: Vec<u32> = (1..).take(keys.len()).collect();
        let threads = Forest::by_references(keys).threads(&numbers);
        threads.messages().iter().map(|message| (message.number, message.parent)).collect()
    }

    #[test]
    fn a_message_that_is_not_there_joins_those_that_refer_to_it() {
        let two = [key("b", &["a"], 1, "x"), key("c", &["a"], 2, "y")];
        assert_eq!(shape(&two), [(None, None), (Some(1), Some(0)), (Some(2), Some(0))]);
        let one = [key("c", &["a", "b"], 2, "y")];
        assert_eq!(shape(&one), [(Some(1), None)]);
    }

    #[test]
    fn references_in_a_ring_end() {
        let ring = [key("a", &["b"], 1, "x"), key("b", &["c"], 2, "y"), key("c", &["a"], 3, "z")];
        assert_eq!(shape(&ring).len(), 3);
        assert_eq!(shape(&[key("a", &["a"], 1, "x")]), [(Some(1), None)]);
    }

    #[test]
    fn the_same_subject_joins_threads() {
        let mut reply = key("c", &[], 3, "X");
        reply.is_reply = true;
        let keys = [key("a", &[], 1, "X"), key("b", &[], 2, "X"), reply];
        let expected = [(None, None), (Some(1), Some(0)), (Some(2), Some(0)), (Some(3), Some(0))];
        assert_eq!(shape(&keys), expected);
    }
}
