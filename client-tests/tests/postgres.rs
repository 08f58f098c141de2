//! The scenarios on Postgres.

drivetrain_client_tests::scenarios!(drivetrain_client_tests::database::postgres);
