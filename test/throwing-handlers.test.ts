import test from 'ava'
import { runMain } from './helpers/child.js'
import { rows } from './helpers/transports.js'

/** A child in which a handler fails: what the process saw of it, and whether everything else went on. */
async function failures(
  options: string,
  more = '',
  listeners = '',
): Promise<{ caught: string[]; got: string[]; said: string[] }> {
  const { status, stdout, stderr } = await runMain(
    `
    const caught = [], got = [], said = []
    process.on('uncaughtException', (error) => caught.push(error.message))
    process.on('unhandledRejection', (error) => caught.push('rejected: ' + error.message))
    const socket = new StreamSocket(${options})
    ${listeners}
    const { port } = await socket.bind(endpoint)
    const far = await connect(port)
    far.sendRaw(Buffer.concat(['1', '2', '3', '4'].map(framed)))
    const until = async (done) => { for (const end = Date.now() + 20_000; !done() && Date.now() < end;) await new Promise((resolve) => setTimeout(resolve, 5)) }
    await until(() => got.length >= 4)
    ${more}
    await far.finish()
    await until(() => socket.peers.size === 0)
    await new Promise(setImmediate)
    const again = await connect(port)
    again.send('5')
    await until(() => got.length >= 5)
    await again.finish()
    await socket.close()
    console.log(JSON.stringify({ caught, got, said }))
  `.replace('endpoint', JSON.stringify(rows[0]!.endpoint)),
  )
  if (status !== 0) throw new Error(`status ${status}: ${stderr}`)
  return JSON.parse(stdout) as { caught: string[]; got: string[]; said: string[] }
}

test('a message handler that throws: an uncaught exception, the rest of the batch arrives', async (t) => {
  const { caught, got } = await failures(
    `{ message(peer, data) { got.push(String(data)); throw new Error('m' + data) } }`,
  )
  t.deepEqual(got, ['1', '2', '3', '4', '5'])
  t.deepEqual(caught, ['m1', 'm2', 'm3', 'm4', 'm5'])
})

test('a message listener that throws: the same', async (t) => {
  const listeners = `socket.on('message', (peer, data) => { got.push(String(data)); if (data == 2) throw new Error('listener') })`
  const { caught, got } = await failures('{}', '', listeners)
  t.deepEqual(got, ['1', '2', '3', '4', '5'])
  t.deepEqual(caught, ['listener'])
})

test('a handler that throws does not keep listeners from being called', async (t) => {
  const listeners = `socket.on('message', (peer, data) => got.push(String(data)))
    socket.on('connect', () => said.push('connect')).on('disconnect', () => said.push('disconnect'))`
  const boom = (name: string): string => `${name}() { throw new Error('${name}') }`
  const { caught, got, said } = await failures(
    `{ ${['connect', 'message', 'disconnect'].map(boom).join(', ')} }`,
    '',
    listeners,
  )
  t.deepEqual(got, ['1', '2', '3', '4', '5'])
  t.deepEqual(said, ['connect', 'disconnect', 'connect', 'disconnect'])
  t.deepEqual(caught, [
    'connect',
    ...Array.from({ length: 4 }, () => 'message'),
    'disconnect',
    'connect',
    'message',
    'disconnect',
  ])
})

test('connect and disconnect listeners that throw: uncaught exceptions, all else goes on', async (t) => {
  const listeners = `socket.on('connect', () => { throw new Error('c') }).on('disconnect', () => { throw new Error('d') })
    socket.on('monitor', ({ type }) => { if (type === 'listening') throw new Error('m') })`
  const { caught, got } = await failures('{ message(peer, data) { got.push(String(data)) } }', '', listeners)
  t.deepEqual(got, ['1', '2', '3', '4', '5'])
  t.deepEqual(caught, ['m', 'c', 'd', 'c', 'd'])
})

test('drain handlers and listeners that throw', async (t) => {
  const more = `
    const [peer] = socket.peers.values()
    far.pause()
    while (peer.send(Buffer.alloc(100_000)) === true);
    far.resume()
    await until(() => caught.length === 2)`
  const { caught, got } = await failures(
    `{ sendHighWaterMark: 200_000, message(peer, data) { got.push(String(data)) }, drain() { throw new Error('handler') } }`,
    more,
    `socket.on('drain', () => { throw new Error('listener') })`,
  )
  t.deepEqual(got, ['1', '2', '3', '4', '5'])
  t.deepEqual(caught, ['handler', 'listener'])
})

test('a rejected promise of a handler is an unhandled rejection, the socket lives on', async (t) => {
  const reject = (name: string): string =>
    `async ${name}(peer, data) { ${name === 'message' ? 'got.push(String(data));' : ''} throw new Error('${name}') }`
  const { caught, got } = await failures(`{ ${reject('connect')}, ${reject('message')} }`)
  t.deepEqual(got, ['1', '2', '3', '4', '5'])
  t.deepEqual([...caught].sort(), [
    ...Array.from({ length: 2 }, () => 'rejected: connect'),
    ...Array.from({ length: 5 }, () => 'rejected: message'),
  ])
})

test('a rejecting handler gives back what its message was charged', async (t) => {
  const options = `{ receiveHighWaterMark: 300, async message(peer, data) { got.push(String(data)); throw new Error('x') } }`
  const { got, caught } = await failures(
    options,
    `for (let i = 0; i < 200; i++) far.send('more'); await until(() => got.length === 204)`,
  )
  t.is(got.length, 205)
  t.is(caught.length, 205)
})

test('without a listener for it the exception ends the process, as any does', async (t) => {
  const body = (failing: string): string => `
    const socket = new StreamSocket({ ${failing} })
    const { port } = await socket.bind(${JSON.stringify(rows[0]!.endpoint)})
    const far = await connect(port)
    far.send('x')
    await new Promise((resolve) => setTimeout(resolve, 20_000))`
  for (const failing of [
    "message() { throw new Error('from the handler') }",
    "async message() { throw new Error('from the handler') }",
    "connect() { throw new Error('from the handler') }",
  ]) {
    const { status, signal, stderr } = await runMain(body(failing))
    t.is(signal, null)
    t.is(status, 1)
    t.regex(stderr, /Error: from the handler/)
  }
})
