//! Who may do what, written down as plainly as possible and without looking at how the server does
//! it: loops over all that there is, no caches, no SQL.

use std::collections::{BTreeMap, BTreeSet};

use base::Uuid;
use dataverse::Depth;
use dataverse::security::Right;

/// Everything in a tenant that decides rights.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Business units with their parents; the first is the root.
    pub units: Vec<(Uuid, Option<Uuid>)>,
    pub users: Vec<User>,
    pub teams: Vec<Team>,
    pub roles: Vec<Role>,
    pub rows: Vec<Row>,
    /// What was given of a row, by row and principal.
    pub shares: BTreeMap<(Uuid, Uuid), i64>,
    /// Positions with their parents.
    pub positions: Vec<(Uuid, Option<Uuid>)>,
    pub hierarchy: Option<Hierarchy>,
    /// Tables that hierarchy security leaves out.
    pub excluded: BTreeSet<&'static str>,
    /// Profiles for the secured column: read, update.
    pub profiles: Vec<Profile>,
    /// Values of the secured column that are shared: read, update.
    pub values: BTreeMap<(Uuid, Uuid), (bool, bool)>,
    pub keeps_for_previous_owner: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Hierarchy {
    pub by_position: bool,
    pub depth: usize,
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: Uuid,
    pub unit: Uuid,
    pub roles: BTreeSet<usize>,
    pub manager: Option<Uuid>,
    pub position: Option<Uuid>,
}

#[derive(Clone, Debug)]
pub struct Team {
    pub id: Uuid,
    pub unit: Uuid,
    pub is_access: bool,
    pub members: BTreeSet<Uuid>,
    pub roles: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
pub struct Role {
    /// In the root business unit.
    pub id: Uuid,
    pub is_inherited: bool,
    pub grants: BTreeMap<(&'static str, u8), Depth>,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub id: Uuid,
    pub table: &'static str,
    pub owner: Uuid,
    pub parent: Option<Uuid>,
}

#[derive(Clone, Debug)]
pub struct Profile {
    pub id: Uuid,
    pub read: bool,
    pub update: bool,
    /// Users and teams.
    pub members: BTreeSet<Uuid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// He has no role at all.
    NoRole,
    /// He lacks the privilege.
    NoPrivilege,
    /// He has it, but not for this row.
    OutOfReach,
    Allowed,
}

impl Verdict {
    /// The code of the refusal.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::NoRole => Some("0x80042f09"),
            Self::NoPrivilege => Some("0x80040220"),
            Self::OutOfReach => Some("0x80048306"),
            Self::Allowed => None,
        }
    }
}

/// One way in which somebody holds a privilege.
struct Source {
    depth: Depth,
    unit: Uuid,
    owners: Vec<Uuid>,
}

/// What follows for the owner of a row above.
pub const ALL: i64 = 1 | 2 | 4 | 16 | 65_536 | 262_144 | 524_288;

impl Model {
    pub fn user(&self, id: Uuid) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub fn row(&self, id: Uuid) -> &Row {
        self.rows.iter().find(|row| row.id == id).unwrap()
    }

    pub fn row_mut(&mut self, id: Uuid) -> &mut Row {
        self.rows.iter_mut().find(|row| row.id == id).unwrap()
    }

    fn unit_of(&self, owner: Uuid) -> Uuid {
        let team = || self.teams.iter().find(|team| team.id == owner).map(|team| team.unit);
        self.user(owner).map(|user| user.unit).or_else(team).unwrap()
    }

    fn is_below(&self, unit: Uuid, root: Uuid) -> bool {
        let mut here = Some(unit);
        while let Some(unit) = here {
            if unit == root {
                return true;
            }
            here = self.units.iter().find(|(id, _)| *id == unit).and_then(|(_, parent)| *parent);
        }
        false
    }

    /// The teams of a user: owner teams if `owners`, else access teams.
    fn teams_of(&self, user: Uuid, owners: bool) -> Vec<Uuid> {
        let is_his = |team: &&Team| team.members.contains(&user) && team.is_access != owners;
        self.teams.iter().filter(is_his).map(|team| team.id).collect()
    }

    /// He and all his teams; of a team, itself.
    pub fn principals(&self, principal: Uuid) -> Vec<Uuid> {
        let mut all = vec![principal];
        all.extend(self.teams_of(principal, true));
        all.extend(self.teams_of(principal, false));
        all
    }

    fn sources(&self, principal: Uuid, table: &str, right: Right) -> Vec<Source> {
        let mut found = Vec::new();
        let mut own = vec![principal];
        own.extend(self.teams_of(principal, true));
        let grant = |role: usize| {
            let grants = &self.roles[role].grants;
            let is_it = |((of, bit), _): &(&(&'static str, u8), &Depth)| {
                *of == table && *bit == right as u8
            };
            grants.iter().find(is_it).map(|(_, depth)| *depth)
        };
        if let Some(user) = self.user(principal) {
            for role in &user.roles {
                if let Some(depth) = grant(*role) {
                    found.push(Source { depth, unit: user.unit, owners: own.clone() });
                }
            }
        }
        for team in self.teams.iter().filter(|team| !team.is_access) {
            let is_itself = team.id == principal;
            if !is_itself && !team.members.contains(&principal) {
                continue;
            }
            for role in &team.roles {
                let Some(depth) = grant(*role) else { continue };
                let is_his = is_itself || self.roles[*role].is_inherited;
                let owners = if is_his { own.clone() } else { vec![team.id] };
                found.push(Source { depth, unit: team.unit, owners });
            }
        }
        found
    }

    /// Whether a principal holds the privilege at any depth.
    pub fn holds(&self, principal: Uuid, table: &str, right: Right) -> bool {
        !self.sources(principal, table, right).is_empty()
    }

    fn has_role(&self, principal: Uuid) -> bool {
        let of_role = |role: &usize| !self.roles[*role].grants.is_empty();
        let own = self.user(principal).is_some_and(|user| user.roles.iter().any(of_role));
        let is_in = |team: &&Team| !team.is_access && team.members.contains(&principal);
        own || self.teams.iter().filter(is_in).any(|team| team.roles.iter().any(of_role))
    }

    /// Whether a row of this owner is reached by ownership or depth.
    fn reaches(&self, principal: Uuid, table: &str, right: Right, owner: Uuid) -> bool {
        let unit = self.unit_of(owner);
        self.sources(principal, table, right).iter().any(|source| {
            source.owners.contains(&owner)
                || match source.depth {
                    Depth::Basic => false,
                    Depth::Local => unit == source.unit,
                    Depth::Deep => self.is_below(unit, source.unit),
                    Depth::Global => true,
                }
        })
    }

    /// The users below one, with how far below.
    fn below(&self, user: Uuid) -> Vec<(Uuid, usize)> {
        let (Some(hierarchy), Some(me)) = (self.hierarchy, self.user(user)) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for other in self.users.iter().filter(|other| other.id != user) {
            let level = match hierarchy.by_position {
                false => self.level_by_manager(other, user),
                true => self.level_by_position(other, me),
            };
            let is_in_path = hierarchy.by_position || self.is_below(other.unit, me.unit);
            if let Some(level) = level.filter(|level| *level <= hierarchy.depth && is_in_path) {
                found.push((other.id, level));
            }
        }
        found
    }

    fn level_by_manager(&self, from: &User, manager: Uuid) -> Option<usize> {
        let mut here = from.manager;
        for level in 1..100 {
            match here {
                None => return None,
                Some(id) if id == manager => return Some(level),
                Some(id) => here = self.user(id).and_then(|user| user.manager),
            }
        }
        None
    }

    fn level_by_position(&self, from: &User, above: &User) -> Option<usize> {
        let parent = |position: Uuid| {
            self.positions.iter().find(|(id, _)| *id == position).and_then(|(_, parent)| *parent)
        };
        let (mut here, top) = (parent(from.position?), above.position?);
        for level in 1..100 {
            match here {
                None => return None,
                Some(id) if id == top => return Some(level),
                Some(id) => here = parent(id),
            }
        }
        None
    }

    /// Those below a user, and their teams, whose rows of a table a right reaches.
    fn subordinates(&self, user: Uuid, table: &str, right: Right) -> Vec<Uuid> {
        if self.excluded.contains(table) {
            return Vec::new();
        }
        let level_max = match right {
            Right::Read => usize::MAX,
            Right::Write | Right::Append | Right::AppendTo => 1,
            _ => 0,
        };
        let below = self.below(user).into_iter().filter(|(_, level)| *level <= level_max);
        below.flat_map(|(id, _)| self.principals(id)).collect()
    }

    /// What somebody has of a row by shares: what was given, and what follows from rows above.
    pub fn shared(&self, row: Uuid, principal: Uuid) -> i64 {
        let given = self.shares.get(&(row, principal)).copied().unwrap_or(0);
        given | self.inherited(row, principal)
    }

    fn inherited(&self, row: Uuid, principal: Uuid) -> i64 {
        let row = self.row(row);
        let Some(parent) = row.parent else { return 0 };
        let owner = self.row(parent).owner;
        let as_owner = if owner == principal && owner != row.owner { ALL } else { 0 };
        self.shared(parent, principal) | as_owner
    }

    /// Whether somebody may use a right on a row.
    pub fn verdict(&self, principal: Uuid, right: Right, row: Uuid) -> Verdict {
        let row = self.row(row);
        if self.user(principal).is_some() && !self.has_role(principal) {
            return Verdict::NoRole;
        }
        if !self.holds(principal, row.table, right) {
            return Verdict::NoPrivilege;
        }
        if self.reaches(principal, row.table, right, row.owner) {
            return Verdict::Allowed;
        }
        let subordinates = self.subordinates(principal, row.table, right);
        if subordinates.contains(&row.owner) {
            return Verdict::Allowed;
        }
        let bit = i64::from(right.bit());
        let mut principals = self.principals(principal);
        principals.extend(subordinates);
        match principals.iter().any(|one| self.shared(row.id, *one) & bit != 0) {
            true => Verdict::Allowed,
            false => Verdict::OutOfReach,
        }
    }

    pub fn may(&self, principal: Uuid, right: Right, row: Uuid) -> bool {
        self.verdict(principal, right, row) == Verdict::Allowed
    }

    /// Whether somebody may make a row of a table for an owner, below a row.
    pub fn may_create(
        &self,
        user: Uuid,
        table: &'static str,
        owner: Uuid,
        parent: Option<Uuid>,
    ) -> bool {
        let reaches = |right| {
            self.reaches(user, table, right, owner)
                || self.holds(user, table, right)
                    && self.subordinates(user, table, right).contains(&owner)
        };
        let may_link = parent
            .is_none_or(|parent| reaches(Right::Append) && self.may(user, Right::AppendTo, parent));
        let can_read = owner == user || self.holds(owner, table, Right::Read);
        reaches(Right::Create) && may_link && can_read
    }

    /// What somebody may do with the secured column of a row: read it, change it.
    pub fn column(&self, user: Uuid, row: Uuid) -> (bool, bool) {
        let mut principals = vec![user];
        principals.extend(self.teams_of(user, true));
        let mut found = (false, false);
        for profile in &self.profiles {
            if principals.iter().any(|id| profile.members.contains(id)) {
                found.0 |= profile.read;
                found.1 |= profile.update;
            }
        }
        for principal in self.principals(user) {
            if let Some((read, update)) = self.values.get(&(row, principal)) {
                found.0 |= read;
                found.1 |= update;
            }
        }
        found
    }

    /// The rows below one.
    pub fn children(&self, row: Uuid) -> Vec<Uuid> {
        let mut ids: Vec<_> =
            self.rows.iter().filter(|child| child.parent == Some(row)).map(|row| row.id).collect();
        ids.sort_unstable();
        ids
    }

    /// Takes a row away with those below it and their shares.
    pub fn remove(&mut self, row: Uuid) {
        for child in self.children(row) {
            self.remove(child);
        }
        self.rows.retain(|one| one.id != row);
        self.shares.retain(|(of, _), _| *of != row);
        self.values.retain(|(of, _), _| *of != row);
    }

    /// Gives a row to somebody else, and those below it, as far as the caller may: whether he may.
    pub fn assign(&mut self, caller: Option<Uuid>, row: Uuid, owner: Uuid) -> bool {
        let (table, old) = (self.row(row).table, self.row(row).owner);
        let may = caller.is_none_or(|caller| self.may(caller, Right::Assign, row));
        if !may || !self.holds(owner, table, Right::Read) && Some(owner) != caller {
            return false;
        }
        if Some(owner) == caller && !self.holds(owner, table, Right::Read) {
            return false;
        }
        self.row_mut(row).owner = owner;
        if self.keeps_for_previous_owner {
            self.shares.insert((row, old), ALL);
        }
        let children = self.children(row);
        children
            .into_iter()
            .all(|child| self.row(child).owner == owner || self.assign(caller, child, owner))
    }
}
