//! XML read piece by piece: the containers of a message are told as they open and close, everything within them comes as
//! a whole small element, so that a large file is never in memory as a tree.

use quick_xml::{Reader, events::Event};

use super::ReadError;

/// How deep elements may be in each other: far more than any message has.
const DEPTH_MAX: usize = 100;

/// An element with what is in it. Names are without their prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) line: usize,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Self>,
}

/// What [`walk`] tells.
#[derive(Debug)]
pub(super) enum Part<'a> {
    /// A container opens.
    Open(&'a str),
    /// An element that is no container, whole.
    Whole(Element),
    /// A container closes.
    Close(&'a str),
}

impl Element {
    /// The first element at a path of names.
    pub(super) fn find(&self, path: &str) -> Option<&Self> {
        path.split('/').try_fold(self, |at, name| at.children.iter().find(|child| child.name == name))
    }

    /// The text at a path, where it is not blank.
    pub(super) fn value(&self, path: &str) -> Option<&str> {
        self.find(path).and_then(Self::content)
    }

    /// Its own text, where it is not blank.
    pub(super) fn content(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    /// Every child of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Takes another element in as its child.
    pub(super) fn adopt(&mut self, child: Self) {
        if self.children.is_empty() {
            self.line = child.line;
        }
        self.children.push(child);
    }

    /// An attribute, where it is not blank.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

/// Reads a text to its end. `roots` are the messages; before one opens, everything is a container, so that an envelope
/// around the message does not matter.
pub(super) fn walk(
    text: &str,
    roots: &[&str],
    containers: &[&str],
    mut tell: impl FnMut(Part<'_>),
) -> Result<(), ReadError> {
    let mut reader = Reader::from_str(text);
    let mut lines = Lines { text, counted: 0, line: 1 };
    let mut open: Vec<String> = Vec::new();
    let mut within: Vec<Element> = Vec::new();
    let mut in_message = 0_usize;
    loop {
        let position = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event();
        let line = lines.at(position);
        let wrong = |reason: String| ReadError::Xml { line, reason };
        match event.map_err(|error| wrong(error.to_string()))? {
            Event::Start(tag) => {
                let element = element(&tag, line);
                if open.len() + within.len() >= DEPTH_MAX {
                    return Err(wrong(format!("more than {DEPTH_MAX} elements in each other")));
                }
                let container = in_message == 0 || containers.contains(&element.name.as_str());
                if within.is_empty() && (container || roots.contains(&element.name.as_str())) {
                    in_message += usize::from(in_message > 0 || roots.contains(&element.name.as_str()));
                    tell(Part::Open(&element.name));
                    open.push(element.name);
                } else {
                    within.push(element);
                }
            }
            Event::Empty(tag) => finish(element(&tag, line), &mut within, &mut tell),
            Event::End(_) => match (within.pop(), open.last()) {
                (Some(element), _) => finish(element, &mut within, &mut tell),
                (None, Some(name)) => {
                    tell(Part::Close(name));
                    in_message = in_message.saturating_sub(1);
                    open.pop();
                }
                (None, None) => return Err(wrong("an element ends that did not begin".to_owned())),
            },
            Event::Text(content) => {
                if let Some(element) = within.last_mut() {
                    element.text.push_str(&content.xml10_content());
                }
            }
            Event::CData(content) => {
                if let Some(element) = within.last_mut() {
                    element.text.push_str(&content.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(element) = within.last_mut() {
                    let character = reference.resolve_char_ref().map_err(|error| wrong(error.to_string()))?;
                    match character {
                        Some(character) => element.text.push(character),
                        None => element.text.push_str(&entity(&reference.xml10_content())),
                    }
                }
            }
            Event::Eof if open.is_empty() && within.is_empty() => return Ok(()),
            Event::Eof => return Err(wrong("it ends before its elements do".to_owned())),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => {}
        }
    }
}

/// One of the five entities of XML; others are kept as they are written, never looked up.
fn entity(name: &str) -> String {
    match name {
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        other => format!("&{other};"),
    }
}

fn element(tag: &quick_xml::events::BytesStart<'_>, line: usize) -> Element {
    let mut listed = tag.attributes();
    let attributes = listed.with_checks(false).filter_map(Result::ok);
    let attributes =
        attributes.map(|it| (it.key.local_name().as_ref().to_owned(), it.value.to_string())).collect();
    let name = tag.local_name().as_ref().to_owned();
    Element { name, line, attributes, ..Element::default() }
}

fn finish(element: Element, within: &mut [Element], tell: &mut impl FnMut(Part<'_>)) {
    match within.last_mut() {
        Some(parent) => parent.children.push(element),
        None => tell(Part::Whole(element)),
    }
}

/// Counts lines once, in step with the reader.
struct Lines<'a> {
    text: &'a str,
    counted: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, position: usize) -> usize {
        let bytes = self.text.as_bytes().get(self.counted..position.min(self.text.len())).unwrap_or_default();
        self.line += bytes.iter().filter(|byte| **byte == b'\n').count();
        self.counted = self.counted.max(position.min(self.text.len()));
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<Vec<String>, ReadError> {
        let mut all = Vec::new();
        walk(text, &["Msg"], &["Box"], |part| {
            all.push(match part {
                Part::Open(name) => format!("+{name}"),
                Part::Close(name) => format!("-{name}"),
                Part::Whole(element) => {
                    format!("{}@{}={}", element.name, element.line, element.value("b").unwrap_or_default())
                }
            });
        })?;
        Ok(all)
    }

    #[test]
    fn prefixes_entities_and_envelopes_do_not_matter() {
        let text = "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e 'boom'>]>\n<s:Env xmlns:s='e'>\n<n:Msg>\n<n:a><n:b> x &amp; &#233;<![CDATA[<y>]]>&e; </n:b></n:a><n:Box/><n:Box>\n<c/></n:Box></n:Msg></s:Env>";
        let expected = ["+Env", "+Msg", "a@4=x & é<y>&e;", "Box@4=", "+Box", "c@5=", "-Box", "-Msg", "-Env"];
        assert_eq!(told(text).unwrap(), expected);
    }

    #[test]
    fn a_damaged_file_says_where() {
        let cut = told("<Msg>\n<a><b>1</b>").unwrap_err();
        assert!(cut.to_string().starts_with("line 2: the XML is not well-formed (it ends before"), "{cut}");
        assert!(told("<Msg>\n</Masg>").is_err());
        assert!(told(&"<a>".repeat(200)).unwrap_err().to_string().contains("more than 100"));
    }
}
