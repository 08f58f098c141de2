//! Numbers of rows within their partitions.

use std::collections::HashMap;

use drivetrain_adapter_api::{Result, Value};

use super::order::Sorted;
use super::select::Unit;
use super::{Env, Run};
use crate::bind::Window;
use crate::value::Key;

impl Run {
    pub(super) fn number(
        &mut self,
        units: &mut [Unit],
        windows: &[Window],
        outer: Option<&Env<'_>>,
    ) -> Result<()> {
        for window in windows {
            let mut partitions: HashMap<Vec<Key>, Vec<(Vec<Value>, usize)>> = HashMap::new();
            for (at, unit) in units.iter().enumerate() {
                let env = unit.env(outer);
                let mut key = Vec::with_capacity(window.partition.len());
                for expr in &window.partition {
                    key.push(Key::of(&self.eval(expr, &env)?)?);
                }
                let by = self.order_values(&window.order, &[], &env)?;
                partitions.entry(key).or_default().push((by, at));
            }
            for partition in partitions.into_values() {
                let sorted = Sorted::sort(partition, &window.order)?;
                for (number, at) in (1..).zip(sorted) {
                    units[at].windows.push(Value::Int64(number));
                }
            }
        }
        Ok(())
    }
}
