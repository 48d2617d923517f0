//! Bytes to text lines: encodings, log decorations and torn results.
