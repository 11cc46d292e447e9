import type { StreamRecord } from '../ts/index.js'
import { quiet, until } from './helpers/events.js'
import { nextOf, takeShort } from './helpers/records.js'
import { farServer, makeSocket, serve, type Server } from './helpers/sockets.js'
import { onEach, onEachSerially } from './helpers/transports.js'

/** Connections that say nothing, one after the other. */
async function comeAndGo(server: Server, count: number): Promise<void> {
  let gone = 0
  server.socket.on('disconnect', () => gone++)
  for (let i = 1; i <= count; i++) {
    const far = await server.connect()
    far.end()
    await far.closed
    await until(() => gone === i, 'the peer is gone')
  }
}

onEach(
  'without a consumer records wait: nobody is too late for connect and the first message',
  async (t, row) => {
    const server = await serve(t, row)
    const [far, peer] = await server.meet()
    far.send('a').send('b').end()
    await until(() => peer.stats().messagesIn === 2, 'both have arrived')
    t.deepEqual(await takeShort(server.socket[Symbol.asyncIterator](), 4), [
      '1 connect',
      '1: a',
      '1: b',
      '1 disconnect PEER_CLOSED',
    ])
  },
)

onEach('a peer that has come and gone waits too, with its messages or without', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  far.send('was here').end()
  await until(() => peer.stats().messagesIn === 1, 'the message arrives')
  await comeAndGo(server, 1)
  const records = server.socket[Symbol.asyncIterator]()
  t.deepEqual((await takeShort(records, 5)).toSorted(), [
    '1 connect',
    '1 disconnect PEER_CLOSED',
    '1: was here',
    '2 connect',
    '2 disconnect PEER_CLOSED',
  ])
})

onEach('its disconnect event comes after its messages have been taken, not before', async (t, row) => {
  const server = await serve(t, row)
  let told = false
  server.socket.on('disconnect', () => (told = true))
  const [far] = await server.meet()
  far.send('a').send('b').reset()
  await until(() => server.socket.stats().messagesIn === 2, 'both have arrived')
  await quiet()
  t.false(told)
  t.is(server.socket.peers.size, 1)
  for await (const record of server.socket) {
    t.is(told, record.type === 'disconnect')
    if (record.type === 'disconnect') break
  }
  t.is(server.socket.peers.size, 0)
})

onEach('a listener that comes later hears what waits', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  far.send('a').send('b').end()
  await until(() => peer.stats().messagesIn === 2, 'both have arrived')
  const heard: string[] = []
  server.socket.on('disconnect', () => heard.push('disconnect'))
  server.socket.on('message', (_peer, data) => heard.push(data.toString()))
  await until(() => heard.length === 3, 'everything is told')
  t.deepEqual(heard, ['a', 'b', 'disconnect'])
})

onEachSerially('of peers that said nothing a bounded number is remembered, the last ones', async (t, row) => {
  const server = await serve(t, row)
  const [early] = await server.meet()
  early.send('stays')
  await until(() => server.socket.stats().messagesIn === 1, 'the message arrives')
  await comeAndGo(server, 4_300)
  const records = await takeUntil(server.socket.batches(), ({ peer }) => peer.routingId === 4_301)
  t.deepEqual(
    records.slice(0, 2).map(({ type, peer }) => [type, peer.routingId]),
    [
      ['connect', 1],
      ['message', 1],
    ],
  )
  const silent = records.slice(2)
  const pairs = silent.length / 2
  t.true(pairs >= 1_024 && pairs <= 2_048, `${pairs}`)
  silent.forEach(({ type, peer }, i) => {
    if (type !== (i % 2 === 0 ? 'connect' : 'disconnect') || peer.routingId !== 4_301 - pairs + 1 + (i >> 1))
      t.fail(`record ${i} is ${type} of ${peer.routingId}`)
  })
})

/** All batches up to the one whose last record is such. */
async function takeUntil(
  batches: AsyncIterator<readonly StreamRecord[]>,
  isLast: (record: StreamRecord) => boolean,
): Promise<readonly StreamRecord[]> {
  const records = [...(await nextOf(batches))]
  while (!isLast(records.at(-1)!)) records.push(...(await nextOf(batches)))
  return records
}

onEachSerially(
  'of a peer that came back often the last connection is remembered, with its messages',
  async (t, row) => {
    const far = await farServer(t, row)
    const client = makeSocket(t, row)
    const peer = await client.connect(far.endpoint, { reconnect: { minDelay: 1, maxDelay: 1 } })
    const times = 2_100
    for (let i = 0; i < times; i++) (await far.accept()).end()
    const last = await far.accept()
    last.send('here to stay')
    await until(() => peer.stats().messagesIn === 1, 'the message arrives')
    const records = await takeUntil(client.batches(), ({ type }) => type === 'message')
    t.true(records.length <= 2 * 2_048 + 2)
    t.deepEqual(
      records.slice(-4).map(({ type }) => type),
      ['connect', 'disconnect', 'connect', 'message'],
    )
  },
)
