//! How a spreadsheet shows a number: `"ME-"000` makes `ME-059` of 59, and people know the device by that.

use std::sync::LazyLock;

use regex::Regex;

use super::sheet::Value;

/// From here on, a spreadsheet keeps less digits than it shows: it has 15 of them.
const TOO_LONG: f64 = 1e15;
/// More leading zeros than any number has.
const WIDTH: usize = 40;

/// A number format under which a number is shown otherwise than it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// At least so many digits, between two words.
    Padded {
        /// Before the digits.
        before: String,
        /// How many digits at least.
        width: usize,
        /// Behind the digits.
        behind: String,
    },
    /// Anything else: groups of digits, fractions, conditions.
    Other,
}

/// The number lost digits when it was typed or saved.
pub(crate) fn is_too_long(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.abs() >= TOO_LONG,
        Value::Text(text) => is_scientific(text),
        _ => false,
    }
}

/// `1.23E+11`: what Excel writes into a CSV file of a number with twelve digits or more. Many numbers are written so alike.
pub(crate) fn is_scientific(text: &str) -> bool {
    static SCIENTIFIC: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\s*[0-9](?:\.[0-9]{1,5})?E\+[0-9]{2}\s*$").expect("the pattern is a constant that a test uses")
    });
    SCIENTIFIC.is_match(text)
}

/// What a format code (ECMA-376-1, 18.8.31) does to a whole number; `None` where it shows the number as it is.
pub(crate) fn form(code: &str) -> Option<Form> {
    if matches!(code, "" | "General" | "@" | "0" | "#") {
        return None;
    }
    let (mut before, mut behind, mut width, mut digits) = (String::new(), String::new(), 0, false);
    let mut signs = code.chars();
    while let Some(sign) = signs.next() {
        let literal = match sign {
            '"' => signs.by_ref().take_while(|sign| *sign != '"').collect(),
            '\\' => signs.next().into_iter().collect(),
            // A blank as wide as the next sign, and a colour or language.
            '_' => signs.next().map(|_| String::new()).unwrap_or_default(),
            '[' => signs.by_ref().take_while(|sign| *sign != ']').map(|_| "").collect(),
            // The sections behind are for numbers below zero, and for zero.
            ';' => break,
            '0' | '#' if behind.is_empty() => {
                width += usize::from(sign == '0');
                digits = true;
                continue;
            }
            '-' | ' ' | '(' | ')' | '+' => sign.to_string(),
            _ => return Some(Form::Other),
        };
        if digits { behind.push_str(&literal) } else { before.push_str(&literal) }
    }
    match (digits, before.is_empty() && behind.is_empty() && width <= 1) {
        (true, true) => None,
        (true, false) if width <= WIDTH => Some(Form::Padded { before, width, behind }),
        _ => Some(Form::Other),
    }
}

impl Form {
    /// The number as it is shown, where that is known.
    pub(crate) fn show(&self, number: f64) -> Option<String> {
        match self {
            Self::Padded { before, width, behind } if number.fract() == 0.0 && (0.0..TOO_LONG).contains(&number) => {
                Some(format!("{before}{number:0>width$}{behind}"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_the_spreadsheet_shows_them() {
        for (code, number, text) in [
            ("\"ME-\"000", 59.0, "ME-059"),
            ("000000", 1234.0, "001234"),
            ("\\M\\E0000", 7.0, "ME0007"),
            ("0\"号機\"", 3.0, "3号機"),
            ("000_);[Red]\\(000\\)", 5.0, "005"),
        ] {
            assert_eq!(form(code).and_then(|form| form.show(number)).as_deref(), Some(text), "{code}");
        }
        for code in ["General", "0", "@", "0_ ", "0;[Red]-0"] {
            assert_eq!(form(code), None, "{code}");
        }
        for code in ["#,##0", "0.00", "000-0000", "0.E+00", "\"あり\"", "[<100]000/0"] {
            assert_eq!(form(code), Some(Form::Other), "{code}");
        }
        assert_eq!(form("000").and_then(|form| form.show(-1.0)), None);
        assert!(is_too_long(&Value::Number(12_345_678_901_234_567_890.0)) && !is_too_long(&Value::Number(1e14)));
        assert!(["1.23E+11", "4E+15"].iter().all(|text| is_scientific(text)));
        assert!(["1.23", "PC-1E+11", "1.234567E+11", "12E+11"].iter().all(|text| !is_scientific(text)));
    }
}
