//! How the generated names are used: this file is compiled beside the generated modules.

/// Models whose names are those of something else.
pub async fn names(db: &crate::names::Client) -> drivetrain::Result<()> {
    use crate::names::*;
    let _ = db.transaction_().count().await?;
    let _ = db.clone_().count().await?;
    let _ =
        db.r#type().find_unique(r#type::id.equals(1)).await?.map(|one| (one.r#type, one.self_, one.crate_));
    let _ =
        db.model().find_unique(model::user_id_user_id(1, 2)).await?.map(|one| (one.user_id, one.user_id__));
    let _ = db.model().find_unique(model::is_open_(1, 2)).await?;
    let made = db.user().create(user::new().id(1)).await?;
    let _: User = made;
    let _: Vec_ = db.vec().find_first().required().await?;
    let _: Option<Option_> = db.client().find_first().required().await?.choice;
    type Whole = S![l[s], s, required_, new_, value[r#type]];
    let all: Vec<Whole> = db
        .s()
        .find_many()
        .include(s::l.include(l::s))
        .include(s::s)
        .include(s::required_)
        .include(s::new_)
        .include(s::value.include(v::r#type))
        .await?;
    let _ = all[0].l[0].s.id + all[0].s[0].id + all[0].required_[0].id + all[0].new_[0].id;
    db.s()
        .create(
            s::new()
                .id(1)
                .level(Level::Self_)
                .value(v::new().id(1).records_id(1))
                .new_([r::new().id(3).r#type(1).s_id(2)])
                .required_([r::new().id(2).r#type(1)]),
        )
        .await?;
    assert_eq!(Level::ALL.len(), 7);
    Ok(())
}

/// Relations of a model with itself, in every cardinality.
pub async fn itself(db: &crate::self_relations::Client) -> drivetrain::Result<()> {
    use crate::self_relations::*;
    type Whole = Node![parent[parent], children[children, next], next, previous, following[followed_by]];
    let nodes: Vec<Whole> = db
        .node()
        .find_many()
        .include(node::parent.include(node::parent))
        .include(node::children.include(node::children).include(node::next))
        .include(node::next)
        .include(node::previous)
        .include(node::following.include(node::followed_by))
        .await?;
    let first = &nodes[0];
    let _ = first.parent.as_ref().and_then(|parent| parent.parent.as_ref()).map(|one| one.id);
    let _ = first.children[0].next.as_ref().map(|one| one.id);
    let _ = first.following[0].followed_by.len();
    db.node()
        .create(
            node::new()
                .id(1)
                .parent_id(None)
                .previous(node::new().id(4))
                .following([node::new().id(5)])
                .followed_by([node::new().id(6)])
                .children([node::new().id(2), node::new().id(3)]),
        )
        .await?;
    Ok(())
}

/// A model with eight relations, some of them loaded.
pub async fn eight(db: &crate::eight_relations::Client) -> drivetrain::Result<()> {
    use crate::eight_relations::*;
    let hub: Hub![spokes1, spokes8[hub[spokes2]]] = db
        .hub()
        .find_first()
        .include(hub::spokes8.include(spoke8::hub.include(hub::spokes2)))
        .include(hub::spokes1)
        .required()
        .await?;
    let _ = hub.spokes8[0].hub.spokes2.len() + hub.spokes1.len();
    Ok(())
}

/// Circles of relations.
pub async fn circles(db: &crate::cycles::Client) -> drivetrain::Result<()> {
    use crate::cycles::*;
    let one: A![b[c[a[cs]]]] =
        db.a().find_first().include(a::b.include(b::c.include(c::a.include(a::cs)))).required().await?;
    let _ = one.b.c.a.cs.len();
    let team = db.team().find_first().include(team::leader.include(player::leads)).required().await?;
    let _ = team.leader.leads.map(|leads| leads.id);
    Ok(())
}

/// Types of columns, keys of several columns, keys shared by two relations.
pub async fn columns(db: &crate::columns::Client) -> drivetrain::Result<()> {
    use crate::columns::*;
    let one = db.everything().find_unique(everything::own.equals(crate::types::Money(3))).await?;
    let one = one.ok_or_else(|| drivetrain::Error::misuse("none"))?;
    let _: (i32, u32, f32, i64) = (one.small, one.oid, one.real, one.big);
    let _: (drivetrain::Uuid, Vec<drivetrain::Uuid>, Vec<Vec<u8>>) = (one.uuid, one.uuids, one.blobs);
    let _: (drivetrain::Date, drivetrain::Time, drivetrain::TimeTz) = (one.day, one.time, one.timetz);
    let _: (Option<crate::types::Money>, Vec<crate::types::Money>) = (one.maybe_own, one.own_list);
    let _ = db.everything().find_unique(everything::maybe_day("x", one.day)).await?;
    let _ = db.totals().find_unique(totals::total.equals(1)).await?;
    let _ = db.not_creatable().find_many().include(not_creatable::kids).await?;
    let _ = db.has_ignored().create(has_ignored::new().id(1)).await?;
    let _ = db.all_given().create(all_given::new().many([all_given::new()])).await?;
    let tasks = [task::new().id(1), task::new().id(2)];
    let project = project::new().number(2).tasks(tasks);
    let _ = db.tenant().create(tenant::new().id(1).projects([project])).await?;
    let _ = db.project().find_unique(project::tenant_id_number(1, 2)).await?;
    Ok(())
}

/// The chosen types.
pub fn chosen(one: crate::chosen::Account) -> (drivetrain::Timestamp, crate::types::Money, String) {
    (one.at, one.amount, one.r#ref)
}

/// The macros where the items are not in scope.
pub fn elsewhere(user: &crate::with_path::User![todos[owner]]) -> usize {
    user.todos[0].owner.email.len()
}
