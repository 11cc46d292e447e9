import type { DisconnectReason, Peer } from '../ts/index.js'
import { Collected, collect, patience, quiet, until, within } from './helpers/events.js'
import { fill } from './helpers/fill.js'
import { serve } from './helpers/sockets.js'
import { onEach, onEachSerially } from './helpers/transports.js'
import { startWatcher } from './helpers/watcher.js'

const KiB = 1024
const MiB = 1024 * KiB
const block = Buffer.alloc(64 * KiB, 'x')
const charge = 128 + 4

onEach('send answers false from sendHighWaterMark on, and drain comes at half of it', async (t, row) => {
  const mark = 512 * KiB
  const queued: number[] = []
  const server = await serve(t, row, {
    sendHighWaterMark: mark,
    drain: (peer) => void queued.push(peer.bufferedBytes),
  })
  const drained = collect(server.socket, 'drain', (peer) => peer)
  const [far, peer] = await server.meet({ paused: true })
  const { taken, answer } = await fill(peer)
  t.is(answer, false)
  t.true(peer.bufferedBytes >= mark)
  t.true(peer.bufferedBytes < mark + block.length + charge)
  t.is(peer.send('one more'), false)
  await quiet()
  // With I/O threads the kernel takes what is on its way to it while the queue is being filled.
  const before = queued.length
  if (row.threads === 0) t.is(before, 0)
  far.resume()
  t.deepEqual(await drained.atLeast(before + 1), Array<Peer>(before + 1).fill(peer))
  t.true(queued.every((each) => each <= mark / 2))
  await far.messages.atLeast(taken + 1)
  await until(() => peer.bufferedBytes === 0, 'the queue is empty')
  t.is(queued.length, before + 1)
  t.is(peer.send('small'), true)
})

onEach('drain comes for every wait, and never without one', async (t, row) => {
  const server = await serve(t, row, { sendHighWaterMark: 100 * KiB })
  const drained = collect(server.socket, 'drain', (peer) => peer)
  const [far, peer] = await server.meet({ paused: true })
  let waits = 0
  for (let i = 1; i <= 5; i++) {
    far.pause()
    t.is((await fill(peer)).answer, false)
    waits = drained.all.length + 1
    far.resume()
    await drained.atLeast(waits, 'drain')
    await until(() => peer.bufferedBytes === 0, 'the queue is empty')
  }
  for (let i = 0; i < 50; i++) {
    peer.send('x')
    await until(() => peer.bufferedBytes === 0, 'sent')
  }
  t.is(drained.all.length, waits)
})

onEach('sending on in drain loses nothing', async (t, row) => {
  const total = 500
  let sent = 0
  const pump = (peer: Peer): void => {
    while (sent < total && peer.send(Buffer.alloc(20 * KiB, sent++)) === true);
  }
  const server = await serve(t, row, { sendHighWaterMark: 128 * KiB, connect: pump, drain: pump })
  const far = await server.connect()
  for (let i = 0; i < total; i++) t.true((await far.next()).equals(Buffer.alloc(20 * KiB, i)))
})

onEach('sendAsync resolves true when there is room again', async (t, row) => {
  const server = await serve(t, row, { sendHighWaterMark: 256 * KiB })
  const [far, peer] = await server.meet({ paused: true })
  t.true(await peer.sendAsync('room'))
  await fill(peer)
  let resolved = false
  const waiting = peer.sendAsync('waits').then((taken) => {
    resolved = true
    return taken
  })
  await quiet()
  t.false(resolved)
  far.resume()
  t.true(await within(waiting, 'sendAsync'))
  t.true(peer.bufferedBytes <= 128 * KiB)
})

onEach('sendAsync resolves false when the peer goes, drained resolves', async (t, row) => {
  const server = await serve(t, row, { sendHighWaterMark: 256 * KiB, message: () => undefined })
  const [far, peer] = await server.meet({ paused: true })
  await fill(peer)
  const waiting = [peer.sendAsync('waits'), server.socket.sendAsync(peer.routingId, 'waits too')]
  const drained = peer.drained()
  far.reset()
  t.deepEqual(await within(Promise.all(waiting), 'sendAsync'), [false, false])
  await within(drained, 'drained')
  t.false(await peer.sendAsync('late'))
})

onEach('drained resolves at half, and at once when nothing has to be waited for', async (t, row) => {
  const server = await serve(t, row, { sendHighWaterMark: 256 * KiB })
  const [far, peer] = await server.meet({ paused: true })
  await within(peer.drained(), 'nothing to wait for')
  await fill(peer)
  const drained = peer.drained()
  far.resume()
  await within(drained, 'drained')
  t.true(peer.bufferedBytes <= 128 * KiB)
  t.is(peer.send('room'), true)
})

for (const [name, limits] of Object.entries({
  'with the bound above the mark': { sendHighWaterMark: 100 * KiB, maxBufferedBytes: 400 * KiB },
  'with the bound at the mark': { sendHighWaterMark: 400 * KiB, maxBufferedBytes: 400 * KiB },
  'with the bound below the mark': { maxBufferedBytes: 400 * KiB },
})) {
  onEach(`sendAsync waits rather than trip the policy, and keeps the order, ${name}`, async (t, row) => {
    const server = await serve(t, row, limits)
    const [far, peer] = await server.meet({ paused: true })
    const sent = Array.from({ length: 300 }, (_, i) => peer.sendAsync(Buffer.alloc(50 * KiB, i)))
    await quiet()
    t.true(peer.connected)
    t.true(peer.bufferedBytes <= 400 * KiB + 50 * KiB + charge)
    far.resume()
    for (let i = 0; i < sent.length; i++) t.true((await far.next()).equals(Buffer.alloc(50 * KiB, i)))
    t.true((await within(Promise.all(sent), 'sendAsync')).every(Boolean))
  })
}

onEach('a slow peer does not delay another', async (t, row) => {
  const server = await serve(t, row, { message: (peer, data) => void peer.send(data) })
  const [slow, stuck] = await server.meet({ paused: true })
  await fill(stuck)
  const far = await server.connect()
  for (let i = 0; i < 500; i++) {
    far.send(String(i))
    t.is((await far.next()).toString(), String(i))
  }
  t.true(stuck.connected)
  slow.destroy()
})

// Alone, as the next one: where this thread stands still far ends read nothing, which I/O threads see.
onEachSerially(
  'a queue that makes no progress for sendTimeout ends the peer, a slow one does not',
  async (t, row) => {
    const reasons = new Collected<readonly [Peer, DisconnectReason]>()
    const server = await serve(t, row, {
      sendTimeout: 1_000,
      maxBufferedBytes: 64 * MiB,
      disconnect: (peer, reason) => reasons.add([peer, reason]),
    })
    const [slow, going] = await server.meet({ paused: true })
    const [, stuck] = await server.meet({ paused: true })
    for (const peer of [going, stuck]) for (let i = 0; i < 24; i++) peer.send(Buffer.alloc(MiB))
    const sips = setInterval(() => {
      slow.resume()
      slow.socket.once('data', () => slow.pause())
    }, 10)
    t.teardown(() => clearInterval(sips))
    const [peer, reason] = await reasons.next('a time-out')
    t.is(peer, stuck)
    t.like(reason, { code: 'TIMEOUT', truncated: false })
    clearInterval(sips)
    slow.resume()
    await slow.messages.atLeast(24)
    t.true(going.connected)
  },
)

onEachSerially('sendTimeout does not end a peer that has nothing queued', async (t, row) => {
  const server = await serve(t, row, { sendTimeout: 1_000 })
  const [far, peer] = await server.meet()
  while (peer.send(block) === true);
  await until(() => peer.bufferedBytes === 0, 'the queue is empty')
  await quiet(1_500)
  t.true(peer.connected)
  const before = far.messages.all.length
  peer.send('still here')
  await far.messages.atLeast(before + 1)
})

onEachSerially('after a stall of this side nobody is blamed who has read meanwhile', async (t, row) => {
  const server = await serve(t, row, { sendTimeout: 200, maxBufferedBytes: 64 * MiB })
  const watcher = await startWatcher(server.where)
  t.teardown(() => watcher.stop())
  await until(() => server.socket.peers.size === 1, 'the watcher connects')
  const peer = [...server.socket.peers.values()][0]!
  const total = 32 * (MiB + 4)
  for (let i = 0; i < 32; i++) peer.send(Buffer.alloc(MiB))
  const early = watcher.waitFor(Number.MAX_SAFE_INTEGER, 800)
  t.true(early > 0)
  // I/O threads go on writing.
  if (row.threads === 0) t.true(peer.bufferedBytes > 0)
  else t.is(watcher.waitFor(total, patience), total)
  await until(() => peer.bufferedBytes === 0, 'the queue is empty')
  t.true(peer.connected)
  t.is(watcher.waitFor(total, patience), total)
})
