//! What a credited order or a post earns under the terms.
