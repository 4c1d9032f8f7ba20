//! A stack whose first elements need no memory of their own.

use alloc::vec::Vec;

/// A stack of which the lowest `N` elements are held in place, since few messages need more.
#[derive(Clone, Debug)]
pub(super) struct Stack<T, const N: usize> {
    low: [T; N],
    len: usize,
    high: Vec<T>,
}

impl<T: Copy + Default, const N: usize> Default for Stack<T, N> {
    fn default() -> Self {
        Stack { low: [T::default(); N], len: 0, high: Vec::new() }
    }
}

impl<T: Copy, const N: usize> Stack<T, N> {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    pub(super) fn push(&mut self, value: T) {
        match self.low.get_mut(self.len) {
            Some(place) => *place = value,
            None => self.high.push(value),
        }
        self.len += 1;
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<T> {
        let last = self.last()?;
        self.len -= 1;
        if self.len >= N {
            self.high.pop();
        }
        Some(last)
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<T> {
        if index >= self.len {
            return None;
        }
        self.low.get(index).or_else(|| self.high.get(index - N)).copied()
    }

    #[inline]
    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        if index >= self.len {
            return None;
        }
        match self.low.get_mut(index) {
            Some(value) => Some(value),
            None => self.high.get_mut(index - N),
        }
    }

    #[inline]
    pub(super) fn last(&self) -> Option<T> {
        self.get(self.len.checked_sub(1)?)
    }

    #[inline]
    pub(super) fn last_mut(&mut self) -> Option<&mut T> {
        self.get_mut(self.len.checked_sub(1)?)
    }

    /// Finds the highest element that fits.
    #[inline]
    pub(super) fn rposition(&self, fits: impl Fn(T) -> bool) -> Option<usize> {
        (0..self.len).rev().find(|&index| self.get(index).is_some_and(&fits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn does_what_a_vector_does(steps in prop::collection::vec(prop::option::of(0u8..9), 0..60)) {
            let mut stack = Stack::<u8, 3>::default();
            let mut vector = Vec::new();
            for step in steps {
                match step {
                    Some(value) => {
                        stack.push(value);
                        vector.push(value);
                    }
                    None => prop_assert_eq!(stack.pop(), vector.pop()),
                }
                if let (Some(a), Some(b)) = (stack.last_mut(), vector.last_mut()) {
                    *a += 1;
                    *b += 1;
                }
                prop_assert_eq!((stack.len(), stack.is_empty()), (vector.len(), vector.is_empty()));
                prop_assert_eq!(stack.last(), vector.last().copied());
                for index in 0..vector.len() + 2 {
                    prop_assert_eq!(stack.get(index), vector.get(index).copied());
                }
                let place = stack.rposition(|value| value > 4);
                prop_assert_eq!(place, vector.iter().rposition(|&value| value > 4));
            }
        }
    }
}
