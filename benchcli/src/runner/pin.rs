//! shim
#![allow(missing_docs)]
pub struct Pin;
impl Pin {
    pub fn parse(_: &str) -> anyhow::Result<Self> {
        Ok(Self)
    }
    pub fn apply(&self) -> anyhow::Result<()> {
        Ok(())
    }
}
pub struct Priority;
impl Priority {
    pub fn apply(_: i32) -> anyhow::Result<()> {
        Ok(())
    }
}
