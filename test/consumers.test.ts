import type { Peer, StreamSocket } from '../ts/index.js'
import { deferred, turns, within } from './helpers/events.js'
import { nextOf } from './helpers/records.js'
import { serve } from './helpers/sockets.js'
import { onEach } from './helpers/transports.js'

/** Claims, and tells how to give the claim back. */
type Claim<T> = (of: T) => () => unknown

interface Claimant<T> {
  readonly holder: string
  readonly claim: Claim<T>
}

const giveBack = (iterator: AsyncIterableIterator<unknown>) => () => iterator.return?.()
const claimedBy = (holder: string): { code: string; message: RegExp } => ({
  code: 'ERR_MILLRACE_CLAIMED',
  message: new RegExp(`${holder.replaceAll(/[()]/g, '\\$&')}$`),
})

function listen(socket: StreamSocket): () => unknown {
  const listener = (): void => undefined
  socket.on('message', listener)
  return () => socket.off('message', listener)
}

const ofSocket: Readonly<Record<string, Claimant<StreamSocket>>> = {
  listener: { holder: 'a message listener', claim: listen },
  iterator: {
    holder: 'an iterator of the socket',
    claim: (socket) => giveBack(socket[Symbol.asyncIterator]()),
  },
  batches: { holder: 'an iterator of the socket', claim: (socket) => giveBack(socket.batches()) },
  frames: { holder: 'an iterator of the socket', claim: (socket) => giveBack(socket.frames()) },
}

const ofPeer: Readonly<Record<string, Claimant<Peer>>> = {
  iterator: { holder: 'an iterator of this peer', claim: (peer) => giveBack(peer[Symbol.asyncIterator]()) },
  records: { holder: 'an iterator of this peer', claim: (peer) => giveBack(peer.records()) },
}

onEach('a socket has one consumer, and the next one is told who that is', async (t, row) => {
  const { socket } = await serve(t, row)
  for (const [first, { holder, claim }] of Object.entries(ofSocket)) {
    for (const [second, other] of Object.entries(ofSocket)) {
      const release = claim(socket)
      if (first === 'listener' && second === 'listener') t.notThrows(other.claim(socket))
      else t.throws(() => other.claim(socket), claimedBy(holder), `${first}, ${second}`)
      await release()
      await other.claim(socket)()
    }
  }
  t.is(socket.listenerCount('message'), 0)
})

onEach('a message handler is the consumer for good, and listeners hear what it hears', async (t, row) => {
  const heard = deferred<string>()
  const server = await serve(t, row, { message: () => undefined })
  for (const name of ['iterator', 'batches', 'frames'] as const)
    t.throws(() => ofSocket[name]!.claim(server.socket), claimedBy('the message handler'))
  server.socket.on('message', (_peer, data) => heard.resolve(data.toString()))
  const far = await server.connect()
  far.send('for both')
  t.is(await within(heard.promise, 'the listener hears it'), 'for both')
})

onEach('a peer has one consumer, and the next one is told who that is', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  for (const { holder, claim } of Object.values(ofPeer)) {
    for (const other of Object.values(ofPeer)) {
      const release = claim(peer)
      t.throws(() => other.claim(peer), claimedBy(holder))
      await t.throwsAsync(peer.receive(), claimedBy(holder))
      await release()
    }
    const receiving = peer.receive()
    t.throws(() => claim(peer), claimedBy('receive()'))
    far.send('one')
    t.is((await within(receiving, 'receive()'))?.data.toString(), 'one')
    await claim(peer)()
  }
})

onEach('a peer is not claimed while somebody consumes its socket', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  for (const { holder, claim } of Object.values(ofSocket)) {
    const release = claim(server.socket)
    for (const other of Object.values(ofPeer)) t.throws(() => other.claim(peer), claimedBy(holder))
    await t.throwsAsync(peer.receive(), claimedBy(holder))
    await release()
  }
  far.send('after all')
  t.is((await within(peer.receive(), 'receive()'))?.data.toString(), 'after all')
})

onEach('beside a consumer of the socket a peer is claimed in connect, and only there', async (t, row) => {
  const iterators: AsyncIterableIterator<Buffer>[] = []
  const late = deferred<unknown>()
  const others = deferred<string>()
  const server = await serve(t, row, {
    async connect(peer) {
      if (iterators.length === 0) return void iterators.push(peer[Symbol.asyncIterator]())
      await turns(1)
      try {
        peer.records()
      } catch (error) {
        late.resolve(error)
      }
    },
    message: (peer, data) => others.resolve(`${peer.routingId}: ${data.toString()}`),
  })
  const [claimed] = await server.meet()
  const [other] = await server.meet()
  claimed.send('for the iterator')
  other.send('for the handler')
  t.is((await nextOf(iterators[0]!)).toString(), 'for the iterator')
  t.is(await within(others.promise, 'the handler is called'), '2: for the handler')
  t.like(await within(late.promise, 'the late claim fails'), { code: 'ERR_MILLRACE_CLAIMED' })
})

onEach('a socket is consumed beside peers that were claimed before', async (t, row) => {
  const server = await serve(t, row)
  const [first, claimed] = await server.meet()
  const [second] = await server.meet()
  const own = claimed[Symbol.asyncIterator]()
  const heard = deferred<string>()
  server.socket.on('message', (peer, data) => heard.resolve(`${peer.routingId}: ${data.toString()}`))
  first.send('for the iterator')
  second.send('for the listener')
  t.is((await nextOf(own)).toString(), 'for the iterator')
  t.is(await within(heard.promise, 'the listener is called'), '2: for the listener')
})

onEach('what a peer leaves when it is given back goes to the consumer of the socket', async (t, row) => {
  const heard: string[] = []
  const all = deferred()
  const own = deferred<AsyncIterableIterator<Buffer>>()
  const server = await serve(t, row, {
    connect: (peer) => own.resolve(peer[Symbol.asyncIterator]()),
    message(_peer, data) {
      if (heard.push(data.toString()) === 3) all.resolve()
    },
  })
  const far = await server.connect()
  for (const message of ['a', 'b', 'c', 'd']) far.send(message)
  const iterator = await own.promise
  t.is((await nextOf(iterator)).toString(), 'a')
  await iterator.return?.()
  await within(all.promise, 'the handler gets the rest')
  t.deepEqual(heard, ['b', 'c', 'd'])
})
