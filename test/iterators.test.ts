import type { StreamRecord } from '../ts/index.js'
import { quiet, until, within } from './helpers/events.js'
import { inShort, nextOf, takeShort } from './helpers/records.js'
import { farServer, makeSocket, serve } from './helpers/sockets.js'
import { onEach } from './helpers/transports.js'

onEach('for await over a socket: connect, messages and disconnect of each peer, in order', async (t, row) => {
  const server = await serve(t, row)
  const far = await server.connect()
  far.send('one').send('').send('three').end()
  const seen: string[] = []
  for await (const record of server.socket) {
    seen.push(inShort(record))
    if (record.type === 'disconnect') break
    t.true(record.peer.routingId === 1 && record.peer.connected)
  }
  t.deepEqual(seen, ['1 connect', '1: one', '1: ', '1: three', '1 disconnect PEER_CLOSED'])
})

onEach('records carry the same peer and reason as events, which come no later', async (t, row) => {
  const events: StreamRecord[] = []
  const server = await serve(t, row, {
    connect: (peer) => void events.push({ type: 'connect', peer }),
    disconnect: (peer, reason) => void events.push({ type: 'disconnect', peer, reason }),
  })
  const far = await server.connect()
  far.send('between').end()
  for await (const record of server.socket) {
    if (record.type === 'message') continue
    t.is(events.at(-1)?.peer, record.peer)
    t.deepEqual(inShort(events.at(-1)!), inShort(record))
    if (record.type === 'disconnect') break
  }
  t.is(events.length, 2)
})

onEach('batches() gives all that is there, in the same order', async (t, row) => {
  const server = await serve(t, row)
  const far = await server.connect()
  const sent = Array.from({ length: 500 }, (_, i) => `message ${i}`)
  sent.forEach((message) => far.send(message))
  far.end()
  const seen: string[] = []
  let batches = 0
  for await (const batch of server.socket.batches()) {
    batches++
    t.true(batch.length > 0)
    seen.push(...batch.map(inShort))
    if (seen.at(-1)?.startsWith('1 disconnect')) break
  }
  t.deepEqual(seen, ['1 connect', ...sent.map((each) => `1: ${each}`), '1 disconnect PEER_CLOSED'])
  t.true(batches < 300)
})

onEach('each peer has an iterator of its data, which ends when the peer is gone', async (t, row) => {
  const seen: Record<number, string[]> = {}
  const server = await serve(t, row, {
    async connect(peer) {
      const own = (seen[peer.routingId] = [] as string[])
      for await (const data of peer) own.push(data.toString())
      own.push((await peer.closed).code)
    },
  })
  const [first] = await server.meet()
  const [second] = await server.meet()
  first.send('a').send('b')
  second.send('c').send('').end()
  first.end()
  await until(() => seen[1]?.length === 3 && seen[2]?.length === 3, 'both iterators end')
  t.deepEqual(seen, { 1: ['a', 'b', 'PEER_CLOSED'], 2: ['c', '', 'PEER_CLOSED'] })
})

onEach('records() of a peer says whose they are and whether they are text', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  far.send('one').end()
  const records = peer.records()
  t.deepEqual(await nextOf(records), { type: 'message', peer, data: Buffer.from('one'), text: false })
  t.deepEqual(await within(records.next(), 'next()'), { done: true, value: undefined })
})

onEach('receive() gives one message each, in order, and undefined after the end', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  const received = Array.from({ length: 4 }, () => peer.receive())
  far.send('a').send('b')
  t.is((await within(received[0]!, 'receive()'))?.data.toString(), 'a')
  t.like(await within(received[1]!, 'receive()'), { type: 'message', peer, data: Buffer.from('b') })
  far.send('c').end()
  const rest = await within(Promise.all(received.slice(2)), 'the others')
  t.deepEqual(
    rest.map((record) => record?.data.toString()),
    ['c', undefined],
  )
  await within(peer.closed, 'closed')
  t.is(await within(peer.receive(), 'receive() of a peer that is gone'), undefined)
})

onEach('a connection is read with receive() alone, though messages come faster', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  for (let i = 0; i < 3_000; i++) far.send(String(i))
  far.end()
  let count = 0
  for (let record = await peer.receive(); record; record = await peer.receive())
    if (record.data.toString() !== String(count++)) t.fail(`${count} is out of order`)
  t.is(count, 3_000)
})

onEach('break gives the claim back, loses nothing, and others go on in order', async (t, row) => {
  const server = await serve(t, row)
  const { socket } = server
  const [far, peer] = await server.meet()
  for (let i = 1; i <= 12; i++) far.send(String(i))
  await until(() => peer.stats().messagesIn === 12, 'all have arrived')
  const seen: string[] = []
  for await (const record of socket) if (seen.push(inShort(record)) === 3) break
  for await (const [, payload] of socket.frames()) if (seen.push(payload.toString()) === 5) break
  for await (const data of peer) if (seen.push(data.toString()) === 7) break
  seen.push((await peer.receive())!.data.toString())
  for await (const { data } of peer.records()) if (seen.push(data.toString()) === 10) break
  for await (const batch of socket.batches()) {
    seen.push(...batch.map(inShort))
    if (seen.length === 13) break
  }
  t.deepEqual(seen, ['1 connect', '1: 1', '1: 2', '3', '4', '5', '6', '7', '8', '9', ...seen.slice(10)])
  t.deepEqual(seen.slice(10), ['1: 10', '1: 11', '1: 12'])
  const heard: string[] = []
  socket.on('message', (_peer, data) => heard.push(data.toString()))
  far.send('13')
  await until(() => heard.length === 1, 'the listener hears the next')
})

onEach('whoever leaves at the last message is told of the end all the same', async (t, row) => {
  const server = await serve(t, row)
  for (const leave of ['break', 'receive'] as const) {
    const [far, peer] = await server.meet()
    far.send('the only one').end()
    await until(() => peer.stats().messagesIn === 1, 'the message arrives')
    await quiet(20)
    if (leave === 'receive') t.truthy(await peer.receive())
    else for await (const data of peer) if (data.length > 0) break
    t.is((await within(peer.closed, 'closed')).code, 'PEER_CLOSED')
  }
})

onEach('what receive() has left goes to the next loop, and what comes between them too', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  far.send('a').send('b').send('c')
  t.is((await within(peer.receive(), 'receive()'))?.data.toString(), 'a')
  await until(() => peer.stats().messagesIn === 3, 'all have arrived')
  far.send('d').end()
  await until(() => peer.stats().messagesIn === 4, 'the last arrives')
  await quiet(20)
  t.is((await within(peer.receive(), 'receive()'))?.data.toString(), 'b')
  const records = server.socket[Symbol.asyncIterator]()
  t.deepEqual(await takeShort(records, 4), ['1 connect', '1: c', '1: d', '1 disconnect PEER_CLOSED'])
})

onEach('an exception in the loop gives the claim back as break does', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  far.send('one').send('two').send('three')
  const fails = async (messages: AsyncIterable<unknown>): Promise<void> => {
    for await (const message of messages) throw new Error('not like that', { cause: message })
  }
  await t.throwsAsync(fails(peer), { message: 'not like that' })
  await t.throwsAsync(fails(server.socket), { message: 'not like that' })
  t.deepEqual(await takeShort(server.socket[Symbol.asyncIterator](), 2), ['1: two', '1: three'])
  t.true(peer.connected)
})

onEach('next() may be called before the last one has settled: answers come in order', async (t, row) => {
  const server = await serve(t, row)
  const records = server.socket[Symbol.asyncIterator]()
  const asked = [records.next(), records.next(), records.next(), records.next()]
  const far = await server.connect()
  far.send('a').send('b').end()
  const values = (await within(Promise.all(asked), 'all of them')).map(({ value }) => value as StreamRecord)
  t.deepEqual(values.map(inShort), ['1 connect', '1: a', '1: b', '1 disconnect PEER_CLOSED'])
  const waiting = [records.next(), records.next()]
  await records.return?.()
  for (const each of waiting) t.deepEqual(await each, { done: true, value: undefined })
  t.deepEqual(await records.next(), { done: true, value: undefined })
})

onEach('an iterator that is thrown into ends, and rejects with that', async (t, row) => {
  const server = await serve(t, row)
  const records = server.socket[Symbol.asyncIterator]()
  const waiting = records.next()
  await t.throwsAsync(async () => records.throw?.(new Error('enough')), { message: 'enough' })
  t.true((await waiting).done)
  await server.socket[Symbol.asyncIterator]().return?.()
})

onEach('the iterator of a peer that comes back goes on', async (t, row) => {
  const far = await farServer(t, row)
  const client = makeSocket(t, row)
  const peer = await client.connect(far.endpoint, { reconnect: { minDelay: 1, maxDelay: 10 } })
  const seen: string[] = []
  const reading = (async () => {
    for await (const data of peer) seen.push(data.toString())
  })()
  for (const message of ['first', 'second', 'third']) {
    const end = await far.accept()
    end.send(message).end()
    await until(() => seen.includes(message), 'the message arrives')
  }
  await until(() => far.accepted.all.length === 4, 'it is back')
  await quiet(20)
  await within(peer.close(), 'close')
  await within(reading, 'the loop ends')
  t.deepEqual(seen, ['first', 'second', 'third'])
})
