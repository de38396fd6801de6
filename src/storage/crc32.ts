/** CRC-32 (IEEE 802.3, reflected, as in gzip). Node's own exists from 20.15 and 22.2 only, and we also run on 22.0. */

/** x^32 + x^26 + … + 1 with its bits reversed. */
const POLYNOMIAL = 0xedb88320;

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
  }
  return remainder;
});

/** Checksum of bytes `from` to `to` (excluded), an integer from 0 to 2^32 − 1. */
export function crc32(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let remainder = -1;
  for (let i = from; i < to; i++) remainder = TABLE[(remainder ^ bytes[i]) & 0xff] ^ (remainder >>> 8);
  return ~remainder >>> 0;
}
