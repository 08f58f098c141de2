//! The scenarios on SQLite.

drivetrain_client_tests::scenarios!(drivetrain_client_tests::database::sqlite);
