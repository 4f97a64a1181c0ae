//! A square of dots that a phone reads, drawn without any style of its own, as the content policy wants it. Not here: what it says.

use std::fmt::Write as _;

use askama::Template;
use askama::filters::HtmlSafe;
use fast_qr::{ECL, QRBuilder};

/// The quiet zone that the standard asks for, in dots.
const MARGIN: usize = 4;

/// The dots as one path.
#[derive(Clone, Debug, Template)]
#[template(path = "web/parts/qr.html")]
pub struct Qr {
    label: String,
    side: usize,
    path: String,
}

impl HtmlSafe for Qr {}

impl Qr {
    /// For this text, named `label` for those who do not see it. None where the text is too long for any square.
    pub fn new(text: &str, label: impl Into<String>) -> Option<Self> {
        let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
        let mut path = String::new();
        for y in 0..code.size {
            for (x, _) in code[y].iter().enumerate().filter(|(_, dot)| dot.value()) {
                write!(path, "M{} {}h1v1h-1z", x + MARGIN, y + MARGIN).ok()?;
            }
        }
        Some(Self { label: label.into(), side: code.size + 2 * MARGIN, path })
    }
}

impl Qr {
    /// The same as a picture of its own.
    ///
    /// # Errors
    /// Never in memory; the template engine's own error type is passed on.
    pub fn alone(&self) -> askama::Result<String> {
        Ok(self.render()?.trim_start().replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_bears_no_style_and_leaves_its_margin_free() {
        let qr = Qr::new("otpauth://totp/Fund:rosa?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "To <scan>").unwrap();
        let svg = qr.render().unwrap();
        assert!(svg.contains("M4 4h1v1h-1z") && !svg.contains("M3 ") && !svg.contains("style"), "{svg}");
        assert!(!svg.contains("<scan>"));
        assert!(Qr::new(&"a".repeat(10_000), "").is_none());
    }
}
