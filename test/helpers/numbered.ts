import { createCipheriv } from 'node:crypto'

/** The longest of them. */
const longest = 200 * 1024
const headBytes = 12
/** The same in every process. */
const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(2 * longest),
)

/** A well spread number of two. */
function mix(a: number, b: number): number {
  let x = Math.imul(a + 1, 0x9e37_79b1) ^ Math.imul(b + 1, 0x85eb_ca77)
  x = Math.imul(x ^ (x >>> 15), 0x2c1b_3c6d)
  x = Math.imul(x ^ (x >>> 13), 0x297a_2d39)
  return (x ^ (x >>> 16)) >>> 0
}

/** How long the messages are: most are short, a few long, one in 16 empty. */
export function sizeOf(stream: number, sequence: number, largest = longest): number {
  const chance = mix(stream, sequence)
  if (chance % 16 === 0) return 0
  if (chance % 1_024 === 1) return largest - (chance % 7)
  if (chance % 128 === 2) return (chance >>> 8) % (largest >>> 3)
  return (chance >>> 8) % 300
}

/** Message `sequence` of `stream`: stream, number and a check sum, as far as they fit, then noise. Both ends know all of it. */
export function numbered(stream: number, sequence: number, largest = longest): Buffer {
  const size = sizeOf(stream, sequence, largest)
  const data = Buffer.allocUnsafe(size)
  noise.copy(data, 0, startOf(stream, sequence), startOf(stream, sequence) + size)
  head(stream, sequence).copy(data)
  return data
}

/** Whether `data` is that message, byte for byte. */
export function isNumbered(data: Buffer, stream: number, sequence: number, largest = longest): boolean {
  const size = sizeOf(stream, sequence, largest)
  if (data.length !== size) return false
  const known = Math.min(size, headBytes)
  if (data.compare(head(stream, sequence), 0, known, 0, known) !== 0) return false
  const start = startOf(stream, sequence)
  return size <= headBytes || data.compare(noise, start + headBytes, start + size, headBytes) === 0
}

function startOf(stream: number, sequence: number): number {
  return mix(sequence, stream) % longest
}

const heads = Buffer.alloc(headBytes)
function head(stream: number, sequence: number): Buffer {
  heads.writeUInt32LE(stream, 0)
  heads.writeUInt32LE(sequence, 4)
  heads.writeUInt32LE(mix(stream, ~sequence), 8)
  return heads
}
