//! What is typed becomes one options value per command.

pub mod benchcli;
