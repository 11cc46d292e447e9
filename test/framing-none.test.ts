import { createHash } from 'node:crypto'
import test from 'ava'
import type { BindOptions } from '../ts/index.js'
import { Collected, until, within } from './helpers/events.js'
import type { FarEnd } from './helpers/far-end.js'
import { farServer, makeSocket, serve } from './helpers/sockets.js'
import { onEach, rows, whereOf } from './helpers/transports.js'

const KiB = 1024
const MiB = 1024 * KiB
const bind: BindOptions = { framing: 'none' }

/** Everything that arrives at a far end from now on, as it comes. */
function listenTo(far: FarEnd): { all(): Buffer; bytes(): number } {
  const parts: Buffer[] = []
  let count = 0
  far.socket.on('data', (bytes: Buffer) => {
    parts.push(bytes)
    count += bytes.length
  })
  return { all: () => Buffer.concat(parts), bytes: () => count }
}

onEach('with framing none bytes come as they arrive and leave as they are', async (t, row) => {
  const got: Buffer[] = []
  const server = await serve(t, row, { bind, message: (_peer, data) => void got.push(data) })
  const [far, peer] = await server.meet()
  const heard = listenTo(far)
  far.sendRaw('a line\n').sendRaw(Buffer.from([0, 0, 0, 1]))
  await until(() => Buffer.concat(got).length === 11, 'the bytes arrive')
  t.is(Buffer.concat(got).toString('latin1'), 'a line\n\0\0\0\x01')
  t.true(peer.send('one'))
  t.true(peer.send(Buffer.from('two')))
  t.true(peer.send(['th', 'ree']))
  await until(() => heard.bytes() === 11, 'the answer arrives')
  t.is(heard.all().toString(), 'onetwothree')
})

onEach('an empty message of framing none is taken and puts nothing on the wire', async (t, row) => {
  const server = await serve(t, row, { bind, sendHighWaterMark: 1 })
  const [far, peer] = await server.meet()
  const heard = listenTo(far)
  for (const empty of ['', Buffer.alloc(0), [], ['', '']]) t.true(peer.send(empty))
  t.true(await peer.sendAsync(''))
  t.is(peer.bufferedBytes, 0)
  t.is(peer.stats().messagesOut, 0)
  peer.send('end')
  await until(() => heard.bytes() !== 0, 'what is not empty')
  t.is(heard.all().toString(), 'end')
  await far.finish()
  await peer.closed
  t.is(peer.send(''), null)
})

onEach('large amounts pass in both directions without framing', async (t, row) => {
  const data = Buffer.alloc(8 * MiB, Buffer.from(Array.from({ length: 251 }, (_, i) => i)))
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
  const server = await serve(t, row, {
    bind,
    message: (peer, bytes) => peer.sendAsync(bytes).then(() => undefined),
  })
  const [far] = await server.meet()
  const heard = listenTo(far)
  far.sendRaw(data)
  await until(() => heard.bytes() >= data.length, 'all comes back')
  t.is(digest(heard.all()), digest(data))
})

onEach('no record of framing none is longer than maxMessageSize, and no send may be', async (t, row) => {
  const sizes: number[] = []
  const server = await serve(t, row, {
    bind: { ...bind, maxMessageSize: 1000 },
    message: (_peer, data) => void sizes.push(data.length),
  })
  const [far, peer] = await server.meet()
  far.sendRaw(Buffer.alloc(100_000))
  await until(() => sizes.reduce((sum, each) => sum + each, 0) === 100_000, 'all arrives')
  t.true(sizes.every((each) => each >= 1 && each <= 1000))
  t.throws(() => peer.send(Buffer.alloc(1001)), { instanceOf: RangeError })
})

onEach('the end of a peer without framing is never truncated', async (t, row) => {
  const server = await serve(t, row, {
    bind,
    message: (peer) => void peer.send('goodbye'),
  })
  const [far, peer] = await server.meet()
  const heard = listenTo(far)
  far.sendRaw(Buffer.from([0, 0, 1])).end()
  t.like(await within(peer.closed, 'the end'), { code: 'PEER_CLOSED', truncated: false })
  await within(far.closed, 'the far end closes')
  t.is(heard.all().toString().slice(0, 7), 'goodbye')
})

onEach('framing is chosen for each endpoint, bound or connected to', async (t, row) => {
  const got = new Collected<string>()
  const server = await serve(t, row, {
    message: (peer, data) => got.add(`${peer.endpoint} ${String(data)}`),
  })
  const other = await server.socket.bind(row.endpoint, bind)
  const far = await farServer(t, row)
  const framed = await server.connect()
  const plain = await row.connect(whereOf(other))
  t.teardown(() => plain.destroy())
  framed.send('framed')
  plain.sendRaw('plain')
  t.deepEqual(
    [...(await got.atLeast(2))].sort(),
    [`${server.listener.endpoint} framed`, `${other.endpoint} plain`].sort(),
  )
  const peer = await server.socket.connect(far.endpoint, { framing: 'none' })
  const accepted = await far.accept()
  const heard = listenTo(accepted)
  peer.send('out')
  await until(() => heard.bytes() === 3, 'what is sent out')
  t.is(heard.all().toString(), 'out')
})

onEach('the framing of a socket is a name, or a map by transport', async (t, row) => {
  for (const framing of ['none', { [row.transport]: 'none' }] as const) {
    const server = await serve(t, row, { framing })
    const [far, peer] = await server.meet()
    const heard = listenTo(far)
    peer.send('bare')
    await until(() => heard.bytes() === 4, 'four bytes')
    const listener = await server.socket.bind(row.endpoint, { framing: 'length' })
    const framed = await row.connect(whereOf(listener))
    t.teardown(() => framed.destroy())
    await until(() => server.socket.peers.size === 2, 'the second peer')
    server.socket.send(2, 'framed')
    t.is(String(await framed.next()), 'framed')
  }
})

test('a map of framings leaves the transports that it does not name at length', async (t) => {
  const [tcp, ipc] = [
    rows.find((row) => row.transport === 'tcp')!,
    rows.find((row) => row.transport === 'ipc')!,
  ]
  const server = await serve(t, tcp, {
    framing: { ipc: 'none' },
    message: (peer, data) => void peer.send(data),
  })
  const listener = await server.socket.bind(ipc.endpoint)
  const framed = await server.connect()
  framed.send('framed')
  t.is(String(await framed.next()), 'framed')
  const plain = await ipc.connect(whereOf(listener))
  t.teardown(() => plain.destroy())
  const heard = listenTo(plain)
  plain.sendRaw('plain')
  await until(() => heard.bytes() === 5, 'the echo')
  t.is(heard.all().toString(), 'plain')
})

onEach('framing none with maxMessageSize 0, which could receive nothing, is refused', async (t, row) => {
  const wrong = { code: 'ERR_MILLRACE_INVALID_OPTION', message: /maxMessageSize/ }
  const socket = makeSocket(t, row, { maxMessageSize: 0, framing: 'none' })
  const far = await farServer(t, row)
  await t.throwsAsync(socket.bind(row.endpoint), wrong)
  await t.throwsAsync(socket.connect(far.endpoint), wrong)
  await socket.bind(row.endpoint, { framing: 'length' })
  await socket.bind(row.endpoint, { maxMessageSize: 1 })
})
