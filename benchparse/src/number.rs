//! Numbers as Go reads and prints them.
