import assert from 'node:assert'
import { randomBytes } from 'node:crypto'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { deferred, quiet, until, within } from './helpers/events.js'
import { collectGarbage } from './helpers/memory.js'
import { serve } from './helpers/sockets.js'
import { onEach, onEachSerially, onTcp } from './helpers/transports.js'

const KiB = 1024
const MiB = 1024 * KiB

onEach('what is received is a Buffer like any other', async (t, row) => {
  const got: Buffer[] = []
  const server = await serve(t, row, { message: (_peer, data) => void got.push(data) })
  const far = await server.connect()
  const sent = [0, 1, 100, 5_000, 70_000].map((size) => randomBytes(size))
  sent.forEach((each) => far.send(each))
  await until(() => got.length === sent.length, 'all arrive')
  sent.forEach((each, i) => {
    const data = got[i]!
    assert.deepStrictEqual(data, Buffer.from(each))
    t.true(Buffer.isBuffer(data) && data.constructor === Buffer)
    t.is(data.toString('hex'), each.toString('hex'))
    t.true(data.subarray(0, 1).equals(each.subarray(0, 1)))
    t.is(JSON.stringify(data.subarray(0, 9)), JSON.stringify(each.subarray(0, 9)))
  })
})

onEachSerially(
  'received Buffers keep their content while more arrives and garbage is collected',
  async (t, row) => {
    const kept: Buffer[] = []
    let count = 0
    const server = await serve(t, row, {
      message: (_peer, data) => {
        if (count++ % 7 === 0) kept.push(data)
      },
    })
    const fars = await Promise.all([server.connect(), server.connect(), server.connect()])
    const size = (i: number): number => (i % 50 === 0 ? 40_000 : (i * 37) % 700)
    for (let i = 0; i < 3_000; i++) {
      for (const far of fars) far.send(Buffer.alloc(size(i), i))
      if (i % 300 === 299) {
        await until(() => count === 3 * (i + 1), 'all arrive')
        await collectGarbage()
      }
    }
    for (const each of kept) t.true(each.every((byte) => byte === each[0]))
    const sizes = Array.from({ length: 3_000 }, (_, i) => size(i))
    t.true(kept.every((each) => sizes.includes(each.length)))
    t.is(kept.length, Math.ceil(9_000 / 7))
  },
)

onEach('a received Buffer may be changed without harm to others', async (t, row) => {
  const got: Buffer[] = []
  const server = await serve(t, row, {
    message: (_peer, data) => {
      got.push(Buffer.from(data))
      data.fill(0xff)
    },
  })
  const far = await server.connect()
  for (let i = 0; i < 1_000; i++) far.send(Buffer.alloc(i % 90, i))
  await until(() => got.length === 1_000, 'all arrive')
  got.forEach((each, i) => t.true(each.equals(Buffer.alloc(i % 90, i))))
})

/** What an application might try in order to move a message elsewhere. */
const thefts: Record<string, (data: Buffer<ArrayBuffer>) => Buffer | undefined> = {
  'structuredClone with transfer': (data) => Buffer.from(structuredClone(data, { transfer: [data.buffer] })),
  'structuredClone without': (data) => Buffer.from(structuredClone(data)),
  'postMessage with a transfer list': (data) => posted(data, [data.buffer]),
  'postMessage without': (data) => posted(data, []),
  'ArrayBuffer.prototype.transfer': (data) => {
    const { byteOffset, byteLength } = data
    const buffer = data.buffer as ArrayBuffer & { transfer?: () => ArrayBuffer }
    return buffer.transfer ? Buffer.from(buffer.transfer(), byteOffset, byteLength) : undefined
  },
}

function posted(data: Buffer<ArrayBuffer>, transfer: ArrayBuffer[]): Buffer {
  const { port1, port2 } = new MessageChannel()
  try {
    port1.postMessage(data, transfer)
    return Buffer.from((receiveMessageOnPort(port2) as { message: Uint8Array }).message)
  } finally {
    port1.close()
  }
}

for (const [name, steal] of Object.entries(thefts)) {
  onEach(
    `${name} of a received Buffer gives a clear error or the data, and harms no other`,
    async (t, row) => {
      const kept: Buffer[] = []
      let count = 0
      const attempt = (data: Buffer): void => {
        const before = Buffer.from(data)
        try {
          const stolen = steal(data as Buffer<ArrayBuffer>)
          if (stolen) t.true(stolen.equals(before))
        } catch (error) {
          t.regex(String(error), /transfer|copy|clone/i)
          t.true(data.equals(before))
        }
      }
      const server = await serve(t, row, {
        message: (_peer, data) => {
          if (count++ % 3 === 0) attempt(data)
          else kept.push(data)
        },
      })
      const [far, other] = [await server.connect(), await server.connect()]
      const size = (i: number): number => [0, 10, 300, 17_000, 66_000, 100_000][i % 6]!
      for (let i = 0; i < 300; i++) [far, other].forEach((each) => each.send(Buffer.alloc(size(i), i)))
      await until(() => count === 600, 'all arrive')
      t.is(kept.length, 400)
      for (const each of kept) t.true(each.every((byte) => byte === each[0]))
      t.deepEqual(
        [...new Set(kept.map((each) => each.length))].sort((a, b) => a - b),
        [0, 1, 2, 3, 4, 5].map(size),
      )
    },
  )
}

onEach('without a consumer records wait, reading stops at the mark, and nothing is lost', async (t, row) => {
  const mark = 256 * KiB
  const server = await serve(t, row, { receiveHighWaterMark: mark })
  const far = await server.connect()
  const sent = Array.from({ length: 320 }, (_, i) => Buffer.alloc(64 * KiB, i))
  sent.forEach((each) => far.send(each))
  await until(() => server.socket.stats().bytesIn >= mark / 2, 'some is read')
  await quiet(300)
  const { bytesIn } = server.socket.stats()
  t.true(bytesIn <= mark + 256 * KiB + 64 * KiB, `${bytesIn} bytes were read`)
  const got: Buffer[] = []
  server.socket.on('message', (_peer, data) => got.push(data))
  await until(() => got.length === sent.length, 'all arrive')
  got.forEach((each, i) => t.true(each.equals(sent[i]!)))
})

// The reset has the connection gone before anything is taken.
onTcp('what came between connecting and the first consumer is there, events included', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  far.send('one').send('two')
  await until(() => server.socket.stats().messagesIn === 2, 'both arrive')
  far.reset()
  await until(() => server.socket.stats().connections === 0, 'the reset is noticed')
  const said: string[] = []
  server.socket.on('disconnect', () => said.push('disconnect'))
  server.socket.on('message', (_peer, data) => said.push(data.toString()))
  await within(peer.closed, 'closed')
  t.deepEqual(said, ['one', 'two', 'disconnect'])
})

onEach('a consumer that goes leaves the rest to the next one', async (t, row) => {
  const got: string[] = []
  const server = await serve(t, row)
  const [far] = await server.meet()
  const take = (_peer: unknown, data: Buffer): void => {
    got.push(data.toString())
    if (got.length === 10) server.socket.off('message', take)
  }
  server.socket.on('message', take)
  for (let i = 0; i < 100; i++) far.send(String(i))
  await until(() => server.socket.stats().messagesIn === 100, 'all are read')
  // From I/O threads messages come after they have been counted.
  await until(() => got.length >= 10, 'the first ones arrive')
  await quiet()
  t.is(got.length, 10)
  server.socket.on('message', (_peer, data) => got.push(data.toString()))
  await until(() => got.length === 100, 'all arrive')
  t.deepEqual(
    got,
    Array.from({ length: 100 }, (_, i) => String(i)),
  )
})

onEach("a message whose handler's promise is pending counts as not taken", async (t, row) => {
  const mark = 256 * KiB
  const gate = deferred()
  const got: Buffer[] = []
  const server = await serve(t, row, {
    receiveHighWaterMark: mark,
    message: async (_peer, data) => {
      got.push(data)
      await gate.promise
    },
  })
  const far = await server.connect()
  for (let i = 0; i < (20 * MiB) / (32 * KiB); i++) far.send(Buffer.alloc(32 * KiB, i))
  await until(() => got.length * 32 * KiB >= mark, 'reading to the mark')
  await quiet(300)
  const { bytesIn } = server.socket.stats()
  t.true(bytesIn <= mark + 256 * KiB + 32 * KiB, `${bytesIn} bytes were read`)
  const free = await server.connect()
  free.send('another peer is read all the same')
  await until(() => got.some((each) => each.length < 100), 'the message of another peer')
  gate.resolve()
  await until(() => got.length === 641, 'all arrive')
  const own = got.filter((each) => each.length > 100)
  own.forEach((each, i) => t.true(each.equals(Buffer.alloc(32 * KiB, i))))
})

onEach('a handler that awaits each message gets them all in order', async (t, row) => {
  const got: string[] = []
  const server = await serve(t, row, {
    receiveHighWaterMark: 2_000,
    message: async (_peer, data) => {
      got.push(data.toString())
      await new Promise(setImmediate)
    },
  })
  const far = await server.connect()
  for (let i = 0; i < 2_000; i++) far.send(String(i))
  await until(() => got.length === 2_000, 'all arrive')
  t.deepEqual(
    got,
    Array.from({ length: 2_000 }, (_, i) => String(i)),
  )
})
