import type { DisconnectReason, Peer } from '../ts/index.js'
import { quiet, until, within } from './helpers/events.js'
import { farServer, makeSocket, serve } from './helpers/sockets.js'
import { onEach, onEachSerially } from './helpers/transports.js'

/** What was heard from each peer. */
function hearing(): { heard: string[]; message: (peer: Peer, data: Buffer) => void } {
  const heard: string[] = []
  return { heard, message: (peer, data) => void heard.push(`${peer.routingId}: ${data.toString()}`) }
}

onEach('a paused peer is not read until resume, others are', async (t, row) => {
  const { heard, message } = hearing()
  const server = await serve(t, row, { message })
  const [first, paused] = await server.meet()
  const [second] = await server.meet()
  t.is(paused.pause(), paused)
  await quiet(300)
  first.send('a').send('b')
  second.send('c')
  await until(() => heard.length === 1, 'the other is heard')
  await quiet()
  t.deepEqual(heard, ['2: c'])
  t.is(paused.stats().messagesIn, 0)
  t.is(paused.resume(), paused)
  await until(() => heard.length === 3, 'both messages come')
  t.deepEqual(heard.slice(1), ['1: a', '1: b'])
})

onEach('a paused peer can be sent to, and closed', async (t, row) => {
  const server = await serve(t, row, { message: () => undefined })
  const [far, peer] = await server.meet()
  peer.pause()
  t.is(peer.send('one way'), true)
  t.is((await far.next()).toString(), 'one way')
  void far.ended.then(() => far.end())
  await within(peer.close(), 'close')
  t.is((await within(peer.closed, 'closed')).code, 'LOCAL_CLOSED')
})

onEach('a paused socket reads from nobody, those to come included', async (t, row) => {
  const { heard, message } = hearing()
  const server = await serve(t, row, { message })
  const [first] = await server.meet()
  t.is(server.socket.pause(), server.socket)
  await quiet(300)
  const [second] = await server.meet()
  first.send('a')
  second.send('b')
  await quiet()
  t.is(server.socket.stats().messagesIn, 0)
  t.is(server.socket.resume(), server.socket)
  await until(() => heard.length === 2, 'both are heard')
  t.deepEqual(heard.toSorted(), ['1: a', '2: b'])
})

onEach(
  'resume of the socket leaves a peer paused that was paused by itself, and the other way round',
  async (t, row) => {
    const { heard, message } = hearing()
    const server = await serve(t, row, { message })
    const [far, peer] = await server.meet()
    peer.pause()
    server.socket.pause().resume()
    await quiet(300)
    far.send('one')
    await quiet()
    t.deepEqual(heard, [])
    server.socket.pause()
    peer.resume()
    await quiet()
    t.deepEqual(heard, [])
    server.socket.resume()
    await until(() => heard.length === 1, 'the message comes')
  },
)

onEach('pause in the handler: what has arrived is still delivered, in order', async (t, row) => {
  const heard: string[] = []
  const server = await serve(t, row, {
    message(peer, data) {
      heard.push(data.toString())
      peer.pause()
    },
  })
  const [far, peer] = await server.meet()
  for (let i = 0; i < 100; i++) far.send(String(i))
  await until(() => heard.length > 0, 'the first comes')
  while (heard.length < 100) {
    peer.resume()
    await quiet(2)
  }
  t.deepEqual(
    heard,
    Array.from({ length: 100 }, (_, i) => String(i)),
  )
})

onEach('pausing twice is pausing once, and a peer that is gone does not mind', async (t, row) => {
  const { heard, message } = hearing()
  const server = await serve(t, row, { message })
  const [far, peer] = await server.meet()
  peer.pause().pause().resume()
  far.send('once')
  await until(() => heard.length === 1, 'the message comes')
  far.end()
  await within(peer.closed, 'closed')
  t.notThrows(() => peer.pause().resume())
})

onEachSerially(
  'a peer that leaves while it is paused: one disconnect after resume, no work before',
  async (t, row) => {
    const reasons: DisconnectReason[] = []
    const server = await serve(t, row, {
      message: () => undefined,
      disconnect: (_peer, reason) => reasons.push(reason),
    })
    for (const how of ['reset', 'end'] as const) {
      const [far, peer] = await server.meet()
      peer.pause()
      await quiet(300)
      far.send('last words')
      await far.flushed()
      far[how]()
      await quiet(300)
      const before = process.cpuUsage()
      await quiet(500)
      const { user, system } = process.cpuUsage(before)
      t.true(user + system < 250_000, `${how}: ${user + system} microseconds`)
      peer.resume()
      await within(peer.closed, 'closed')
    }
    await quiet()
    t.deepEqual(
      reasons.map(({ code }) => code),
      [row.resetCode, 'PEER_CLOSED'],
    )
  },
)

onEach('a paused peer stays paused when its connection comes back', async (t, row) => {
  const { heard, message } = hearing()
  const far = await farServer(t, row)
  const client = makeSocket(t, row, { message })
  let connects = 0
  client.on('connect', () => connects++)
  client.on('disconnect', (peer) => peer.pause())
  const peer = await client.connect(far.endpoint, { reconnect: { minDelay: 1, maxDelay: 10 } })
  ;(await far.accept()).end()
  const back = await far.accept()
  await until(() => connects === 2, 'it is back')
  back.send('after the return')
  await quiet()
  t.deepEqual(heard, [])
  peer.resume()
  await until(() => heard.length === 1, 'the message comes')
})

onEach('an iterator may wait for a peer that is paused', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  peer.pause()
  const received = peer.receive()
  far.send('late')
  await quiet(50)
  peer.resume()
  t.is((await within(received, 'receive()'))?.data.toString(), 'late')
})
