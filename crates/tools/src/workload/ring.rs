use crate::Random;

/// The last so many of a stream.
pub(super) struct Ring<T> {
    kept: Vec<T>,
    next: usize,
    capacity: usize,
}

impl<T> Ring<T> {
    pub(super) const fn new(capacity: usize) -> Self {
        Self { kept: Vec::new(), next: 0, capacity }
    }

    pub(super) fn push(&mut self, item: T) {
        if self.kept.len() < self.capacity {
            self.kept.push(item);
        } else {
            self.kept[self.next] = item;
            self.next = (self.next + 1) % self.capacity;
        }
    }

    pub(super) fn pick(&mut self, random: &mut Random) -> Option<&mut T> {
        let index = random.index(self.kept.len());
        self.kept.get_mut(index)
    }
}
