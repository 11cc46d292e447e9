import {
  chownSync,
  existsSync,
  lstatSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { MillraceError } from '../ts/index.js'
import { runMain, startMain } from './helpers/child.js'
import { Collected, until } from './helpers/events.js'
import { connect, listen } from './helpers/far-end.js'
import { freshPath } from './helpers/paths.js'
import { makeSocket, serve } from './helpers/sockets.js'
import { rows } from './helpers/transports.js'

const ipc = rows.find((row) => row.transport === 'ipc')!
const inUse = { instanceOf: MillraceError, code: 'EADDRINUSE' }

const modeOf = (path: string): number => lstatSync(path).mode & 0o777

/** The file of a socket whose process was killed. */
async function staleFile(): Promise<string> {
  const path = freshPath()
  const child = startMain(`await new StreamSocket().bind('ipc://${path}'); console.log('bound')`)
  await child.lines.next('bound')
  child.kill()
  await child.outcome
  return path
}

async function echoes(t: ExecutionContext, path: string): Promise<void> {
  const far = await connect(path)
  t.teardown(() => far.destroy())
  far.send('hello')
  t.is(String(await far.next()), 'hello')
}

test('a unix socket is bound and connected to by its path; nobody there has an address', async (t) => {
  const path = freshPath()
  const server = makeSocket(t, ipc)
  const listener = await server.bind(`ipc://${path}`)
  t.like(listener, { endpoint: `ipc://${path}`, transport: 'ipc', host: undefined, port: undefined })
  t.true(lstatSync(path).isSocket())
  const peer = await makeSocket(t, ipc).connect(listener.endpoint)
  await until(() => server.peers.size === 1, 'the peer')
  for (const each of [peer, server.peers.get(1)!]) {
    t.like(each, { transport: 'ipc', endpoint: listener.endpoint })
    const { remoteAddress, remotePort, localAddress, localPort } = each
    t.deepEqual([remoteAddress, remotePort, localAddress, localPort], Array(4).fill(undefined))
  }
})

test('only this user may connect, unless mode says otherwise; the umask does not matter and stays', async (t) => {
  const path = freshPath()
  const outcome = await runMain(`
    const { lstatSync } = require('node:fs')
    for (const umask of [0o000, 0o022, 0o777]) {
      process.umask(umask)
      for (const mode of [undefined, 0o660, 0o666, 0o777]) {
        const listener = await new StreamSocket().bind('ipc://${path}', { mode })
        console.log((lstatSync('${path}').mode & 0o777).toString(8), process.umask().toString(8))
        await listener.unbind()
      }
    }
  `)
  const modes = ['600', '660', '666', '777']
  const expected = ['0', '22', '777'].flatMap((umask) => modes.map((mode) => `${mode} ${umask}`))
  t.deepEqual(outcome.stdout.trim().split('\n'), expected, outcome.stderr)
})

test('the file goes with unbind and with close, and can be bound again', async (t) => {
  const path = freshPath()
  const socket = makeSocket(t, ipc, { message: (peer, data) => void peer.send(data) })
  const listener = await socket.bind(`ipc://${path}`)
  t.is(modeOf(path), 0o600)
  await listener.unbind()
  t.false(existsSync(path))
  await socket.bind(`ipc://${path}`)
  await echoes(t, path)
  await socket.close({ linger: 0 })
  t.false(existsSync(path))
})

test('the file goes with the process or the worker that has bound it', async (t) => {
  const ends = {
    'process.exit()': 'process.exit(0)',
    'an uncaught exception': 'setImmediate(() => { throw new Error("expected") })',
    'nothing left to do': 'socket.unref()',
  }
  for (const [how, end] of Object.entries(ends)) {
    const path = freshPath()
    await runMain(`
      const socket = new StreamSocket()
      await socket.bind('ipc://${path}')
      console.log(require('node:fs').existsSync('${path}'))
      ${end}
    `).then(({ stdout }) => t.is(stdout, 'true\n', how))
    t.false(existsSync(path), how)
  }
  const path = freshPath()
  const body = `require('tsx/cjs'); const { StreamSocket } = require('./ts/index.ts')
    new StreamSocket().bind('ipc://${path}').then(() => require('node:worker_threads').parentPort.postMessage(0))`
  await runMain(`
    const worker = new (require('node:worker_threads').Worker)(${JSON.stringify(body)}, { eval: true })
    worker.once('message', () => worker.terminate())
  `)
  t.false(existsSync(path), 'a worker that is terminated')
})

test('a file that is somebody else’s by now is not removed', async (t) => {
  const path = freshPath()
  const first = await makeSocket(t, ipc).bind(`ipc://${path}`)
  unlinkSync(path)
  await makeSocket(t, ipc, { message: (peer, data) => void peer.send(data) }).bind(`ipc://${path}`)
  await first.unbind()
  await echoes(t, path)
})

test('the stale file of a process that was killed is replaced', async (t) => {
  const path = await staleFile()
  t.true(existsSync(path))
  await t.throwsAsync(makeSocket(t, ipc).connect(`ipc://${path}`), { code: 'ECONNREFUSED' })
  await makeSocket(t, ipc, { message: (peer, data) => void peer.send(data) }).bind(`ipc://${path}`)
  await echoes(t, path)
})

test('of several processes that find a stale file one gets it, and it is reached there', async (t) => {
  for (let round = 0; round < 3; round++) {
    const path = await staleFile()
    const children = Array.from({ length: 4 }, () =>
      startMain(`
        const socket = new StreamSocket({ message: (peer, data) => void peer.send(data) })
        process.stdin.once('data', async () => {
          console.log(await socket.bind('ipc://${path}').then(() => 'bound', (error) => error.code))
        })
        console.log('ready')
      `),
    )
    t.teardown(() => children.forEach((each) => each.kill()))
    await Promise.all(children.map((each) => each.lines.next('ready')))
    children.forEach((each) => each.tell('go'))
    const said = await Promise.all(children.map((each) => each.lines.next('what became of it')))
    t.deepEqual(said.sort(), ['EADDRINUSE', 'EADDRINUSE', 'EADDRINUSE', 'bound'])
    await echoes(t, path)
  }
})

test('a path in use is EADDRINUSE and goes on to be served', async (t) => {
  const far = await listen({}, freshPath())
  t.teardown(() => far.close())
  await t.throwsAsync(makeSocket(t, ipc).bind(far.endpoint), inUse)
  const peer = await makeSocket(t, ipc).connect(far.endpoint)
  peer.send('still there')
  t.is(String(await (await far.accept()).next()), 'still there')
  // The one who asked whether somebody is there was not taken for a connection.
  t.is(far.accepted.all.length, 1)
})

test('what is no socket, and what belongs to another user, is EADDRINUSE and left alone', async (t) => {
  const [file, link, theirs] = [freshPath(), freshPath(), await staleFile()]
  writeFileSync(file, 'text')
  symlinkSync('nowhere', link)
  // Only root can give a file away; for others there is nothing to see here.
  const given = process.getuid?.() === 0
  if (given) chownSync(theirs, 1, 1)
  for (const path of given ? [file, link, theirs] : [file, link]) {
    const error = await t.throwsAsync(makeSocket(t, ipc).bind(`ipc://${path}`), inUse)
    t.like(error, { syscall: 'listen', address: path })
    t.is(error.port, undefined)
  }
  t.is(readFileSync(file, 'utf8'), 'text')
  t.true(lstatSync(link).isSymbolicLink())
  t.true(lstatSync(theirs).isSocket())
})

test('an abstract name is bound and connected to without a file', async (t) => {
  const name = `millrace-test-${process.pid}`
  const server = makeSocket(t, ipc, { message: (peer, data) => void peer.send(data) })
  const listener = await server.bind(`ipc://@${name}`)
  t.is(listener.endpoint, `ipc://@${name}`)
  // As the kernel sees it (proc(5)).
  t.true(readFileSync('/proc/net/unix', 'utf8').includes(` @${name}\n`))
  const answers = new Collected<string>()
  const client = makeSocket(t, ipc, { message: (_peer, data) => answers.add(String(data)) })
  const peer = await client.connect(listener.endpoint)
  t.is(peer.endpoint, listener.endpoint)
  peer.send('hello')
  t.is(await answers.next(), 'hello')
  await t.throwsAsync(makeSocket(t, ipc).bind(listener.endpoint), inUse)
  await listener.unbind()
  await t.throwsAsync(makeSocket(t, ipc).connect(listener.endpoint), { code: 'ECONNREFUSED' })
})

test('connecting names the path when it fails', async (t) => {
  const path = freshPath()
  const error = await t.throwsAsync(makeSocket(t, ipc).connect(`ipc://${path}`), { code: 'ENOENT' })
  t.like(error, { name: 'MillraceError', syscall: 'connect', address: path })
  t.false('port' in error)
  t.regex(error.message, new RegExp(`${path}$`))
})

test('connecting waits while the queue of the server is full, until its time is up', async (t) => {
  const path = freshPath()
  const child = startMain(`
    const server = net.createServer((socket) => socket.resume())
    const standStill = () => require('node:fs').readSync(0, Buffer.alloc(1))
    server.listen({ path: '${path}', backlog: 1 }, () => process.stdout.write('listens\\n', standStill))
  `)
  t.teardown(() => child.kill())
  await child.lines.next('listens')
  const client = makeSocket(t, ipc)
  // As many as the queue takes: one more than its length.
  await Promise.all([1, 2].map(() => client.connect(`ipc://${path}`)))
  const waiting = client.connect(`ipc://${path}`)
  const error = await t.throwsAsync(client.connect(`ipc://${path}`, { timeout: 100 }), { code: 'ETIMEDOUT' })
  t.like(error, { syscall: 'connect', address: path })
  child.tell('go on')
  t.true((await waiting).connected)
})

test('an option that means nothing on the transport is refused', async (t) => {
  const wrong = { instanceOf: TypeError, code: 'ERR_MILLRACE_INVALID_OPTION' }
  const socket = makeSocket(t, ipc)
  const path = freshPath()
  await t.throwsAsync(socket.bind('tcp://127.0.0.1:0', { mode: 0o600 }), { ...wrong, message: /'mode'.*tcp/ })
  await t.throwsAsync(socket.bind(`ipc://${path}`, { reusePort: true }), {
    ...wrong,
    message: /'reusePort'.*ipc/,
  })
  await t.throwsAsync(socket.bind(`ipc://${path}`, { ipv6Only: true }), {
    ...wrong,
    message: /'ipv6Only'.*ipc/,
  })
  await t.throwsAsync(socket.bind('ipc://@name', { mode: 0o600 }), { ...wrong, message: /'mode'.*abstract/ })
  t.deepEqual(socket.endpoints, [])
  t.false(existsSync(path))
  await socket.bind(`ipc://${path}`, { reusePort: false, ipv6Only: false })
})

test('a peer of ipc that leaves with unread input has reset the connection', async (t) => {
  const server = await serve(t, ipc)
  const [far, peer] = await server.meet({ paused: true })
  peer.send('never read')
  peer.flush()
  far.destroy()
  t.like(await peer.closed, { code: 'ECONNRESET' })
})
