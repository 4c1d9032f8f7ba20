/// The checksum of armor, 24 bits wide.
///
/// Generator 0x864CFB, initial value 0xB704CE, most significant bit first:
/// [RFC 9580, section 6.1](https://www.rfc-editor.org/rfc/rfc9580#section-6.1).
///
/// The register is kept shifted left by eight bits, which makes it a CRC-32 with generator
/// 0x864CFB00; sixteen bytes go in at a time. With feature
/// `simd` the carry-less multiplication of the processor does it.
///
/// # Example
///
/// ```
/// use pgp_armor::Crc24;
///
/// let mut crc = Crc24::new();
/// crc.update(b"1234");
/// crc.update(b"56789");
/// assert_eq!(crc.value(), 0x21CF02);
/// assert_eq!(Crc24::of(b""), 0xB704CE);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crc24(u32);

const GENERATOR: u32 = 0x864C_FB00;
const INITIAL: u32 = 0xB704_CE00;

#[cfg(not(feature = "simd"))]
const STRIDE: usize = 16;

#[cfg(not(feature = "simd"))]
/// `TABLES[n][b]`: what byte `b` adds to the register when `n` more bytes follow it.
static TABLES: [[u32; 256]; STRIDE] = tables();

#[cfg(not(feature = "simd"))]
const fn tables() -> [[u32; 256]; STRIDE] {
    let mut tables = [[0u32; 256]; STRIDE];
    let mut byte = 0;
    while byte < 256 {
        let mut register = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            register = (register << 1) ^ if register >> 31 == 1 { GENERATOR } else { 0 };
            bit += 1;
        }
        tables[0][byte] = register;
        byte += 1;
    }
    let mut n = 1;
    while n < STRIDE {
        let mut byte = 0;
        while byte < 256 {
            let register = tables[n - 1][byte];
            tables[n][byte] = (register << 8) ^ tables[0][(register >> 24) as usize];
            byte += 1;
        }
        n += 1;
    }
    tables
}

impl Crc24 {
    /// Creates the checksum of no bytes.
    pub const fn new() -> Self {
        Crc24(INITIAL)
    }

    /// Returns the checksum of these bytes.
    pub fn of(bytes: &[u8]) -> u32 {
        let mut crc = Crc24::new();
        crc.update(bytes);
        crc.value()
    }

    /// Adds the next bytes.
    #[cfg(not(feature = "simd"))]
    pub fn update(&mut self, bytes: &[u8]) {
        let table = |n: usize, byte: u8| TABLES[n][usize::from(byte)];
        let (blocks, rest) = bytes.as_chunks::<STRIDE>();
        let mut register = self.0;
        for &[a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] in blocks {
            // Twelve of the bytes do not wait for the register.
            let tail = (table(11, e) ^ table(10, f) ^ table(9, g) ^ table(8, h))
                ^ (table(7, i) ^ table(6, j) ^ table(5, k) ^ table(4, l))
                ^ (table(3, m) ^ table(2, n) ^ table(1, o) ^ table(0, p));
            let [a, b, c, d] = (register ^ u32::from_be_bytes([a, b, c, d])).to_be_bytes();
            register = tail ^ (table(15, a) ^ table(14, b)) ^ (table(13, c) ^ table(12, d));
        }
        for &byte in rest {
            let [first, ..] = register.to_be_bytes();
            register = (register << 8) ^ table(0, first ^ byte);
        }
        self.0 = register;
    }

    /// Adds the next bytes.
    #[cfg(feature = "simd")]
    pub fn update(&mut self, bytes: &[u8]) {
        let (generator, start) = (u64::from(GENERATOR), u64::from(self.0));
        let params = crc_fast::CrcParams::new("CRC-24/OPENPGP", 32, generator, start, false, 0, 0);
        let register = crc_fast::checksum_with_params(params, bytes);
        self.0 = u32::try_from(register).unwrap_or_default();
    }

    /// Returns the checksum of the bytes so far.
    pub const fn value(&self) -> u32 {
        self.0 >> 8
    }
}

impl Default for Crc24 {
    fn default() -> Self {
        Crc24::new()
    }
}
