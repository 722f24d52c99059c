//! Who is credited with an order, and why everyone else is not.
