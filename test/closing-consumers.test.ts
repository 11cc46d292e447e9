import { quiet, turns, within } from './helpers/events.js'
import { nextOf } from './helpers/records.js'
import { makeSocket, serve } from './helpers/sockets.js'
import { onEach } from './helpers/transports.js'

const over = { done: true, value: undefined }

onEach('close() settles whoever waits: iterators end, receive() gives undefined', async (t, row) => {
  const server = await serve(t, row)
  const [, first] = await server.meet()
  const [, second] = await server.meet()
  const received = [first.receive(), first.receive()]
  const data = second[Symbol.asyncIterator]()
  const asked = [data.next(), data.next()]
  await within(server.socket.close({ linger: 0 }), 'close')
  t.deepEqual(await within(Promise.all(received), 'receive()'), [undefined, undefined])
  t.deepEqual(await within(Promise.all(asked), 'next()'), [over, over])
  t.is((await first.closed).code, 'LOCAL_CLOSED')
})

onEach('close() while the iterator of a socket waits: it tells of the ends, and ends', async (t, row) => {
  const server = await serve(t, row)
  await server.meet()
  await server.meet()
  const types: string[] = []
  const reading = (async () => {
    for await (const { type } of server.socket) types.push(type)
  })()
  await quiet(20)
  await within(server.socket.close({ linger: 0 }), 'close')
  await within(reading, 'the loop ends')
  t.deepEqual(types, ['connect', 'connect', 'disconnect', 'disconnect'])
})

onEach('destroy() settles whoever waits for the peer', async (t, row) => {
  const server = await serve(t, row)
  const [, first] = await server.meet()
  const [, second] = await server.meet()
  const received = first.receive()
  const asked = second[Symbol.asyncIterator]().next()
  first.destroy()
  second.destroy()
  t.is(await within(received, 'receive()'), undefined)
  t.deepEqual(await within(asked, 'next()'), over)
})

onEach('destroy() in the loop drops what the peer had sent, and the loop ends', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  far.send('one').send('two').send('three')
  const seen: string[] = []
  for await (const data of peer) {
    seen.push(data.toString())
    peer.destroy()
  }
  t.deepEqual(seen, ['one'])
  t.is((await within(peer.closed, 'closed')).code, 'LOCAL_CLOSED')
})

onEach('a loop over the socket may close it, and so may a loop over a peer', async (t, row) => {
  for (const of of ['socket', 'peer'] as const) {
    const server = await serve(t, row, { linger: 300 })
    const [far, peer] = await server.meet()
    far.send('one').send('two')
    let messages = 0
    for await (const each of of === 'socket' ? server.socket : peer) {
      if ('type' in each && each.type !== 'message') continue
      messages++
      await within(server.socket.close(), 'close')
    }
    t.is(messages, 1)
    t.is(server.socket.peers.size, 0)
  }
})

onEach('close() in the loop, or beside an iterator that nobody asks, ends at linger', async (t, row) => {
  const server = await serve(t, row)
  const [far] = await server.meet()
  const records = server.socket[Symbol.asyncIterator]()
  t.like(await nextOf(records), { type: 'connect' })
  far.send('never asked for')
  await within(server.socket.close({ linger: 50 }), 'close')
  for await (const { type } of records) t.is(type, 'disconnect')
})

onEach('after close() everything can be asked, and says that there is nothing', async (t, row) => {
  const server = await serve(t, row)
  const [, peer] = await server.meet()
  const { socket } = server
  await socket.close({ linger: 0 })
  for await (const data of peer) t.fail(String(data))
  for await (const record of peer.records()) t.fail(record.type)
  t.is(await peer.receive(), undefined)
  await turns()
  t.deepEqual(await within(socket.batches().next(), 'batches()'), over)
  t.notThrows(() => socket.pause().resume())
  t.notThrows(() => peer.pause().resume())
})

onEach('iterators of a socket that was closed before it had a peer end', async (t, row) => {
  const socket = makeSocket(t, row)
  const asked = socket.frames().next()
  await socket.close()
  t.deepEqual(await within(asked, 'next()'), over)
  for await (const record of socket) t.fail(record.type)
})
