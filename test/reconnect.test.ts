import type { MonitorEvent, Peer, ReconnectOptions } from '../ts/index.js'
import { collect, quiet, until, within } from './helpers/events.js'
import type { FarServer } from './helpers/far-end.js'
import { farServer, makeSocket, noted } from './helpers/sockets.js'
import { onEach, onEachSerially } from './helpers/transports.js'

/** For tests that do not look at the waits. */
const soon: ReconnectOptions = { minDelay: 1, maxDelay: 10 }

/** A server that is known but not there. */
async function closed(far: FarServer): Promise<FarServer> {
  await far.close()
  return far
}

const retries = (events: readonly MonitorEvent[]): (MonitorEvent & { type: 'retrying' })[] =>
  events.filter((event) => event.type === 'retrying')

onEach('without reconnect the first failure rejects, and a lost peer is gone', async (t, row) => {
  const far = await farServer(t, row)
  const { happened, options } = noted()
  const client = makeSocket(t, row, options)
  const peer = await client.connect(far.endpoint, { reconnect: false })
  await far.close()
  t.like(await within(peer.closed, 'closed'), { willReconnect: false })
  t.is(client.peers.size, 0)
  await t.throwsAsync(client.connect(far.endpoint), { code: row.nobodyCode })
  await quiet()
  t.deepEqual(
    happened.all.map(([what]) => what),
    ['connect', 'disconnect'],
  )
})

onEach('with reconnect, connect is pending until the server is there', async (t, row) => {
  const far = await closed(await farServer(t, row))
  const client = makeSocket(t, row)
  const events = collect(client, 'monitor', (event) => event)
  const connecting = client.connect(far.endpoint, { reconnect: soon, data: 'mine' })
  await until(() => retries(events.all).length >= 3, 'some attempts fail')
  t.is(client.peers.size, 0)
  await far.open()
  const peer = await within(connecting, 'connect')
  t.like(peer, { connected: true, data: 'mine' })
  for (const { error, delay, endpoint } of retries(events.all)) {
    t.is(error.code, row.nobodyCode)
    t.true(delay >= 1 && delay <= 10)
    t.is(endpoint, far.endpoint)
  }
  t.like(events.all.at(-1), { type: 'connected', routingId: peer.routingId })
})

onEach('the peer stays the same object when its connection is lost and returns', async (t, row) => {
  const far = await farServer(t, row)
  const { happened, options } = noted()
  const client = makeSocket(t, row, options)
  const peer = await client.connect(far.endpoint, { reconnect: soon, routingId: 77, data: { mine: true } })
  const { data } = peer
  const first = await far.accept()
  first.send('before')
  await until(() => happened.all.length === 2, 'the message')
  await far.close()
  await until(() => !peer.connected, 'the loss')
  t.is(client.peers.get(77), peer)
  t.deepEqual([peer.localPort, peer.bufferedBytes], [undefined, 0])
  await far.open()
  const second = await far.accept()
  await until(() => peer.connected, 'the return')
  second.send('after')
  peer.send('hello again')
  t.is(String(await second.next()), 'hello again')
  t.is(peer.localPort, second.socket.remotePort)
  await happened.atLeast(5)
  t.deepEqual(
    happened.all.map(([what]) => what),
    ['connect', 'message', 'disconnect', 'connect', 'message'],
  )
  t.true(happened.all.every(([, each]) => each === peer))
  t.like(happened.all[2]![2], { code: 'PEER_CLOSED', willReconnect: true })
  t.is(peer.data, data)
  t.is(peer.routingId, 77)
})

onEachSerially('a server may come and go a hundred times', async (t, row) => {
  const far = await farServer(t, row)
  const order: string[] = []
  const peers = new Set<Peer>()
  const client = makeSocket(t, row, {
    connect: (peer) => void (order.push('connect'), peers.add(peer)),
    message: (_peer, data) => void order.push(String(data)),
    disconnect: (_peer, reason) => void order.push(`disconnect ${reason.willReconnect}`),
  })
  const peer = await client.connect(far.endpoint, { reconnect: soon })
  for (let round = 0; round < 100; round++) {
    const end = await far.accept()
    end.send(`${round}`)
    await until(() => order.at(-1) === `${round}`, 'the message')
    if (round % 2 === 0) end.reset()
    else await far.close()
    await until(() => order.lastIndexOf('disconnect true') > order.lastIndexOf(`${round}`), 'the loss')
    if (round % 2 === 1) await far.open()
  }
  await far.accept()
  await until(() => peer.connected, 'the last return')
  const rounds = Array.from({ length: 100 }, (_, round) => ['connect', `${round}`, 'disconnect true'])
  t.deepEqual(order, [...rounds.flat(), 'connect'])
  t.deepEqual([...peers], [peer])
  t.is(peer.routingId, 1)
  t.is(client.stats().connections, 1)
  t.is(client.stats().queuedBytes, 0)
  t.is(peer.stats().messagesIn, 100)
})

onEach('nobody else gets the id of a peer that is away', async (t, row) => {
  const far = await farServer(t, row)
  const stable = await farServer(t, row)
  const client = makeSocket(t, row, {}, { firstRoutingId: 0xffff_ffff })
  const away = await client.connect(far.endpoint, { reconnect: soon })
  t.is(away.routingId, 0xffff_ffff)
  const chosen = await client.connect(far.endpoint, { reconnect: soon, routingId: 2 })
  await far.close()
  await until(() => !away.connected && !chosen.connected, 'both are away')
  const inUse = { code: 'ERR_MILLRACE_ROUTING_ID_IN_USE' }
  for (const routingId of [0xffff_ffff, 2])
    await t.throwsAsync(client.connect(stable.endpoint, { routingId }), inUse)
  const ids: number[] = []
  for (let i = 0; i < 3; i++) ids.push((await client.connect(stable.endpoint)).routingId)
  t.deepEqual(ids, [1, 3, 4])
  await far.open()
  await until(() => away.connected && chosen.connected, 'both return')
  t.deepEqual([away.routingId, chosen.routingId], [0xffff_ffff, 2])
})

onEach('an id that was chosen is set aside while the first connection is awaited', async (t, row) => {
  const far = await closed(await farServer(t, row))
  const stable = await farServer(t, row)
  const client = makeSocket(t, row)
  const connecting = client.connect(far.endpoint, { reconnect: soon, routingId: 9 })
  await t.throwsAsync(client.connect(stable.endpoint, { routingId: 9 }), {
    code: 'ERR_MILLRACE_ROUTING_ID_IN_USE',
  })
  await far.open()
  t.is((await connecting).routingId, 9)
})
