import test from 'ava'
import { Context, StreamSocket } from '../ts/index.js'
import { quiet, within } from './helpers/events.js'
import { connect } from './helpers/far-end.js'

const echo = { message: (peer: { send(data: Buffer): unknown }, data: Buffer) => void peer.send(data) }

async function roundTrips(port: number, count: number): Promise<number> {
  const far = await connect(port)
  for (let i = 0; i < count; i++) {
    far.send(`${i}`)
    if (String(await far.next()) !== `${i}`) throw new Error(`${i} came back as something else`)
  }
  await far.finish()
  return count
}

test('a context that spins serves its sockets, and sleeps when nothing happens', async (t) => {
  const context = new Context({ spinMicros: 20_000 })
  const socket = new StreamSocket({ ...echo, context })
  const { port } = await socket.bind('tcp://127.0.0.1:0')
  t.is(await roundTrips(port!, 50), 50)
  await quiet(300)
  const before = process.cpuUsage()
  await quiet(500)
  const { user, system } = process.cpuUsage(before)
  t.true(user + system < 400_000, `${user + system} us of CPU in half a second of silence`)
  t.is(await roundTrips(port!, 5), 5)
  await context.close()
})

test('closing a context closes its sockets and no others', async (t) => {
  const context = new Context()
  const mine = [new StreamSocket({ context }), new StreamSocket({ context })]
  const other = new StreamSocket(echo)
  const { endpoint } = await mine[0]!.bind('tcp://127.0.0.1:0')
  const { port } = await other.bind('tcp://127.0.0.1:0')
  const peer = await mine[1]!.connect(endpoint)
  await within(context.close(), 'the context closes')
  t.true(mine.every((socket) => socket.closed))
  t.false(peer.connected)
  t.false(other.closed)
  t.is(await roundTrips(port!, 1), 1)
  await other.close()
})

test('a closed context takes no new sockets and may be closed again', async (t) => {
  const context = new Context()
  await context.close()
  await context.close()
  await context[Symbol.asyncDispose]()
  t.throws(() => new StreamSocket({ context }), { code: 'ERR_MILLRACE_CLOSED' })
})

test('sockets of several contexts speak to each other', async (t) => {
  const contexts = [new Context(), new Context({ spinMicros: 50 }), new Context()]
  const sockets = contexts.map((context) => new StreamSocket({ ...echo, context }))
  const listeners = await Promise.all(sockets.map((socket) => socket.bind('tcp://127.0.0.1:0')))
  for (const [place, { port, endpoint }] of listeners.entries()) {
    t.is(await roundTrips(port!, 3), 3)
    const peer = await sockets[(place + 1) % sockets.length]!.connect(endpoint)
    t.true(peer.connected)
  }
  await Promise.all(contexts.map((context) => context.close()))
  t.true(sockets.every((socket) => socket.closed && socket.peers.size === 0))
})
