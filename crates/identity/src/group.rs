//! Security groups, and who is in them: users, applications and other groups.

use base::limits::GROUPS_PER_MEMBER_MAX;
use base::{Cx, Error, Instant, Kind, PrincipalId, Result};
use db::Row;

use crate::directory::{checked, checked_optional, fold, params};
use crate::{Directory, Object, Page};

/// A security group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The object id.
    pub id: PrincipalId,
    /// The display name. Two groups may have the same.
    pub display_name: String,
    /// What the group is for.
    pub description: Option<String>,
    /// Since when the directory has the group.
    pub created_at: Instant,
}

/// What a new group is made from, and what a change replaces.
#[derive(Clone, Debug, Default)]
pub struct GroupInput {
    /// The display name.
    pub display_name: String,
    /// What the group is for.
    pub description: Option<String>,
}

const COLUMNS: &str = "id, display_name, description, created_at";

impl Directory {
    /// Adds a group without members.
    pub async fn group_create(&self, cx: &Cx, input: GroupInput) -> Result<Group> {
        self.may_change(cx).await?;
        let group = input.check(cx.random_id(), cx.now())?;
        let insert = "insert into {directory_group}
            (id, display_name, name_key, description, created_at, updated_at)
            values (?1, ?2, ?3, ?4, ?5, ?5)";
        let mut params = group.params();
        params.push(cx.now().into());
        self.execute(insert, params).await?;
        Ok(group)
    }

    /// Replaces the properties of a group.
    pub async fn group_update(&self, cx: &Cx, id: PrincipalId, input: GroupInput) -> Result<Group> {
        self.may_change(cx).await?;
        let group = input.check(id, self.group_get(id).await?.created_at)?;
        let update = "update {directory_group} set display_name = ?2, name_key = ?3,
            description = ?4, updated_at = ?5 where id = ?1";
        let mut params = group.params();
        params.push(cx.now().into());
        self.execute(update, params).await?;
        Ok(group)
    }

    /// Removes a group; its members stay.
    pub async fn group_delete(&self, cx: &Cx, id: PrincipalId) -> Result<()> {
        self.may_change(cx).await?;
        self.group_get(id).await?;
        self.execute_all(&[
            ("delete from {directory_group} where id = ?1", params![id]),
            ("delete from {directory_member} where group_id = ?1 or member_id = ?1", params![id]),
            ("delete from {directory_role} where principal_id = ?1", params![id]),
        ])
        .await?;
        Ok(())
    }

    /// The group with this object id.
    pub async fn group_get(&self, id: PrincipalId) -> Result<Group> {
        self.group_find(id).await?.ok_or_else(|| {
            let text = format!("The directory has no group with the id '{id}'.");
            Error::not_found("Request_ResourceNotFound", text)
        })
    }

    /// The group with this object id, if there is one.
    pub async fn group_find(&self, id: PrincipalId) -> Result<Option<Group>> {
        let select = format!("select {COLUMNS} from {{directory_group}} where id = ?1");
        self.row(&select, params![id]).await?.map(|row| Group::read(&row)).transpose()
    }

    /// Groups by display name.
    pub async fn groups_list(&self, page: &Page) -> Result<Vec<Group>> {
        let select = format!(
            "select {COLUMNS} from {{directory_group}} where name_key like ?1 escape '\\'
            order by name_key, id limit ?2 offset ?3"
        );
        self.rows(&select, page.params()).await?.iter().map(Group::read).collect()
    }

    /// Puts a user, an application or a group into a group. Doing it twice changes nothing.
    pub async fn member_add(&self, cx: &Cx, group: PrincipalId, member: PrincipalId) -> Result<()> {
        self.may_change(cx).await?;
        self.group_get(group).await?;
        self.object_get(member).await?;
        if group == member {
            return Err(Error::invalid("A group cannot be a member of itself."));
        }
        let insert = "insert into {directory_member} (group_id, member_id) values (?1, ?2)
            on conflict (group_id, member_id) do nothing";
        self.execute(insert, params![group, member]).await?;
        Ok(())
    }

    /// Takes a direct member out of a group.
    pub async fn member_remove(
        &self,
        cx: &Cx,
        group: PrincipalId,
        member: PrincipalId,
    ) -> Result<()> {
        self.may_change(cx).await?;
        let delete = "delete from {directory_member} where group_id = ?1 and member_id = ?2";
        if self.execute(delete, params![group, member]).await? == 0 {
            let text = format!("'{member}' is not a direct member of the group '{group}'.");
            return Err(Error::not_found("Request_ResourceNotFound", text));
        }
        Ok(())
    }

    /// The direct members of a group, by id.
    pub async fn members_list(&self, group: PrincipalId, page: &Page) -> Result<Vec<Object>> {
        self.group_get(group).await?;
        let select = "select member_id from {directory_member} where group_id = ?1
            order by member_id limit ?2 offset ?3";
        let (limit, offset) = page.window();
        let rows = self.rows(select, params![group, limit, offset]).await?;
        let mut members = Vec::new();
        for row in rows {
            members.extend(self.object_find(row.get(0)?).await?);
        }
        Ok(members)
    }

    /// All groups that a principal is in, directly or through other groups. Groups may contain
    /// each other: each is told once.
    pub async fn member_of(&self, principal: PrincipalId) -> Result<Vec<PrincipalId>> {
        let select = "with recursive up (id) as (
                select group_id from {directory_member} where member_id = ?1
                union
                select m.group_id from {directory_member} m join up on m.member_id = up.id
            )
            select id from up limit ?2";
        let limit = i64::try_from(GROUPS_PER_MEMBER_MAX).unwrap_or(i64::MAX).saturating_add(1);
        let rows = self.rows(select, params![principal, limit]).await?;
        if rows.len() > GROUPS_PER_MEMBER_MAX {
            let text = format!(
                "'{principal}' is in more than {GROUPS_PER_MEMBER_MAX} groups. Take it out of some."
            );
            return Err(Error::new(Kind::NotAllowed, "TooManyGroups", text));
        }
        rows.iter().map(|row| row.get(0)).collect()
    }
}

impl Group {
    /// The parameters `?1` to `?4` that insert and update share.
    fn params(&self) -> Vec<db::Value> {
        params![self.id, &self.display_name, fold(&self.display_name), self.description.as_ref()]
    }

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            display_name: row.get(1)?,
            description: row.get(2)?,
            created_at: row.get(3)?,
        })
    }
}

impl GroupInput {
    fn check(self, id: PrincipalId, created_at: Instant) -> Result<Group> {
        Ok(Group {
            id,
            display_name: checked("the display name", &self.display_name)?,
            description: checked_optional("the description", self.description.as_deref())?,
            created_at,
        })
    }
}
