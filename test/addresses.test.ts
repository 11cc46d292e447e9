import test from 'ava'
import type { MillraceError } from '../ts/index.js'
import { unanswering } from './helpers/deaf-server.js'
import { until } from './helpers/events.js'
import { answering } from './helpers/lookups.js'
import { makeSocket, serve } from './helpers/sockets.js'
import { rows } from './helpers/transports.js'

// Several addresses of one name, which only tcp has.
const tcp = rows[0]!

test('addresses are tried in their order until one answers', async (t) => {
  const server = await serve(t, tcp)
  await server.socket.bind(`tcp://127.0.0.3:${server.port}`)
  const client = makeSocket(t, tcp)
  const reached = async (addresses: readonly string[]): Promise<string | undefined> => {
    const { lookup } = answering(addresses)
    return (await client.connect(`tcp://mill.example:${server.port}`, { lookup })).remoteAddress
  }
  t.is(await reached(['127.0.0.1', '127.0.0.3']), '127.0.0.1')
  t.is(await reached(['127.0.0.3', '127.0.0.1']), '127.0.0.3')
  t.is(await reached(['127.0.0.2', '127.0.0.4', '127.0.0.3', '127.0.0.1']), '127.0.0.3')
  t.is(await reached(['::1', '127.0.0.2', '127.0.0.1']), '127.0.0.1')
})

test('IPv4 and IPv6 addresses are tried in turn, whatever the order of the answer', async (t) => {
  const client = makeSocket(t, tcp)
  const lastTried = async (addresses: readonly string[]): Promise<string | undefined> => {
    const { lookup } = answering(addresses)
    const connecting = client.connect('tcp://mill.example:1', { lookup })
    return (await t.throwsAsync<MillraceError>(connecting, { code: 'ECONNREFUSED' })).address
  }
  t.is(await lastTried(['127.0.0.2', '127.0.0.3', '::1']), '127.0.0.3')
  t.is(await lastTried(['::1', '127.0.0.2', '127.0.0.3']), '127.0.0.3')
  t.is(await lastTried(['127.0.0.2', '127.0.0.3', '127.0.0.4', '::1']), '127.0.0.4')
})

test('an address that does not answer holds the next one up for a moment only', async (t) => {
  const port = await unanswering(t)
  const server = makeSocket(t, tcp)
  await server.bind(`tcp://127.0.0.2:${port}`)
  const client = makeSocket(t, tcp)
  const { lookup } = answering(['127.0.0.1', '127.0.0.2', '127.0.0.1'])
  const peer = await client.connect(`tcp://mill.example:${port}`, { lookup })
  t.is(peer.remoteAddress, '127.0.0.2')
  await until(() => server.peers.size === 1, 'the peer')
  t.is(client.peers.size, 1)
})

test('the time-out covers all addresses together', async (t) => {
  const port = await unanswering(t)
  const { lookup } = answering(Array.from({ length: 50 }, () => '127.0.0.1'))
  const connecting = makeSocket(t, tcp).connect(`tcp://mill.example:${port}`, { lookup, timeout: 600 })
  await t.throwsAsync(connecting, { code: 'ETIMEDOUT' })
})

test('when every address refuses, the error names the last', async (t) => {
  const { lookup } = answering(['127.0.0.2', '127.0.0.3'])
  const connecting = makeSocket(t, tcp).connect('tcp://mill.example:1', { lookup })
  const error = await t.throwsAsync(connecting, { code: 'ECONNREFUSED' })
  t.like(error, { address: '127.0.0.3', port: 1, syscall: 'connect' })
})
