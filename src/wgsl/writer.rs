//! WGSL text under construction: every value is bound to a fresh name once.

use super::codelet::Arithmetic;
use std::fmt::{Display, Write};

/// Statements of one function body.
#[derive(Debug, Default)]
pub struct Writer {
    text: String,
    names: usize,
}

impl Writer {
    /// Binds an expression to a fresh name.
    pub fn bind(&mut self, expression: impl Display) -> String {
        self.names += 1;
        let name = format!("a{}", self.names);
        self.line(format_args!("let {name} = {expression};"));
        name
    }

    /// Adds one statement or brace.
    pub fn line(&mut self, statement: impl Display) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "    {statement}");
    }

    /// Writes statements under a condition, if there is one.
    pub fn when(&mut self, condition: Option<&String>, write: impl FnOnce(&mut Self)) {
        if let Some(condition) = condition {
            self.line(format_args!("if {condition} {{"));
        }
        write(self);
        if condition.is_some() {
            self.line("}");
        }
    }

    /// The statements so far.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// An f32 literal; negative ones in brackets.
pub fn literal(value: f64) -> String {
    let text = format!("{:?}f", value as f32);
    if value < 0.0 { format!("({text})") } else { text }
}

impl Arithmetic for Writer {
    type Value = String;

    fn add(&mut self, a: &String, b: &String) -> String {
        self.bind(format_args!("{a} + {b}"))
    }

    fn sub(&mut self, a: &String, b: &String) -> String {
        self.bind(format_args!("{a} - {b}"))
    }

    fn scale(&mut self, a: &String, factor: f64) -> String {
        if factor == -1.0 {
            self.bind(format_args!("-{a}"))
        } else {
            self.bind(format_args!("{a} * {}", literal(factor)))
        }
    }

    fn add_scaled(&mut self, a: &String, b: &String, factor: f64) -> String {
        self.bind(format_args!("{a} + {b} * {}", literal(factor)))
    }

    fn times_i(&mut self, a: &String, sign: f64) -> String {
        if sign > 0.0 {
            self.bind(format_args!("vec2<f32>(-{a}.y, {a}.x)"))
        } else {
            self.bind(format_args!("vec2<f32>({a}.y, -{a}.x)"))
        }
    }

    fn rotate(&mut self, a: &String, cos: f64, sin: f64) -> String {
        let (cos, sin) = (literal(cos), literal(sin));
        self.bind(format_args!("vec2<f32>({a}.x * {cos} - {a}.y * {sin}, {a}.x * {sin} + {a}.y * {cos})"))
    }
}
