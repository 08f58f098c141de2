//! What every database must do the same way. Each scenario gets a client on an empty database of its own.

pub mod choices;
pub mod concurrency;
pub mod edges;
pub mod errors;
pub mod filters;
pub mod names;
pub mod raw;
pub mod reads;
pub mod relations;
pub mod secrets;
pub mod transactions;
pub mod values;
pub mod writes;

/// What a scenario gives: its own assertions panic.
pub type Outcome = Result<(), drivetrain::Error>;

/// Makes a test of each scenario, on databases that `$open` makes.
#[macro_export]
macro_rules! scenarios {
    ($open:path) => {
        $crate::scenarios! { @without_sql $open }
        mod with_sql {
            $crate::scenarios! { @of $open, $crate::BLOG, $crate::blog::Client;
                errors { not_null }
                raw { parts, read_only_is_held_to, rows_as_tuples }
                secrets { no_debug_shows_a_value }
            }
        }
    };
    // Those that need no SQL text of their own.
    (@without_sql $open:path) => {
        $crate::scenarios! { @of $open, $crate::BLOG, $crate::blog::Client;
            concurrency {
                a_dropped_query_leaves_its_transaction_usable, a_dropped_transaction_leaves_nothing,
                a_dropped_part_is_undone, many_tasks, one_transaction_from_several_tasks
            }
            errors { foreign_key, not_found, of_children_and_in_batches, unique_and_its_fields }
            filters { comparisons, lists, nulls, relations, texts_are_taken_literally, to_many_quantifiers }
            reads { counts, includes_are_cut_per_parent, nothing_is_there, order_and_limits, pages, uniques }
            relations {
                both_strategies_agree, cycles, deep, many_to_many, one_to_one, perhaps_loaded, self_relations,
                serialized
            }
            transactions {
                a_panic_rolls_back, as_objects, atomic, by_closure, dropped, nested, nested_twice, refused_after_the_end, retrying
            }
            writes {
                a_failed_child_leaves_nothing, create_many, defaults, delete, many_children, nested_to_any_depth,
                update, update_many, upsert
            }
        }
        $crate::scenarios! { @of $open, $crate::KINDS, $crate::kinds::Client;
            values { boundaries, nulls_everywhere }
        }
        $crate::scenarios! { @of $open, $crate::NAMES, $crate::names::Client;
            edges {
                limits, many_children_of_many_sorts, many_keys, nothing_given, the_same_model_again,
                unknown_is_not_every, updates
            }
            names {
                a_condition_said_twice_is_no_key, a_filled_key_beats_its_default, compound_keys, compound_relations,
                decimal_keys, hostile_names, made_keys, many_to_many_both_ways, many_to_many_to_itself,
                relations_between_the_same_models
            }
        }
        $crate::scenarios! { @of $open, $crate::CHOICES, $crate::choices::Client;
            choices { written_read_and_compared }
        }
    };
    (@of $open:path, $schema:path, $client:path; $($group:ident { $($name:ident),+ $(,)? })+) => {$(
        mod $group {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let database = $open($schema).await;
                    let db = <$client>::new(database.adapter.clone()).expect("the schema is for this database");
                    $crate::scenarios::$group::$name(&db).await.expect("the scenario ends well");
                    db.close().await.expect("the adapter closes");
                }
            )+
        }
    )+};
}
