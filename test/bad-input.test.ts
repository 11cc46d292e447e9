import type { ExecutionContext } from 'ava'
import type { DisconnectReason, Peer } from '../ts/index.js'
import { Collected, quiet, turns, until, within } from './helpers/events.js'
import type { FarEnd } from './helpers/far-end.js'
import { framed, header } from './helpers/frames.js'
import { memory } from './helpers/memory.js'
import { makeSocket, serve, type Server, type ServerOptions } from './helpers/sockets.js'
import { onEach, onEachSerially, type Row } from './helpers/transports.js'

const MiB = 1024 * 1024
const invalid = { code: 'ERR_MILLRACE_INVALID_OPTION' }

interface Scene {
  readonly server: Server
  readonly got: Collected<Buffer>
  readonly reasons: Collected<DisconnectReason>
  /** Fails the test if another connection has come to harm. */
  unharmed(): Promise<void>
}

/** An echo server with a connection that behaves, beside the one that does not. */
async function scene(t: ExecutionContext, row: Row, options: ServerOptions = {}): Promise<Scene> {
  const got = new Collected<Buffer>()
  const reasons = new Collected<DisconnectReason>()
  const server = await serve(t, row, {
    message: (peer, data) => {
      got.add(data)
      peer.send(data)
    },
    disconnect: (_peer, reason) => reasons.add(reason),
    ...options,
  })
  const good = await server.connect()
  const unharmed = async (): Promise<void> => {
    t.is((await good.send('well?').next()).toString(), 'well?')
    const fresh = await server.connect()
    t.is((await fresh.send('anybody?').next()).toString(), 'anybody?')
    await fresh.finish()
  }
  await unharmed()
  return { server, got, reasons, unharmed }
}

/** The end as the far end is to see it: in order, everything read. */
async function seesOrderlyEnd(t: ExecutionContext, far: FarEnd): Promise<void> {
  await within(far.ended, 'FIN')
  await far.finish()
  t.deepEqual(await far.closed, { code: undefined })
}

onEach('a length over the limit ends the connection; what came before is answered', async (t, row) => {
  for (const length of [1_001, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
    const { server, got, reasons, unharmed } = await scene(t, row, { maxMessageSize: 1_000 })
    const seen = got.all.length
    const far = await server.connect()
    far.sendRaw(
      Buffer.concat([framed('before'), framed(Buffer.alloc(1_000)), header(length), Buffer.alloc(50_000)]),
    )
    t.is((await far.next()).toString(), 'before')
    t.is((await far.next()).length, 1_000)
    await seesOrderlyEnd(t, far)
    await until(() => reasons.all.some(({ code }) => code === 'EMSGSIZE'), 'EMSGSIZE')
    t.is(got.all.length, seen + 2)
    await unharmed()
  }
})

onEachSerially('lengths announced with nothing behind them cost no memory', async (t, row) => {
  const { server, unharmed } = await scene(t, row, { maxMessageSize: 0xffff_ffff })
  const before = await memory()
  const fars = await Promise.all(Array.from({ length: 200 }, () => server.connect()))
  fars.forEach((far) => far.sendRaw(header(0xffff_ffff)))
  await Promise.all(fars.map((far) => far.flushed()))
  await quiet(300)
  const after = await memory()
  t.true(after.buffers - before.buffers < 32 * MiB, `${after.buffers - before.buffers} bytes of buffers`)
  t.true(after.rss - before.rss < 200 * MiB, `${after.rss - before.rss} bytes of the process`)
  t.is(server.socket.stats().connections, 201)
  await unharmed()
})

onEachSerially('memory for a message grows with what has arrived', async (t, row) => {
  const { server, reasons, unharmed } = await scene(t, row, { maxMessageSize: 1024 * MiB })
  const before = await memory()
  const far = await server.connect()
  far.sendRaw(header(1024 * MiB)).sendRaw(Buffer.alloc(3 * MiB, 1))
  await far.flushed()
  await quiet(300)
  const after = await memory()
  t.true(after.buffers - before.buffers < 32 * MiB, `${after.buffers - before.buffers} bytes of buffers`)
  await unharmed()
  far.end()
  t.like(await reasons.atLeast(3), { 2: { code: 'PEER_CLOSED', truncated: true } })
})

onEachSerially(
  'a message that stops short of its length is dropped and its memory returned',
  async (t, row) => {
    const { server, got, reasons, unharmed } = await scene(t, row)
    const before = await memory()
    for (const leave of [(far: FarEnd) => far.end(), (far: FarEnd) => far.reset()]) {
      const seen = [got.all.length, reasons.all.length] as const
      const far = await server.connect()
      far.sendRaw(header(16 * MiB)).sendRaw(Buffer.alloc(15 * MiB))
      await far.flushed()
      await unharmed()
      leave(far)
      await until(() => reasons.all.some((each, i) => i >= seen[1] && each.truncated), 'a truncated end')
      t.is(got.all.slice(seen[0]).filter((each) => each.length > 100).length, 0)
    }
    await unharmed()
    await turns()
    const after = await memory()
    t.true(after.buffers - before.buffers < 40 * MiB, `${after.buffers - before.buffers} bytes of buffers`)
  },
)

onEach('an end inside the length or the message is truncated, a reset too', async (t, row) => {
  const { server, reasons, unharmed } = await scene(t, row)
  const part = framed('never complete')
  for (const cut of [1, 3, 4, 5, part.length - 1]) {
    for (const [leave, code] of [
      ['end', 'PEER_CLOSED'],
      ['reset', 'ECONNRESET'],
    ] as const) {
      const count = reasons.all.length
      const [far, peer] = await server.meet()
      far.send('whole')
      t.is((await far.next()).toString(), 'whole')
      far.sendRaw(part.subarray(0, cut))
      await far.flushed()
      await quiet(30)
      far[leave]()
      t.like(await within(peer.closed, 'closed'), { code, truncated: true })
      t.is(reasons.all.length, count + 1)
    }
  }
  await unharmed()
})

onEach('resets at every moment harm nobody', async (t, row) => {
  const { server, unharmed } = await scene(t, row)
  for (let i = 0; i < 60; i++) {
    const far = await server.connect({ paused: i % 2 === 0 })
    if (i % 3 !== 0)
      far.sendRaw(Buffer.concat([framed(Buffer.alloc(i * 2_000)), header(900_000), Buffer.alloc(i * 1_000)]))
    if (i % 4 === 0) await far.flushed()
    far.reset()
  }
  await unharmed()
  await until(() => server.socket.stats().connections <= 2, 'all are noticed')
  await unharmed()
})

onEach('noise is cut off and harms nobody', async (t, row) => {
  const { server, reasons, unharmed } = await scene(t, row)
  const noise = [
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01',
    '\xff'.repeat(1_000),
    'SSH-2.0-x\r\n',
  ]
  for (const each of noise) {
    const far = await server.connect()
    far.sendRaw(Buffer.from(each, 'latin1')).end()
    await within(far.closed, 'the end')
  }
  await until(() => reasons.all.length >= noise.length, 'all are gone')
  await unharmed()
})

onEach('a peer that never reads is ended, the others go on', async (t, row) => {
  const { server, reasons, unharmed } = await scene(t, row)
  const [far, peer] = await server.meet({ paused: true })
  const sending = (async () => {
    while (peer.send(Buffer.alloc(MiB)) !== null) await turns(1)
  })()
  await within(sending, 'the end of sending')
  await until(() => reasons.all.some(({ code }) => code === 'BACKPRESSURE'), 'BACKPRESSURE')
  await unharmed()
  far.destroy()
})

onEach('a payload of the wrong kind is a TypeError', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  const wrong = [
    undefined,
    null,
    42,
    7n,
    true,
    Symbol('x'),
    {},
    () => 'x',
    [1],
    ['x', null],
    [['x']],
    new Map(),
    Promise.resolve('x'),
  ]
  for (const each of wrong) {
    const data = each as unknown as string
    t.throws(() => peer.send(data), { instanceOf: TypeError, ...invalid })
    t.throws(() => server.socket.send(1, data), { instanceOf: TypeError, ...invalid })
    t.throws(() => server.socket.send(99, data), { instanceOf: TypeError, ...invalid })
    await t.throwsAsync(peer.sendAsync(data), { instanceOf: TypeError, ...invalid })
  }
  t.is(peer.send('still well'), true)
  t.is((await far.next()).toString(), 'still well')
})

onEach('a receiver of the wrong kind is a TypeError', async (t, row) => {
  const server = await serve(t, row)
  const [, stranger] = await (await serve(t, row)).meet()
  for (const each of ['1', undefined, null, {}, 1n, stranger]) {
    const to = each as unknown as Peer
    t.throws(() => server.socket.send(to, 'x'), { instanceOf: TypeError, ...invalid })
    await t.throwsAsync(server.socket.sendAsync(to, 'x'), { instanceOf: TypeError, ...invalid })
    await t.throwsAsync(server.socket.disconnect(to), { instanceOf: TypeError, ...invalid })
  }
})

onEach('a message over maxMessageSize is a RangeError, one of exactly that size goes', async (t, row) => {
  const server = await serve(t, row, { maxMessageSize: 30_000 })
  const [far, peer] = await server.meet()
  const tooLong = [
    'x'.repeat(30_001),
    Buffer.alloc(30_001),
    ['x'.repeat(30_000), 'y'],
    'é'.repeat(15_001),
    new Float64Array(3_751),
  ]
  for (const each of tooLong) {
    t.throws(() => peer.send(each), { instanceOf: RangeError, ...invalid })
    await t.throwsAsync(peer.sendAsync(each), { instanceOf: RangeError, ...invalid })
  }
  for (const each of ['x'.repeat(30_000), Buffer.alloc(30_000), ['x', Buffer.alloc(29_999)]])
    t.is(peer.send(each), true)
  for (let i = 0; i < 3; i++) t.is((await far.next()).length, 30_000)
})

onEach('after close sending answers null, and only bind and connect fail', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  void far.ended.then(() => void far.end())
  const { socket } = server
  const closing = socket.close()
  for (let i = 0; i < 2; i++) {
    t.is(peer.send('x'), null)
    t.is(socket.send(peer, 'x'), null)
    t.is(socket.send(peer.routingId, 'x'), null)
    t.false(await socket.sendAsync(peer.routingId, 'x'))
    await within(peer.drained(), 'drained')
    await t.throwsAsync(socket.bind(row.endpoint), { code: 'ERR_MILLRACE_CLOSED' })
    await t.throwsAsync(socket.connect('tcp://127.0.0.1:1'), { code: 'ERR_MILLRACE_CLOSED' })
    await within(closing, 'close')
  }
  socket.flush()
  await socket.disconnect(peer)
  await makeSocket(t, row).close()
})
