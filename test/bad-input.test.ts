import type { ExecutionContext } from 'ava'
import type { DisconnectReason } from '../ts/index.js'
import { Collected, quiet, turns, until, within } from './helpers/events.js'
import type { FarEnd } from './helpers/far-end.js'
import { framed, header } from './helpers/frames.js'
import { memory } from './helpers/memory.js'
import { serve, type Server, type ServerOptions } from './helpers/sockets.js'
import { onEach, onEachSerially, type Row } from './helpers/transports.js'

const MiB = 1024 * 1024

interface Scene {
  readonly server: Server
  readonly got: Collected<Buffer>
  readonly reasons: Collected<DisconnectReason>
  /** Fails the test if another connection has come to harm. */
  readonly unharmed: () => Promise<void>
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

onEach('a length over the limit ends the connection; what came before is delivered', async (t, row) => {
  for (const length of [1_001, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
    const { server, got, reasons, unharmed } = await scene(t, row, { maxMessageSize: 1_000 })
    const seen = got.all.length
    const far = await server.connect()
    far.sendRaw(
      Buffer.concat([framed('before'), framed(Buffer.alloc(1_000)), header(length), Buffer.alloc(50_000)]),
    )
    await seesOrderlyEnd(t, far)
    await until(() => reasons.all.some(({ code }) => code === 'EMSGSIZE'), 'EMSGSIZE')
    t.deepEqual(
      got.all.slice(seen).map(({ length }) => length),
      [6, 1_000],
    )
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
      ['reset', row.resetCode],
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
