import { randomBytes } from 'node:crypto'
import type { ExecutionContext } from 'ava'
import type { Payload } from '../ts/index.js'
import { serve } from './helpers/sockets.js'
import { onEach, type Row } from './helpers/transports.js'

/** Sends each and compares what arrives. */
async function arrives(
  t: ExecutionContext,
  row: Row,
  cases: readonly (readonly [Payload, Uint8Array | string])[],
): Promise<void> {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  for (const [payload] of cases) t.not(peer.send(payload), null)
  for (const [, expected] of cases) t.true((await far.next()).equals(Buffer.from(expected)))
}

const shared = new SharedArrayBuffer(5)
new Uint8Array(shared).set([9, 8, 7, 6, 5])
const bytes = Uint8Array.from({ length: 64 }, (_, i) => i)
const kib = (count: number): Buffer => randomBytes(count * 1024)

onEach('strings are sent as UTF-8', async (t, row) => {
  const texts = [
    '',
    'x',
    'grüß',
    '漢字',
    '🙂🙃',
    'a\0b',
    'é'.repeat(100_000),
    'x'.repeat(1_000_000),
    'ab🙂'.repeat(7_000),
  ]
  await arrives(
    t,
    row,
    texts.map((text) => [text, text]),
  )
})

onEach('a lone surrogate is sent as U+FFFD, as Buffer.from does it', async (t, row) => {
  const texts = ['\ud800', 'a\udc00b', '\ud83d', '\udc00\ud800', '🙂\ud83d'.repeat(5_000)]
  await arrives(
    t,
    row,
    texts.flatMap((text) => [[text, Buffer.from(text)] as const, [[text], Buffer.from(text)] as const]),
  )
})

onEach('every view of memory is sent as the bytes it shows', async (t, row) => {
  const memory = bytes.buffer
  const views = [
    Buffer.from(bytes),
    bytes,
    new Uint8Array(memory, 3, 5),
    new Int8Array(memory, 1, 9),
    new Uint8ClampedArray(memory, 2, 3),
    new Uint16Array(memory, 2, 7),
    new Int32Array(memory, 8, 4),
    new Float32Array([1.5, -2]),
    new Float64Array([Math.PI]),
    new BigInt64Array([-1n, 5n]),
    new BigUint64Array([7n]),
    new DataView(memory, 5, 11),
    new Uint8Array(shared, 1, 3),
  ]
  await arrives(
    t,
    row,
    views.map((view) => [view, new Uint8Array(view.buffer, view.byteOffset, view.byteLength)]),
  )
})

onEach('an ArrayBuffer and a SharedArrayBuffer are sent whole', async (t, row) => {
  await arrives(t, row, [
    [bytes.buffer, bytes],
    [shared, new Uint8Array(shared)],
    [new ArrayBuffer(0), ''],
    [new SharedArrayBuffer(0), ''],
  ])
})

onEach('empty payloads of every kind are empty messages', async (t, row) => {
  const empty = [
    '',
    Buffer.alloc(0),
    new Uint16Array(0),
    new DataView(new ArrayBuffer(0)),
    [],
    [''],
    ['', new Uint8Array(0)],
  ]
  await arrives(
    t,
    row,
    empty.map((each) => [each, '']),
  )
})

onEach('a list is one message, gathered in order', async (t, row) => {
  const kinds = [
    'é',
    new Uint16Array([1, 2]),
    new DataView(bytes.buffer, 1, 2),
    shared,
    bytes.buffer,
    Buffer.from('end'),
  ]
  const big = [kib(9), kib(20), kib(1), kib(300)]
  await arrives(t, row, [
    [kinds, Buffer.concat(kinds.map((each) => toBytes(each)))],
    [big, Buffer.concat(big)],
    [[big[0]!], big[0]!],
    [[...big, '', 'tail'], Buffer.concat([...big, Buffer.from('tail')])],
  ])
})

onEach('a list of 2000 chunks is one message, small chunks or large', async (t, row) => {
  for (const size of [0, 1, 100, 4_000]) {
    const chunks = Array.from({ length: 2_000 }, () => randomBytes(size))
    await arrives(t, row, [[chunks, Buffer.concat(chunks)]])
  }
})

onEach('lists of up to and over the parts of one system call', async (t, row) => {
  const cases = [61, 62, 63, 64, 65, 1024, 1025].map((count) => Array.from({ length: count }, () => kib(1)))
  await arrives(
    t,
    row,
    cases.map((chunks) => [chunks, Buffer.concat(chunks)]),
  )
})

onEach('a detached payload is an empty message', async (t, row) => {
  const data = new Uint8Array(10)
  structuredClone(data, { transfer: [data.buffer] })
  await arrives(t, row, [
    [data, ''],
    [[data, 'x'], 'x'],
  ])
})

function toBytes(chunk: string | NodeJS.ArrayBufferView | ArrayBuffer | SharedArrayBuffer): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk)
  return ArrayBuffer.isView(chunk)
    ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    : new Uint8Array(chunk)
}
