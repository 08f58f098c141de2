//! The scenarios by Neon's protocol, through a gateway in front of Postgres.

drivetrain_client_tests::scenarios!(drivetrain_client_tests::database::neon);
