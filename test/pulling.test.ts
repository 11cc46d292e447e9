import type { Peer } from '../ts/index.js'
import { quiet, until, within } from './helpers/events.js'
import { memory } from './helpers/memory.js'
import { nextOf } from './helpers/records.js'
import { serve } from './helpers/sockets.js'
import { onEach, onEachSerially } from './helpers/transports.js'

const KiB = 1024
const mark = 64 * KiB
/** What each message is charged beside its bytes. */
const charge = 128
/** One read may go past the mark. */
const slack = 300 * KiB

/** Waits until nothing comes in any more; how much that was. */
async function settled(peer: Peer): Promise<number> {
  let before: number
  do {
    before = peer.stats().bytesIn
    await quiet(100)
  } while (peer.stats().bytesIn !== before)
  return before
}

onEach(
  'a consumer that stops is not read for: bytesIn stops at the mark, other peers go on',
  async (t, row) => {
    const server = await serve(t, row, { receiveHighWaterMark: mark })
    const [flood, slow] = await server.meet()
    const [far, other] = await server.meet()
    const records = slow.records()
    const message = Buffer.alloc(1_000, 'x')
    for (let i = 0; i < 8_000; i++) flood.send(message)
    t.is((await nextOf(records)).data.length, 1_000)
    const stopped = await settled(slow)
    t.true(stopped < mark + slack, `${stopped}`)
    for (let i = 0; i < 100; i++) {
      far.send(String(i))
      t.is((await within(other.receive(), 'receive()'))?.data.toString(), String(i))
    }
    t.is(slow.stats().bytesIn, stopped)
    for (let i = 1; i < 8_000; i++) if (!(await nextOf(records)).data.equals(message)) t.fail(`${i}`)
    t.is(slow.stats().bytesIn, 8_000_000)
  },
)

onEach('without any consumer reading stops at the mark too, and goes on with the first', async (t, row) => {
  const server = await serve(t, row, { receiveHighWaterMark: mark })
  const [flood, peer] = await server.meet()
  for (let i = 0; i < 4_000; i++) flood.send(Buffer.alloc(1_000, i))
  const stopped = await settled(peer)
  t.true(stopped > 0 && stopped < mark + slack, `${stopped}`)
  let count = 0
  for await (const batch of server.socket.batches()) {
    count += batch.filter(({ type }) => type === 'message').length
    if (count === 4_000) break
  }
  t.is(peer.stats().messagesIn, 4_000)
})

onEach('a message counts as taken when the next one is asked for', async (t, row) => {
  const size = 100 * KiB
  const server = await serve(t, row, { receiveHighWaterMark: size })
  const [far, peer] = await server.meet()
  const messages = peer[Symbol.asyncIterator]()
  for (let i = 0; i < 6; i++) far.send(Buffer.alloc(size, i))
  for (let i = 0; i < 6; i++) {
    t.is((await nextOf(messages))[0], i)
    await quiet(60)
    // It alone is at the mark: nothing further has been read to its end.
    t.is(peer.stats().messagesIn, i + 1)
  }
})

onEach('receive() takes what it gives at once', async (t, row) => {
  const size = 100 * KiB
  const server = await serve(t, row, { receiveHighWaterMark: size })
  const [far, peer] = await server.meet()
  for (let i = 0; i < 3; i++) far.send(Buffer.alloc(size, i))
  t.is((await within(peer.receive(), 'receive()'))?.data[0], 0)
  await until(() => peer.stats().messagesIn === 2, 'the next is read')
  await quiet(60)
  t.is(peer.stats().messagesIn, 2)
})

onEach('a peer that half-closed gets the answer to each message of a loop', async (t, row) => {
  const server = await serve(t, row, {
    async connect(peer) {
      for await (const data of peer) {
        await quiet(5)
        await peer.sendAsync(`echo ${data.toString()}`)
      }
    },
  })
  const far = await server.connect()
  for (let i = 0; i < 20; i++) far.send(String(i))
  far.end()
  for (let i = 0; i < 20; i++) t.is((await far.next()).toString(), `echo ${i}`)
  t.deepEqual(await within(far.closed, 'the connection ends'), { code: undefined })
})

onEach('the same with a loop over the socket', async (t, row) => {
  const server = await serve(t, row)
  const far = await server.connect()
  far.send('a').send('b').end()
  const seen: string[] = []
  for await (const record of server.socket) {
    seen.push(record.type)
    if (record.type === 'disconnect') break
    await quiet(20)
    if (record.type === 'message') record.peer.send(record.data)
  }
  t.deepEqual(seen, ['connect', 'message', 'message', 'disconnect'])
  t.is((await far.next()).toString(), 'a')
  t.is((await far.next()).toString(), 'b')
})

onEachSerially(
  'fifty peers against a loop that takes one message at a time: all comes, within the marks',
  async (t, row) => {
    const peers = 50
    const each = 400
    const size = 2_000
    const total = 512 * KiB
    const server = await serve(t, row, { receiveHighWaterMark: mark, totalReceiveHighWaterMark: total })
    const before = await memory()
    const expected = new Map<number, number>()
    for (let i = 0; i < peers; i++) {
      const [far, peer] = await server.meet()
      expected.set(peer.routingId, 0)
      for (let k = 0; k < each; k++) {
        const data = Buffer.alloc(size, i)
        data.writeUInt32LE(k)
        far.send(data)
      }
    }
    let taken = 0
    let most = 0
    for await (const record of server.socket) {
      if (record.type !== 'message') continue
      const next = expected.get(record.peer.routingId)!
      if (record.data.readUInt32LE() !== next) t.fail(`message ${next} of ${record.peer.routingId}`)
      expected.set(record.peer.routingId, next + 1)
      taken++
      const { bytesIn, messagesIn } = server.socket.stats()
      most = Math.max(most, bytesIn + messagesIn * charge - taken * (size + charge))
      if (taken === peers * each) break
      if (taken % 50 === 0) await quiet(1)
    }
    // Past the mark each peer may still deliver what one read brings.
    t.true(most <= total + peers * slack, `${most}`)
    const after = await memory()
    t.true(after.buffers - before.buffers < 64 * KiB * KiB, `${after.buffers - before.buffers}`)
  },
)
