//! Rows of a hierarchy, found step by step.

use super::Writer;
use crate::plan::{Branches, Tree};

impl Writer<'_> {
    /// The column holds a row of the tree, or none.
    pub(super) fn in_tree(&mut self, tree: &Tree) {
        self.push(if tree.negated { "(" } else { "" });
        self.field(&tree.field);
        self.push(if tree.negated { " not in (" } else { " in (" });
        self.tree(tree);
        self.push(")");
        if tree.negated {
            self.push(" or ");
            self.field(&tree.field);
            self.push(" is null)");
        }
    }

    fn tree(&mut self, tree: &Tree) {
        let root = self.statement.param(tree.root);
        self.push("with recursive tree(id) as (\n  select ");
        let typed = self.store.dialect().typed(&root, db::ColumnType::Id);
        self.push(&typed);
        // `union` leaves out what is there already, so circles end.
        self.push("\n  union\n  select branch.");
        let (key, parent) = (&tree.key.logical_name, &tree.parent.logical_name);
        let (found, known) = match tree.branches {
            Branches::Under => (key, parent),
            Branches::Above => (parent, key),
        };
        self.name(found);
        self.push(" from ");
        self.table(&tree.table);
        self.push(" branch join tree on branch.");
        self.name(known);
        self.push(" = tree.id where branch.");
        self.name(found);
        self.push(" is not null\n) select id from tree");
        if !tree.with_root {
            self.push(" where id <> ");
            self.push(&root);
        }
        if let Some((members, user, team)) = &tree.teams {
            self.push(" union all select member.");
            self.name(&team.logical_name);
            self.push(" from ");
            self.table(members);
            self.push(" member join tree on member.");
            self.name(&user.logical_name);
            self.push(" = tree.id");
        }
    }
}
