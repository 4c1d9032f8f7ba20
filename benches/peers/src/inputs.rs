//! Inputs, the same in every run.

/// Numbers that look random and are not.
pub struct Numbers(u64);

impl Numbers {
    /// A sequence for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// The next one.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// The next one below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// Bytes of any value.
pub fn bytes(len: usize) -> Vec<u8> {
    let mut numbers = Numbers::new(7);
    (0..len).map(|_| numbers.next().to_le_bytes()[3]).collect()
}

/// Prose with a letter beyond ASCII now and then: one in `rare` characters.
pub fn prose(len: usize, rare: u64) -> String {
    let mut numbers = Numbers::new(11);
    let mut text = String::new();
    let mut column = 0;
    while text.len() < len {
        for _ in 0..2 + numbers.below(8) {
            let beyond = numbers.below(rare) == 0;
            text.push(if beyond { 'ü' } else { char::from(b'a' + numbers.below(26) as u8) });
            column += 1;
        }
        if column > 60 {
            text.push_str("\r\n");
            column = 0;
        } else {
            text.push(' ');
        }
    }
    text
}
