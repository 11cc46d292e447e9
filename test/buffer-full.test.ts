import type { DisconnectReason, Peer, StreamSocketOptions } from '../ts/index.js'
import { Collected, collect, quiet, until, within } from './helpers/events.js'
import { fillTo } from './helpers/fill.js'
import { serve, type Server } from './helpers/sockets.js'
import { onEach } from './helpers/transports.js'

const KiB = 1024
const MiB = 1024 * KiB
const bound = 2 * MiB
const size = 64 * KiB
const charge = 128 + 4

/** Numbered messages until one is not taken; the number of that. */
function flood(peer: Peer, first = 0, most = 2_000): number {
  for (let i = first; i < most; i++) if (peer.send(numbered(i)) === null) return i
  return most
}

/** The first of them: as many as leave a kernel that takes no more and a queue with room for others. */
async function begin(peer: Peer): Promise<number> {
  let sent = 0
  await fillTo(peer, bound / 2, () => numbered(sent++))
  return sent
}

function numbered(i: number): Buffer {
  const data = Buffer.alloc(size, i)
  data.writeUInt32BE(i)
  return data
}

async function gets(far: Awaited<ReturnType<Server['connect']>>, count: number): Promise<boolean> {
  const all = await far.messages.atLeast(count)
  return all.slice(0, count).every((each, i) => each.equals(numbered(i)))
}

function noting(
  options: StreamSocketOptions<unknown>,
): [Collected<readonly [Peer, DisconnectReason]>, StreamSocketOptions<unknown>] {
  const reasons = new Collected<readonly [Peer, DisconnectReason]>()
  return [reasons, { ...options, disconnect: (peer, reason) => reasons.add([peer, reason]) }]
}

onEach("with 'disconnect', the default, a full queue ends the peer", async (t, row) => {
  const [reasons, options] = noting({ maxBufferedBytes: bound })
  const server = await serve(t, row, options)
  const [far, peer] = await server.meet({ paused: true })
  flood(peer)
  t.like((await reasons.next())[1], { code: 'BACKPRESSURE', truncated: false })
  t.false(peer.connected)
  t.is(peer.send('late'), null)
  far.resume()
  await within(Promise.race([far.ended, far.closed]), 'the far end is cut')
})

onEach("with 'drop' what is too much is not taken and told, and the rest arrives", async (t, row) => {
  const server = await serve(t, row, { maxBufferedBytes: bound, onBufferFull: 'drop' })
  const dropped = collect(server.socket, 'monitor', (event) => event)
  const [far, peer] = await server.meet({ paused: true })
  const taken = flood(peer, await begin(peer))
  t.true(peer.bufferedBytes >= bound)
  t.true(peer.bufferedBytes < bound + size + charge)
  t.is(peer.send('too much'), null)
  t.is(server.socket.stats().droppedMessages, 2)
  t.is(peer.stats().droppedMessages, 2)
  const events = dropped.all.filter(({ type }) => type === 'dropped')
  t.like(events, [{ routingId: peer.routingId, bytes: size }, { bytes: 8 }])
  far.resume()
  t.true(await gets(far, taken))
  t.true(peer.connected)
  peer.send(numbered(taken))
  t.true(await gets(far, taken + 1))
})

onEach("with 'error' send throws EAGAIN, and nothing else changes", async (t, row) => {
  const server = await serve(t, row, { maxBufferedBytes: bound, onBufferFull: 'error' })
  const [far, peer] = await server.meet({ paused: true })
  let taken = await begin(peer)
  const failure = t.throws(() => {
    for (; ; taken++) peer.send(numbered(taken))
  })
  t.like(failure, { name: 'MillraceError', code: 'EAGAIN' })
  for (const data of ['text', ['list'], Buffer.alloc(1)]) t.throws(() => peer.send(data), { code: 'EAGAIN' })
  t.is(server.socket.stats().droppedMessages, 0)
  far.resume()
  t.true(await gets(far, taken))
  t.is(peer.stats().messagesOut, taken)
})

onEach('the policy of the endpoint goes before that of the socket', async (t, row) => {
  const server = await serve(t, row, { maxBufferedBytes: bound, bind: { onBufferFull: 'error' } })
  const [, peer] = await server.meet({ paused: true })
  t.throws(() => flood(peer), { code: 'EAGAIN' })
  t.true(peer.connected)
})

onEach('empty messages fill a queue too', async (t, row) => {
  const server = await serve(t, row, { maxBufferedBytes: 64 * KiB, onBufferFull: 'error' })
  const [, peer] = await server.meet()
  let taken = 0
  t.throws(
    () => {
      for (; taken < 100_000; taken++) peer.send('')
    },
    { code: 'EAGAIN' },
  )
  t.true(taken >= (64 * KiB) / charge)
})

onEach(
  'above maxTotalBufferedBytes the fullest peer meets its policy, not the one that sends',
  async (t, row) => {
    const [reasons, options] = noting({ maxTotalBufferedBytes: 4 * MiB })
    const server = await serve(t, row, options)
    const [, fullest] = await server.meet({ paused: true })
    const [far, other] = await server.meet({ paused: true })
    await fillTo(fullest, 3 * MiB)
    let sent = 0
    while (reasons.all.length === 0 && sent < 400) {
      t.not(other.send(numbered(sent++)), null)
      if (server.socket.stats().queuedBytes >= 4 * MiB)
        await Promise.race([until(() => !fullest.connected, 'it is gone'), quiet(1_000)])
    }
    t.like(reasons.all, [[fullest, { code: 'BACKPRESSURE' }]])
    t.true(other.connected)
    far.resume()
    t.true(await gets(far, sent))
  },
)

onEach('the fullest peer that sends itself meets its own policy', async (t, row) => {
  const server = await serve(t, row, { maxTotalBufferedBytes: 3 * MiB, onBufferFull: 'error' })
  const [, small] = await server.meet({ paused: true })
  const [far, fullest] = await server.meet({ paused: true })
  let taken = 0
  t.throws(
    () => {
      for (; taken < 1_000; taken++) fullest.send(numbered(taken))
    },
    { code: 'EAGAIN' },
  )
  t.not(small.send('a small one goes on'), null)
  far.resume()
  t.true(await gets(far, taken))
})

onEach("a fullest peer with 'drop' keeps what it has, and another one is not held up", async (t, row) => {
  const server = await serve(t, row, { maxTotalBufferedBytes: 3 * MiB, onBufferFull: 'drop' })
  const [slow, fullest] = await server.meet({ paused: true })
  const [far, other] = await server.meet()
  const taken = flood(fullest)
  for (let i = 0; i < 10; i++) t.not(other.send(numbered(i)), null)
  t.true(await gets(far, 10))
  slow.resume()
  t.true(await gets(slow, taken))
})
